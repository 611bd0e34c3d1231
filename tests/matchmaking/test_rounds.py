from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from app.errors import Forbidden, Refused
from app.journal import revision
from matchmaking.round_models import Availability, Location, Round, Slot, Table
from matchmaking.rounds import Shape, cut, open_round


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


def test_cut_counts_real_minutes_on_the_night_the_clocks_go_back():
    zone = ZoneInfo("Europe/Helsinki")
    start, end = datetime(2026, 10, 25, 2, 0, tzinfo=zone), datetime(2026, 10, 25, 5, 0, tzinfo=zone)
    shape = Shape(name="Night", start=start.astimezone(UTC), end=end.astimezone(UTC), slot_minutes=60, tables=1)
    assert len(cut(shape)) == 4


def online(fair, **more) -> Shape:
    times = {"start": fair.at("10:00"), "end": fair.at("11:00"), "slot_minutes": 20, "tables": 0}
    return Shape(name="Online", location=Location.ONLINE, **{**times, **more})


async def test_online_there_is_a_line_for_all_who_could_meet_at_once(fair):
    opened = await open_round(fair.event, online(fair, link="https://meet.example.org/{event}-{meeting}"), by="test")
    for number in range(7):
        await fair.delegate(f"Guest {number}", opened)
    lines = await Table.filter(round=opened)
    assert await Availability.filter(round=opened).count() == 7
    assert len(lines) == 4
    assert all(line.line for line in lines)


@pytest.mark.parametrize(
    ("more", "sentence"),
    [
        ({"link": "http://meet.example.org/{meeting}"}, "https"),
        ({"link": "https://meet.example.org/{event}"}, r"Put \{meeting\}"),
        ({"link": "https://meet.example.org/{meeting}/{password}"}, "stand for something"),
        ({"link": "javascript:alert({meeting})"}, "https"),
        ({"opens_at": datetime(2030, 1, 2, tzinfo=UTC), "closes_at": datetime(2030, 1, 1, tzinfo=UTC)}, "before it"),
    ],
)
async def test_odd_links_and_windows_are_refused(sqlite_fair, more, sentence):
    with pytest.raises(Refused, match=sentence):
        await open_round(sqlite_fair.event, online(sqlite_fair, **more), by="test")
