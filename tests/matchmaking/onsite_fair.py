"""A fair that is on: its round has begun, and people sit at their tables."""

from datetime import UTC, datetime, timedelta

from app.journal import changing
from events.models import Event, Participant
from matchmaking import availability
from matchmaking.availability import Place
from matchmaking.models import Meeting, MeetingStatus
from matchmaking.onsite.models import Absence
from matchmaking.onsite.presence import Said, say
from matchmaking.parties import with_people
from matchmaking.placing import sit_down
from matchmaking.round_models import Round, Slot, Table
from tests.matchmaking.conftest import Fair


async def begun(fair: Fair, *, tables: int = 4) -> Round:
    """Two slots of forty minutes, of which the first began five to ten minutes ago."""
    opened = await fair.round("10:00", "11:20", minutes=40, tables=tables)
    now = datetime.now(UTC).replace(second=0, microsecond=0)
    start = now - timedelta(minutes=now.minute % 5 + 5)
    first, second = await Slot.filter(round=opened).order_by("start")
    length = timedelta(minutes=40)
    await Slot.filter(id=first.id).update(start=start, end=start + length)
    await Slot.filter(id=second.id).update(start=start + length, end=start + 2 * length)
    await Round.filter(id=opened.id).update(start=start, end=start + 2 * length)
    day = start.astimezone(fair.event.tz).date()
    await Event.filter(id=fair.event.id).update(first_day=day, last_day=day + timedelta(days=1))
    await fair.event.refresh_from_db()
    return await Round.get(id=opened.id)


async def sit(fair: Fair, one: Participant, other: Participant, *, number: int, following: bool = False) -> Meeting:
    """They have a meeting in the first slot, or the one that follows, at that table."""
    slots = await Slot.filter(round__event=fair.event).order_by("start")
    slot, table = slots[following], await Table.get(round_id=slots[0].round_id, number=number)
    async with changing(fair.event.scope, by="test") as changes:
        made = await Meeting.create(
            event=fair.event, asker=one, invitee=other, status=MeetingStatus.ACCEPTED,
            changed_at=changes.at, created_at=changes.at,
        )  # fmt: skip
        meeting = await with_people(Meeting.filter(id=made.id)).select_related("event").get()
        place = Place(availability.Slot(slot.id, slot.round_id, slot.span), table.id)
        await sit_down(meeting, place, at=changes.at)
        await meeting.save()
        changes.record("meeting.accepted", meeting, topics=[])
    return meeting


async def arrive(fair: Fair, *people: Participant, standby: bool = False) -> None:
    for one in people:
        await say(one, Said(here=True, standby=standby), by=fair[one])


async def minutes_later(absence: Absence, minutes: int = 4) -> Absence:
    await Absence.filter(id=absence.id).update(at=datetime.now(UTC) - timedelta(minutes=minutes))
    return await Absence.get(id=absence.id)
