"""A time that somebody popular has again is offered to those who wait for them, one at a time, the best first."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime

from tortoise.expressions import Q

from app import occupancy
from app.journal import Changes, changing, revisions
from events.models import Event
from events.waiting.models import WaitState, offer_minutes
from events.waiting.queueing import Place, deadline, in_order
from matchmaking.affinity import score
from matchmaking.availability import free_slots
from matchmaking.cards import cards
from matchmaking.diaries import diaries, floor
from matchmaking.gathering import gathering_of
from matchmaking.models import Meeting
from matchmaking.parties import people, principals, with_people
from matchmaking.placing import claims_at
from matchmaking.profile_models import Profile
from matchmaking.waitlist.models import MeetingWait


async def offer_times(changes: Changes, event: Event) -> None:
    """Within an open block: what was not answered in time goes on, and every time that somebody waited for has is
    offered to whoever comes first."""
    await _drop_settled(changes, event)
    await _withdraw_lost(changes, event)
    await _pass_on(changes, event)
    minutes = await offer_minutes(event.id)
    agreed = [wait for wait in await queue(event) if wait.meeting.waiting]
    for wait in await _free_together(event, agreed, now=changes.at):
        await _offer(changes, event, wait, minutes=minutes)


async def queue(event: Event) -> list[MeetingWait]:
    """Everybody at the event who waits, those with most for each other first; with their meetings and people."""
    rows = await waits_with_meetings(MeetingWait.filter(meeting__event=event, state=WaitState.WAITING))
    worth = await _worths(rows)
    waits = {wait.id: wait for wait in rows}
    return [waits[one.id] for one in in_order(Place(one.id, one.joined_at, worth=worth[one.id]) for one in rows)]


async def waits_with_meetings(found: object) -> list[MeetingWait]:
    """With waiter and their person, slot, table and the meeting, which has its people and event."""
    waits: list[MeetingWait] = await found.select_related("waiter__person", "slot__round", "table").order_by("id")  # type: ignore[attr-defined]
    meetings = with_people(Meeting.filter(id__in=[wait.meeting_id for wait in waits]), "organisation")
    known = {meeting.id: meeting for meeting in await meetings.select_related("event")}
    for wait in waits:
        wait.meeting = known[wait.meeting_id]
    return waits


def awaited(wait: MeetingWait) -> int:
    """The participant whom they wait for."""
    meeting = wait.meeting
    return meeting.invitee_id if meeting.asker_id == wait.waiter_id else meeting.asker_id


async def let_go(wait: MeetingWait) -> None:
    """Within an open block: what is held for an offer is free again."""
    if wait.meeting.waiting:
        await occupancy.release([wait.meeting.subject])


def record(changes: Changes, kind: str, wait: MeetingWait, **more: object) -> None:
    """For whoever waits and the desk; it moves nobody's calendar."""
    names = [one.name for one in people(wait.meeting)]
    changes.record(
        kind, wait.meeting, topics=[wait.meeting.event.desk, wait.waiter.inbox], data={"names": names, **more}
    )


class Looking:
    """The worker: it looks at an event again once something happened there, or an offer has run out."""

    def __init__(self) -> None:
        self.seen: dict[int, int] = {}  # by event: the revision at which nothing could be offered

    async def work(self) -> bool:
        due = MeetingWait.filter(state=WaitState.OFFERED, until__lte=datetime.now(UTC))
        if first := await due.first().select_related("meeting__event"):
            await _look_at(first.meeting.event)
            return True
        ids = await MeetingWait.all().distinct().values_list("meeting__event_id", flat=True)
        events = await Event.filter(id__in=list(ids)).order_by("id")
        reached = await revisions([event.scope for event in events])
        for event in events:
            if self.seen.get(event.id) != reached[event.scope]:
                self.seen[event.id] = reached[event.scope]
                if await _look_at(event):
                    return True
        return False


async def _look_at(event: Event) -> bool:
    """Whether anything was offered or passed on."""
    async with changing(event.scope, by="worker") as changes:
        await offer_times(changes, event)
    return bool(changes.facts)


async def _free_together(event: Event, waits: Sequence[MeetingWait], *, now: datetime) -> list[MeetingWait]:
    """Those whose people have a slot in common, in the same order, read at once for all of them. Tables, interpreters
    and opening times are looked at for these only, and once more with what earlier offers hold by then."""
    everybody = {one.id: one for wait in waits for one in principals(wait.meeting)}
    ground = await floor(event)
    known = await diaries(list(everybody.values()), within=ground.span)
    free = {one: {slot.id for slot in free_slots(ground.slots, diary, now=now)} for one, diary in known.items()}
    return [wait for wait in waits if set.intersection(*(free[one.id] for one in principals(wait.meeting)))]


async def _offer(changes: Changes, event: Event, wait: MeetingWait, *, minutes: int) -> None:
    """The first time that both have, if there is one: it is held for them until the deadline."""
    if wait.waiter.person is None:
        return
    gathering = await gathering_of(event, wait.meeting, reader=wait.waiter.person, now=changes.at)
    place = gathering.first_free()
    if place is None:
        return
    until = deadline(changes.at, minutes=minutes, start=place.slot.span.start)
    if until is None:
        return
    await occupancy.hold(wait.meeting.subject, claims_at(wait.meeting, place.slot.span, place.table))
    wait.state, wait.slot_id, wait.table_id = WaitState.OFFERED, place.slot.id, place.table
    wait.until, wait.told_at = until, None
    await wait.save()
    record(changes, "time.offered", wait, start=place.slot.span.start.isoformat(), until=until.isoformat())


async def _withdraw_lost(changes: Changes, event: Event) -> None:
    """Whose offered slot or table is gone waits again, and is told so if they were told of the offer."""
    gone = Q(slot_id__isnull=True) | Q(table_id__isnull=True)
    for wait in await waits_with_meetings(MeetingWait.filter(gone, meeting__event=event, state=WaitState.OFFERED)):
        await let_go(wait)
        wait.state, wait.slot_id, wait.table_id, wait.until = WaitState.WAITING, None, None, None
        await wait.save()
        record(changes, "time.withdrawn", wait)


async def _pass_on(changes: Changes, event: Event) -> None:
    due = MeetingWait.filter(meeting__event=event, state=WaitState.OFFERED, until__lte=changes.at)
    for wait in await waits_with_meetings(due):
        await let_go(wait)
        wait.state, wait.slot_id, wait.table_id, wait.until = WaitState.PASSED, None, None, None
        await wait.save()
        record(changes, "time.passed", wait)


async def _drop_settled(changes: Changes, event: Event) -> None:
    """Whose meeting has a time by now, or is off, waits no more."""
    for wait in await waits_with_meetings(MeetingWait.filter(meeting__event=event)):
        if wait.meeting.slot_id is not None or wait.meeting.status.value not in ("requested", "accepted"):
            await wait.delete()
            record(changes, "time.unawaited", wait)


async def _worths(waits: Iterable[MeetingWait]) -> Mapping[int, int]:
    """By wait: how much the two have for each other."""
    pairs = {wait.id: (wait.waiter_id, awaited(wait)) for wait in waits}
    ids = {one for pair in pairs.values() for one in pair}
    wishes = {card.id: card.wishes for card in await cards(Profile.filter(participant_id__in=list(ids)))}
    found: dict[int, int] = defaultdict(int)
    for wait, (one, other) in pairs.items():
        if one in wishes and other in wishes:
            found[wait] = score(wishes[one], wishes[other])
    return found
