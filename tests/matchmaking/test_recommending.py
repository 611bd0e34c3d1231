"""Whom to meet, as the page and programs show it."""

from datetime import UTC, datetime

import pytest

from app.journal import changing
from matchmaking.bookmarks.marking import mark
from matchmaking.bookmarks.models import Mark
from matchmaking.conditions import Terms, change_conditions
from matchmaking.directory import directory_for
from matchmaking.messages.silencing import silence
from matchmaking.recommending import recommended
from matchmaking.spreading.models import Easing
from matchmaking.times import tick_rounds
from tests.matchmaking.visiting import visit  # noqa: F401 - a fixture

NO_TIME = "You have no free time in common."


@pytest.fixture
async def anna(fair):
    return await fair.delegate("Anna", region=0, offers=("bark",), needs=("lignin",))


async def found(fair, reader):
    known = await directory_for(fair.event, reader)
    return await recommended(fair.event, reader, known, now=datetime.now(UTC))


async def names(fair, reader):
    return [match.card.name for match in await found(fair, reader)]


async def test_whoever_has_no_free_time_in_common_comes_last_and_it_says_so(fair, anna):
    busy = await fair.delegate("Busy", region=1, offers=("lignin",), needs=("bark",))
    free = await fair.delegate("Other", region=1, offers=("lignin",))
    assert await names(fair, anna) == ["Busy", "Other"]  # no rounds yet: nobody can be without time
    morning = await fair.round("09:00", "10:00")
    await tick_rounds(anna, [morning], by=fair[anna])
    await tick_rounds(free, [morning], by=fair[free])
    other, last = await found(fair, anna)
    assert (other.card.name, last.card.name) == ("Other", "Busy")
    assert NO_TIME in last.reasons
    assert NO_TIME in last.brief
    assert NO_TIME not in other.reasons
    await tick_rounds(busy, [morning], by=fair[busy])
    assert await names(fair, anna) == ["Busy", "Other"]


async def test_other_regions_come_first_only_where_the_event_says_so(fair, anna):
    await fair.delegate("Adam", region=0, offers=("lignin",))
    await fair.delegate("Zofia", region=1, offers=("lignin",))
    assert await names(fair, anna) == ["Zofia", "Adam"]
    terms = Terms(
        pending=30, request_minutes=60, most_meetings=None, pause_minutes=0, locked=False, interregional=False
    )
    await change_conditions(fair.event, terms, by=fair.organiser)
    assert await names(fair, anna) == ["Adam", "Zofia"]


async def test_marks_and_blocks_of_the_reader_hold_and_those_of_others_show_nowhere(fair, anna):
    one = await fair.delegate("One", region=1, offers=("lignin",))
    two = await fair.delegate("Two", region=1, offers=("lignin",))
    await mark(two, anna, Mark.NOT, by=fair[two])
    assert await names(fair, anna) == ["One", "Two"]
    await mark(anna, two, Mark.MUST, by=fair[anna])
    first = (await found(fair, anna))[0]
    assert (first.card.name, first.brief[0]) == ("Two", "You marked them: must meet.")
    await mark(anna, two, Mark.NOT, by=fair[anna])
    assert await names(fair, anna) == ["One"]
    await silence(anna, one, by=fair[anna])
    assert await names(fair, anna) == []


async def test_whoever_is_wanted_by_very_many_stands_lower_and_it_says_so(fair, anna):
    first = await fair.delegate("First", region=1, offers=("lignin",))
    await fair.delegate("Second", region=1, offers=("lignin",))
    async with changing("easing:1", by="test") as changes:
        easing = await Easing.create(event=fair.event, mark="x", losses={str(first.id): 20}, begun_at=changes.at)
        changes.record("easing.made", easing, topics=[])
    second, eased = await found(fair, anna)
    assert (second.card.name, eased.card.name) == ("Second", "First")
    assert "They fit very many here, so they stand lower in your list." in eased.brief


async def test_page_and_program_say_the_same(fair, anna, visit):  # noqa: F811
    await fair.delegate("Mikko", region=1, offers=("kraft lignin",), needs=("bark", "peat"))
    browser = await visit(fair[anna])
    page = (await browser.get("/e/tampere/matches")).text
    told = (await browser.get("/e/tampere/matches", headers={"Accept": "application/json"})).json()
    (match,) = told["matches"]
    assert match["name"] == "Mikko"
    assert match["url"].endswith(f"/e/tampere/people/{match['participant']}")
    assert match["reasons"][:2] == ["They offer kraft lignin, you seek lignin.", "You offer bark, they seek it."]
    assert all(reason in page for reason in match["reasons"][:3])
    assert match["reasons"][-1] not in page  # the card is short: the profile says the rest
    whole = (await browser.get(match["url"])).text
    assert all(reason in whole for reason in match["reasons"])
