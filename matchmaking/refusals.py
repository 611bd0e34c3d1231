"""Why one may not ask, accept or join, and what one can do: in words for the one who wants to, or for the desk."""

from dataclasses import dataclass

from app.errors import Refused
from app.i18n import _
from events.models import Participant
from matchmaking.rules import Hindrance, Side


@dataclass(frozen=True, slots=True)
class Standing:
    """What stands between two people now, None: nothing; pages show it before anybody tries."""

    asker: Participant
    invitee: Participant
    yours: Side  # the asker's
    theirs: Side
    against: Hindrance | None
    opens: str = ""  # when booking does, if it has not


def refusal(found: Standing, *, desk_reads: bool = False) -> Refused:
    """The sentence for the asker, or one that names them, with what they can do."""
    assert found.against
    sentence, hint = _words(found.against) if not desk_reads else (_named_words(found.against), "")
    values = {
        "you": found.asker.name,
        "name": found.invitee.name,
        "pending": found.yours.pending,
        "cap": found.yours.cap,
        "yours": found.yours.most or 0,
        "theirs": found.theirs.most or 0,
        "opens": found.opens,
    }
    return Refused(sentence % values, hints=[hint % values] if hint else [])


def refusal_to_join(found: Standing, *, reads: bool) -> Refused:
    """A rule and somebody's veto have one sentence, so that it tells nothing."""
    if found.against == Hindrance.YOU_MEET_ENOUGH or (found.against == Hindrance.YOUR_NO and reads):
        return refusal(found, desk_reads=not reads)
    if reads:
        return Refused(
            _("By the rules of the event and the wishes of those in it you cannot join them."),
            hints=[_("Ask one of them for a meeting of your own, or look for another group.")],
        )
    sentence = _("By the rules of the event and the wishes of those in it %(name)s cannot join them.")
    return Refused(sentence % {"name": found.asker.name})


def _words(found: Hindrance) -> tuple[str, str]:
    match found:
        case Hindrance.YOURSELF:
            return _("This is you."), ""
        case Hindrance.YOU_NOT_READY:
            return (
                _("You can ask for meetings once the organisers have approved you and your profile."),
                _("Is your profile complete? Say what you offer and what you seek."),
            )
        case Hindrance.THEY_NOT_READY | Hindrance.NO_REQUESTS:
            return _("%(name)s cannot be asked for meetings at this event."), ""
        case Hindrance.YOUR_NO:
            return _("You said that you do not want to meet %(name)s."), _("Take that back on their page first.")
        case Hindrance.OWN_ORGANISATION:
            return _("%(name)s is from your own organisation: these tables are for meeting others."), ""
        case Hindrance.APART | Hindrance.NOBODY_ASKS:
            return _("By the rules of this event you and %(name)s do not meet here."), _("The organisers can tell why.")
        case Hindrance.NOT_YOU:
            return (
                _("By the rules of this event %(name)s may ask you, and you may not ask."),
                _("Show in your profile what you offer: then they find you."),
            )
        case Hindrance.MEETING:
            return _("You and %(name)s have agreed to meet already."), _("You find it among your meetings.")
        case Hindrance.ASKED:
            return _("You have asked %(name)s already and wait for the answer."), ""
        case Hindrance.ASKED_BY_THEM:
            return _("%(name)s has asked you already."), _("Answer that request among your meetings.")
        case Hindrance.DECLINED:
            return _("%(name)s has declined your request."), _("They can still ask you.")
        case Hindrance.LOCKED:
            return (
                _("The meetings are settled, and the organisers have locked the bookings."),
                _("Ask at the desk: the organisers can still change them."),
            )
        case Hindrance.NOT_OPEN:
            return _("Booking of meetings opens on %(opens)s."), _("Until then, bookmark whom you would like to meet.")
        case Hindrance.CLOSED:
            return _("Booking of meetings is closed."), _("Ask at the desk: the organisers can still help.")
        case Hindrance.YOU_MEET_ENOUGH:
            return _("You have agreed to as many meetings as you may: %(yours)d."), _("Cancel one that matters less.")
        case Hindrance.THEY_MEET_ENOUGH:
            return (
                _("%(name)s has agreed to as many meetings as they may."),
                _("Ask again if one of them is cancelled."),
            )
        case Hindrance.TOO_MANY:
            return (
                _("%(pending)d of your requests wait for an answer, and at most %(cap)d may wait at once."),
                _("Withdraw one that matters less, or wait for an answer."),
            )


def _named_words(found: Hindrance) -> str:
    match found:
        case Hindrance.YOURSELF:
            return _("%(you)s cannot meet themselves.")
        case Hindrance.YOU_NOT_READY:
            return _("%(you)s does not take part yet, has no account, or has no approved profile.")
        case Hindrance.YOUR_NO | Hindrance.NO_REQUESTS:  # the desk never reads who said no
            return _("%(name)s takes no requests: they set their limit of meetings to none.")
        case Hindrance.THEY_NOT_READY:
            return _("%(name)s does not take part yet, has no account, or has no approved profile.")
        case Hindrance.OWN_ORGANISATION:
            return _("%(you)s and %(name)s are from the same organisation.")
        case Hindrance.APART:
            return _("By the rules %(you)s and %(name)s do not see each other.")
        case Hindrance.NOBODY_ASKS:
            return _("By the rules %(you)s and %(name)s see each other, and neither may ask the other.")
        case Hindrance.NOT_YOU:
            return _("By the rules %(name)s may ask %(you)s, and not the other way round.")
        case Hindrance.MEETING:
            return _("%(you)s and %(name)s have agreed to meet already.")
        case Hindrance.ASKED:
            return _("%(you)s has asked %(name)s already and waits for the answer.")
        case Hindrance.ASKED_BY_THEM:
            return _("%(name)s has asked %(you)s already and waits for the answer.")
        case Hindrance.DECLINED:
            return _("%(name)s has declined a request of %(you)s.")
        case Hindrance.LOCKED:
            return _("The bookings are locked.")
        case Hindrance.NOT_OPEN:
            return _("Booking of meetings opens on %(opens)s.")
        case Hindrance.CLOSED:
            return _("Booking of meetings is closed.")
        case Hindrance.YOU_MEET_ENOUGH:
            return _("%(you)s has agreed to as many meetings as they may.")
        case Hindrance.THEY_MEET_ENOUGH:
            return _("%(name)s has agreed to as many meetings as they may.")
        case Hindrance.TOO_MANY:
            return _("%(pending)d requests of %(you)s wait for an answer, and at most %(cap)d may.")
