"""Why one may not ask, accept or join, and what one can do: in words for the one who wants to, or for the desk."""

from collections.abc import Mapping
from dataclasses import dataclass

from app.errors import Refused
from app.i18n import _, later
from events.models import Participant
from matchmaking.models import Meeting
from matchmaking.rules import Hindrance, Side

WORDS: Mapping[Hindrance, tuple[str, str]] = {
    Hindrance.YOURSELF: (later("This is you."), ""),
    Hindrance.YOU_NOT_READY: (
        later("You can ask for meetings once the organisers have approved you and your profile."),
        later("Is your profile complete? Say what you offer and what you seek."),
    ),
    Hindrance.THEY_NOT_READY: (later("%(name)s cannot be asked for meetings at this event."), ""),
    Hindrance.NO_REQUESTS: (later("%(name)s cannot be asked for meetings at this event."), ""),
    Hindrance.YOUR_NO: (
        later("You said that you do not want to meet %(name)s."),
        later("Take that back on their page first."),
    ),
    Hindrance.OWN_ORGANISATION: (
        later("%(name)s is from your own organisation: these tables are for meeting others."),
        "",
    ),
    Hindrance.APART: (
        later("By the rules of this event you and %(name)s do not meet here."),
        later("The organisers can tell why."),
    ),
    Hindrance.NOBODY_ASKS: (
        later("By the rules of this event you and %(name)s do not meet here."),
        later("The organisers can tell why."),
    ),
    Hindrance.NOT_YOU: (
        later("By the rules of this event %(name)s may ask you, and you may not ask."),
        later("Show in your profile what you offer: then they find you."),
    ),
    Hindrance.MEETING: (
        later("You and %(name)s have agreed to meet already."),
        later("You find it among your meetings."),
    ),
    Hindrance.ASKED: (later("You have asked %(name)s already and wait for the answer."), ""),
    Hindrance.ASKED_BY_THEM: (
        later("%(name)s has asked you already."),
        later("Answer that request among your meetings."),
    ),
    Hindrance.DECLINED: (later("%(name)s has declined your request."), later("They can still ask you.")),
    Hindrance.LOCKED: (
        later("The meetings are settled, and the organisers have locked the bookings."),
        later("Ask at the desk: the organisers can still change them."),
    ),
    Hindrance.NOT_OPEN: (
        later("Booking of meetings opens on %(opens)s."),
        later("Until then, bookmark whom you would like to meet."),
    ),
    Hindrance.CLOSED: (
        later("Booking of meetings is closed."),
        later("Ask at the desk: the organisers can still help."),
    ),
    Hindrance.YOU_MEET_ENOUGH: (
        later("You have agreed to as many meetings as you may: %(yours)d."),
        later("Cancel one that matters less."),
    ),
    Hindrance.THEY_MEET_ENOUGH: (
        later("%(name)s has agreed to as many meetings as they may."),
        later("Ask again if one of them is cancelled."),
    ),
    Hindrance.TOO_MANY: (
        later("%(pending)d of your requests wait for an answer, and at most %(cap)d may wait at once."),
        later("Withdraw one that matters less, or wait for an answer."),
    ),
}
"""For whoever asks: what stands against it, and what they can do, if anything."""

NAMED_WORDS: Mapping[Hindrance, str] = {
    Hindrance.YOURSELF: later("%(you)s cannot meet themselves."),
    Hindrance.YOU_NOT_READY: later("%(you)s does not take part yet, has no account, or has no approved profile."),
    Hindrance.YOUR_NO: later("%(name)s takes no requests: they set their limit of meetings to none."),
    Hindrance.NO_REQUESTS: later("%(name)s takes no requests: they set their limit of meetings to none."),
    Hindrance.THEY_NOT_READY: later("%(name)s does not take part yet, has no account, or has no approved profile."),
    Hindrance.OWN_ORGANISATION: later("%(you)s and %(name)s are from the same organisation."),
    Hindrance.APART: later("By the rules %(you)s and %(name)s do not see each other."),
    Hindrance.NOBODY_ASKS: later("By the rules %(you)s and %(name)s see each other, and neither may ask the other."),
    Hindrance.NOT_YOU: later("By the rules %(name)s may ask %(you)s, and not the other way round."),
    Hindrance.MEETING: later("%(you)s and %(name)s have agreed to meet already."),
    Hindrance.ASKED: later("%(you)s has asked %(name)s already and waits for the answer."),
    Hindrance.ASKED_BY_THEM: later("%(name)s has asked %(you)s already and waits for the answer."),
    Hindrance.DECLINED: later("%(name)s has declined a request of %(you)s."),
    Hindrance.LOCKED: later("The bookings are locked."),
    Hindrance.NOT_OPEN: later("Booking of meetings opens on %(opens)s."),
    Hindrance.CLOSED: later("Booking of meetings is closed."),
    Hindrance.YOU_MEET_ENOUGH: later("%(you)s has agreed to as many meetings as they may."),
    Hindrance.THEY_MEET_ENOUGH: later("%(name)s has agreed to as many meetings as they may."),
    Hindrance.TOO_MANY: later("%(pending)d requests of %(you)s wait for an answer, and at most %(cap)d may."),
}
"""For the desk. It never reads who said no."""


@dataclass(frozen=True, slots=True)
class Standing:
    """What stands between two people now, None: nothing; pages show it before anybody tries."""

    asker: Participant
    invitee: Participant
    yours: Side  # the asker's
    theirs: Side
    against: Hindrance | None
    opens: str = ""  # when booking does, if it has not
    newest: Meeting | None = None  # of the two, which is no group's


def refusal(found: Standing, *, desk_reads: bool = False) -> Refused:
    """The sentence for the asker, or one that names them, with what they can do."""
    assert found.against
    sentence, hint = (NAMED_WORDS[found.against], "") if desk_reads else WORDS[found.against]
    values = {
        "you": found.asker.name,
        "name": found.invitee.name,
        "pending": found.yours.pending,
        "cap": found.yours.cap,
        "yours": found.yours.most or 0,
        "opens": found.opens,
    }
    return Refused(_(sentence) % values, hints=[_(hint) % values] if hint else [])


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
