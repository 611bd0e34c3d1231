"""Books an interpreter with a meeting whose people share no language: a Seat, held in the same slot as theirs."""

from collections import Counter
from dataclasses import dataclass
from datetime import timedelta

from app.errors import Refused
from app.i18n import _
from app.intervals import Interval
from app.wording import several, tongue
from events.models import Participant, ParticipantStatus
from matchmaking.availability import Diary, Slot, free_slots
from matchmaking.diaries import diaries
from matchmaking.interpreters.bridging import bridges, in_need
from matchmaking.interpreters.models import Interpreter
from matchmaking.models import Meeting, MeetingStatus, Seat, SeatRole
from matchmaking.profile_models import Profile


@dataclass(frozen=True, slots=True)
class Bridge:
    """Somebody who speaks with all of a meeting's people, and when they are free."""

    participant: Participant
    diary: Diary


@dataclass(frozen=True, slots=True)
class Bridging:
    """A meeting needs one of these. `between` is what its people speak: Polish – Finnish."""

    between: str
    candidates: tuple[Bridge, ...]  # whoever is booked already first, then those with the least to do


async def bridging_of(
    meeting: Meeting, *, within: Interval | None, without: Participant | None = None
) -> Bridging | None:
    """None: they share a language, or manage without, or the event has no interpreters. The meeting has its people
    at hand."""
    if meeting.unaided:
        return None
    speakers = [meeting.asker_id, meeting.invitee_id]
    speakers += [seat.participant_id for seat in meeting.seats if seat.role != SeatRole.INTERPRETER]
    found = {one.participant_id: one.languages for one in await Profile.filter(participant_id__in=speakers)}
    languages = [found.get(one, []) for one in speakers]
    if not in_need(languages):
        return None
    here = Interpreter.filter(participant__event_id=meeting.event_id)
    working = here.filter(participant__status=ParticipantStatus.APPROVED).order_by("id")
    registered = await working.select_related("participant")
    if not registered:
        return None
    able = [one.participant for one in registered if bridges(one.languages, languages)]
    able = [one for one in able if one.id not in speakers and one != without]
    booked = await _booked(meeting, able)
    seated = {seat.participant_id for seat in meeting.seats}
    able.sort(key=lambda one: (one.id not in seated, booked[one.id]))
    busy = await diaries(able, within=within, without=[meeting.id])
    return Bridging(_between(languages), tuple(Bridge(one, busy[one.id]) for one in able))


async def book_interpreter(meeting: Meeting, *, without: Participant | None = None) -> Bridging | None:
    """Within an open block: seats whoever is needed now, for the meeting's slot if it has one, and lets go whoever is
    not. What is needed comes back when nobody who could is free."""
    slot = Slot(meeting.slot.id, meeting.slot.round_id, meeting.slot.span) if meeting.slot else None
    needed = await bridging_of(meeting, within=slot.span if slot else None, without=without)
    wanted = needed and _first(needed, slot)
    seated = [seat for seat in meeting.seats if seat.role == SeatRole.INTERPRETER]
    kept = [seat for seat in seated if wanted and seat.participant_id == wanted.id]
    for seat in seated:
        if seat not in kept:
            await seat.delete()
    if wanted and not kept:
        await Seat.create(meeting=meeting, participant=wanted, role=SeatRole.INTERPRETER)
    if wanted or seated:
        await meeting.fetch_related("seats__participant")
    return needed if not wanted else None


def no_interpreter(needed: Bridging) -> Refused:
    return Refused(
        _("No interpreter is free: %(languages)s.") % {"languages": needed.between},
        hints=[_("Ask the organisers, or say that you manage without.")],
    )


def _first(needed: Bridging, slot: Slot | None) -> Participant | None:
    """Without a slot, whoever has any round; the schedule then finds a time for all of them."""
    for one in needed.candidates:
        if one.diary.rounds if slot is None else _free(slot, one.diary):
            return one.participant
    return None


def _free(slot: Slot, diary: Diary) -> bool:
    """Whether or not it has begun."""
    return bool(free_slots([slot], diary, now=slot.span.start - timedelta(minutes=1)))


async def _booked(meeting: Meeting, able: list[Participant]) -> Counter[int]:
    """How many meetings each interprets already."""
    seats = Seat.filter(participant_id__in=[one.id for one in able], meeting__status=MeetingStatus.ACCEPTED)
    return Counter(seat.participant_id for seat in await seats.exclude(meeting_id=meeting.id))


def _between(languages: list[list[str]]) -> str:
    """Each person's languages, those alike once."""
    spoken = dict.fromkeys(tuple(codes) for codes in languages if codes)
    return " – ".join(several(map(tongue, codes)) for codes in spoken)
