from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from app.errors import Forbidden, Refused
from app.journal import revision
from matchmaking.meetings import accept, cancel, request_meeting
from matchmaking.models import Meeting, Round, Slot, Table
from matchmaking.rounds import Shape, change_tables, close_round, cut


async def test_open_round_cuts_whole_slots(fair):
    opened = await fair.round("10:00", "11:10", minutes=20, pause=5, tables=3)
    slots = await Slot.filter(round=opened).order_by("start")
    assert [slot.start for slot in slots] == [fair.at("10:00"), fair.at("10:25"), fair.at("10:50")]
    assert slots[-1].end == fair.at("11:10")
    assert await Table.filter(round=opened).order_by("number").values_list("number", flat=True) == [1, 2, 3]


async def test_the_rest_of_a_round_stays_free(fair):
    opened = await fair.round("10:00", "11:05", minutes=20)
    assert await Slot.filter(round=opened).count() == 3


@pytest.mark.parametrize(
    ("start", "end", "options", "sentence"),
    [
        ("11:00", "10:00", {}, "ends before"),
        ("10:00", "10:00", {}, "ends before"),
        ("10:00", "10:15", {}, "shorter than one slot"),
        ("10:00", "11:00", {"minutes": 7}, "five minutes"),
        ("10:02", "11:00", {}, "five minutes"),
        ("10:00", "11:00", {"minutes": 0}, "at least five"),
        ("10:00", "11:00", {"pause": -5}, "at least five"),
        ("10:00", "11:00", {"tables": 0}, "tables"),
        ("10:00", "11:00", {"tables": 10**9}, "tables"),
    ],
)
async def test_open_round_refuses_nonsense(sqlite_fair, start, end, options, sentence):
    before = await revision(sqlite_fair.event.scope)
    with pytest.raises(Refused, match=sentence):
        await sqlite_fair.round(start, end, **options)
    assert await revision(sqlite_fair.event.scope) == before
    assert not await Round.exists()


async def test_rounds_stay_within_the_event_and_apart(sqlite_fair):
    fair = sqlite_fair
    await fair.round("10:00", "11:00")
    with pytest.raises(Refused, match="“Morning” is from 10:00 to 11:00 already"):
        await fair.round("10:40", "11:40", name="Hall B")
    assert await fair.round("11:00", "12:00", name="Noon")
    late = fair.at("10:00", day=2)
    fair.at = lambda clock: late.replace(hour=int(clock[:2]), minute=int(clock[3:]))
    with pytest.raises(Refused, match="outside the days"):
        await fair.round("09:00", "10:00")


async def test_only_the_desk_opens_rounds(sqlite_fair):
    anna = await sqlite_fair.newcomer("Anna")
    sqlite_fair.organiser = sqlite_fair[anna]
    with pytest.raises(Forbidden):
        await sqlite_fair.round("10:00", "11:00")


async def test_tables_with_meetings_are_not_taken_away(fair):
    opened = await fair.round("10:00", "10:20", tables=2)
    meetings = []
    for number in range(2):
        guest = await fair.delegate(f"Guest {number}", opened)
        host = await fair.delegate(f"Host {number}", opened)
        asked = await request_meeting(guest, host, message="", by=fair[guest])
        meetings.append(await accept(asked, by=fair[host]))
    with pytest.raises(Refused) as refused:
        await change_tables(opened, tables=1, by=fair.organiser)
    assert [("table 2" in hint, "Guest 1 and Host 1" in hint) for hint in refused.value.hints] == [(True, True)]
    await cancel(meetings[1], by=fair.organiser)
    await change_tables(opened, tables=1, by=fair.organiser)
    assert await Table.filter(round=opened).count() == 1
    assert (await Meeting.get(id=meetings[1].id)).table_id is None
    await change_tables(opened, tables=4, by=fair.organiser)
    assert await Table.filter(round=opened).order_by("number").values_list("number", flat=True) == [1, 2, 3, 4]


async def test_a_round_closes_when_no_meeting_stands_in_it(fair):
    opened = await fair.round("10:00", "10:20")
    guest, host = await fair.delegate("Guest", opened), await fair.delegate("Host", opened)
    meeting = await accept(await request_meeting(guest, host, message="", by=fair[guest]), by=fair[host])
    with pytest.raises(Refused, match="There are meetings in this round"):
        await close_round(opened, by=fair.organiser)
    await cancel(meeting, by=fair.organiser)
    await close_round(opened, by=fair.organiser)
    assert not await Round.exists()
    assert not await Slot.exists()


def test_cut_counts_real_minutes_on_the_night_the_clocks_go_back():
    zone = ZoneInfo("Europe/Helsinki")
    start, end = datetime(2026, 10, 25, 2, 0, tzinfo=zone), datetime(2026, 10, 25, 5, 0, tzinfo=zone)
    shape = Shape(name="Night", start=start.astimezone(UTC), end=end.astimezone(UTC), slot_minutes=60, tables=1)
    assert len(cut(shape)) == 4
