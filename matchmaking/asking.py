"""May one participant ask another for a meeting? Loads what `rules` weighs, and says its answer in a sentence."""

from dataclasses import dataclass, replace
from datetime import UTC, datetime

from tortoise.expressions import Q

from app.errors import Refused
from app.i18n import _
from app.wording import when
from events.models import Participant, ParticipantStatus
from matchmaking.bookmarks.vetoes import shuts_out
from matchmaking.conditions import conditions_of, matrix_of
from matchmaking.models import Conditions, Meeting, MeetingStatus, Profile, ProfileStatus, Round, TypeConditions
from matchmaking.parties import of_participants
from matchmaking.rules import Before, Hindrance, Side, fair_cap, hindrance, hindrance_to_yes


@dataclass(frozen=True, slots=True)
class Standing:
    """What stands between two people now, None: nothing; pages show it before anybody tries."""

    asker: Participant
    invitee: Participant
    yours: Side  # the asker's
    theirs: Side
    against: Hindrance | None
    opens: str = ""  # when booking does, if it has not


async def standing(asker: Participant, invitee: Participant, *, desk_reads: bool = False) -> Standing:
    """Whether the one may ask the other; what the two think of each other is not for the desk to read."""
    newest = await newest_meeting(asker, invitee)
    conditions, matrix = await conditions_of(asker.event_id), await matrix_of(asker.event_id)
    yours, theirs = await side_of(asker, conditions), await side_of(invitee, conditions)
    if not desk_reads:
        yours = replace(yours, shuts=await shuts_out(asker, invitee))
        theirs = replace(theirs, shuts=await shuts_out(invitee, asker))
    before = Before(newest.asker_id, newest.status.value) if newest else None
    shut, opens = await _window(asker.event_id, conditions)
    found = hindrance(yours, theirs, before=before, matrix=matrix, shut=shut)
    return Standing(asker, invitee, yours, theirs, found, opens)


async def _window(event_id: int, conditions: Conditions) -> tuple[Hindrance | None, str]:
    """What keeps everybody from asking now, and when booking opens: one round that is open for it is enough."""
    if conditions.locked:
        return Hindrance.LOCKED, ""
    now, rounds = datetime.now(UTC), await Round.filter(event_id=event_id).select_related("event")
    if not rounds or any(one.takes_bookings(now) for one in rounds):
        return None, ""
    coming = [one.opens_at for one in rounds if one.opens_at and one.opens_at > now]
    if not coming:
        return Hindrance.CLOSED, ""
    return Hindrance.NOT_OPEN, when(min(coming), rounds[0].event.tz)


async def refuse_yes(meeting: Meeting) -> None:
    """Raises Refused where rules or limits forbid by now what the request asks for; said to the invitee."""
    conditions, matrix = await conditions_of(meeting.event_id), await matrix_of(meeting.event_id)
    yours, theirs = await side_of(meeting.invitee, conditions), await side_of(meeting.asker, conditions)
    found = hindrance_to_yes(theirs, yours, matrix=matrix, locked=conditions.locked)
    if found:
        raise refusal(Standing(meeting.invitee, meeting.asker, yours, theirs, found))


async def allowance(participant: Participant) -> Side:
    """How much they may ask and agree to, and have: pages show it from the start."""
    return await side_of(participant, await conditions_of(participant.event_id))


async def newest_meeting(one: Participant, other: Participant) -> Meeting | None:
    either_way = Q(asker_id=one.id, invitee_id=other.id) | Q(asker_id=other.id, invitee_id=one.id)
    return await Meeting.filter(either_way, group_id__isnull=True).order_by("-id").first()


async def side_of(participant: Participant, conditions: Conditions) -> Side:
    """With how much they may ask and agree to, and have."""
    approved = participant.status == ParticipantStatus.APPROVED and participant.person_id is not None
    profile = await Profile.get_or_none(participant=participant)
    own = await TypeConditions.get_or_none(type_id=participant.type_id) if participant.type_id else None
    counts = await _asked(participant)
    limits = [one.most_meetings for one in (conditions, own, profile) if one]
    return Side(
        participant.id,
        participant.organisation_id,
        ready=approved and profile is not None and profile.status == ProfileStatus.APPROVED,
        type=participant.type_id,
        cap_of_all=conditions.pending,
        pending=counts.get(MeetingStatus.REQUESTED, 0),
        cap=fair_cap(
            conditions.pending,
            accepted=counts.get(MeetingStatus.ACCEPTED, 0),
            refused=counts.get(MeetingStatus.DECLINED, 0) + counts.get(MeetingStatus.EXPIRED, 0),
        ),
        meetings=await Meeting.filter(of_participants([participant.id]), status=MeetingStatus.ACCEPTED).count(),
        most=min((limit for limit in limits if limit is not None), default=None),
    )


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


async def _asked(asker: Participant) -> dict[MeetingStatus, int]:
    """How many of their requests have which status."""
    counts: dict[MeetingStatus, int] = {}
    for (status,) in await Meeting.filter(asker=asker).values_list("status"):
        counts[status] = counts.get(status, 0) + 1
    return counts


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
