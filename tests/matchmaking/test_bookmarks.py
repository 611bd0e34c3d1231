"""Marks on people: they order one's own lists, and a veto shows to nobody but its owner, in no page and no fact."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app import journal
from app.errors import Forbidden, Refused
from app.i18n import language
from app.journal import changes_since
from app.models import Topic
from matchmaking.asking import standing
from matchmaking.bookmarks.interests import interests
from matchmaking.bookmarks.marking import mark, marks_of
from matchmaking.bookmarks.models import Mark
from matchmaking.bookmarks.vetoes import kept_apart
from matchmaking.meetings import accept, request_meeting
from matchmaking.profile_models import Profile
from matchmaking.ranking import rank
from matchmaking.refusals import refusal
from matchmaking.wishes import Wish, crowd, wishes
from tests.matchmaking.conftest import Fair
from tests.matchmaking.visiting import visit  # noqa: F401 - a fixture


@pytest.fixture
async def trio(fair: Fair):
    opened = await fair.round("10:00", "11:00")
    anna = await fair.delegate("Anna", opened, offers=("bark",), needs=("lignin",))
    mikko = await fair.delegate("Mikko", opened, region=1, offers=("lignin",), needs=("bark",))
    eero = await fair.delegate("Eero", opened, region=1, offers=("lignin",), needs=("bark",))
    return anna, mikko, eero


async def told(fair: Fair) -> tuple[int, int, int]:
    """Everything of the event's journal that somebody could look at."""
    facts = await changes_since(fair.event.scope, 0)
    topics = await Topic.filter(scope=fair.event.scope).order_by("id").values_list("revision", flat=True)
    return await journal.revision(fair.event.scope), len(facts), hash(tuple(topics))


async def test_a_mark_leaves_no_trace_in_the_event(fair: Fair, trio) -> None:
    anna, mikko, _eero = trio
    before = await told(fair)
    for wanted in (Mark.NOT, Mark.MUST, Mark.NICE, None, None):
        await mark(mikko, anna, wanted, by=fair[mikko])
        assert await marks_of(mikko) == ({anna.id: wanted} if wanted else {})
    assert await told(fair) == before
    own = await changes_since(f"person:{fair[mikko].id}", 0)
    assert [(fact.kind, fact.topics, fact.data) for fact in own] == [("bookmark.set", [], {})] * 3 + [
        ("bookmark.removed", [], {})
    ]
    with pytest.raises(Forbidden):
        await mark(mikko, anna, Mark.NOT, by=fair.organiser)
    with pytest.raises(Refused, match="This is you"):
        await mark(anna, anna, Mark.NOT, by=fair[anna])


async def test_a_veto_answers_as_somebody_who_takes_no_requests(fair: Fair, trio) -> None:
    anna, mikko, eero = trio
    await mark(mikko, anna, Mark.NOT, by=fair[mikko])
    await Profile.filter(participant=eero).update(most_meetings=0)
    sentences = []
    for invitee in (mikko, eero):
        with pytest.raises(Refused) as refused:
            await request_meeting(anna, invitee, message="", by=fair[anna])
        sentences.append((str(refused.value).replace(invitee.name, "X"), refused.value.hints))
    assert sentences == [("X cannot be asked for meetings at this event.", ())] * 2
    with pytest.raises(Refused, match="You said that you do not want to meet Anna"):
        await request_meeting(mikko, anna, message="", by=fair[mikko])
    for one, other in ((anna, mikko), (mikko, anna)):
        assert (await standing(one, other, desk_reads=True)).against is None, "the desk must not read it"


async def test_a_veto_changes_nothing_that_is_agreed_or_asked(fair: Fair, trio) -> None:
    anna, mikko, eero = trio
    await request_meeting(anna, mikko, message="", by=fair[anna])
    await accept(await request_meeting(anna, eero, message="", by=fair[anna]), by=fair[eero])
    before = [str(refusal(await standing(anna, other))) for other in (mikko, eero)]
    for other in (mikko, eero):
        await mark(other, anna, Mark.NOT, by=fair[other])
    assert [str(refusal(await standing(anna, other))) for other in (mikko, eero)] == before


async def test_pages_of_the_vetoed_stay_the_same_but_for_the_neutral_sentence(fair: Fair, trio, visit) -> None:  # noqa: F811
    anna, mikko, _eero = trio
    hers, desk = await visit(fair[anna]), await visit(fair.organiser)
    pages = [
        "/e/tampere/people",
        "/e/tampere/matches",
        "/e/tampere/meetings",
        "/e/tampere/messages",
        "/e/tampere/data/all.json",
    ]
    of_desk = ["/e/tampere/desk/journal", "/e/tampere/desk/meetings", f"/e/tampere/desk/participants/{mikko.id}"]

    async def look() -> list[str]:
        answers = [await hers.get(page) for page in pages] + [await desk.get(page) for page in of_desk]
        assert all(answer.status_code == 200 for answer in answers)
        return [answer.text for answer in answers]

    before = await look()
    his = await visit(fair[mikko])
    marked = await his.post(f"/e/tampere/people/{anna.id}/mark", data={"mark": "not for me"})
    assert marked.status_code == 303
    assert await look() == before
    page = (await hers.get(f"/e/tampere/people/{mikko.id}")).text
    assert "Mikko cannot be asked for meetings at this event." in page
    assert not re.search(r"veto|does not want", page)
    assert f"/people/{anna.id}" not in (await his.get("/e/tampere/matches")).text


async def test_marks_order_and_filter_ones_own_lists(fair: Fair, trio, visit) -> None:  # noqa: F811
    anna, _mikko, eero = trio
    hers = await visit(fair[anna])
    first = (await hers.get("/e/tampere/matches")).text
    assert first.index("Mikko") < first.index("Eero"), "equals stand in order of their ids"
    back = {"mark": "must meet", "back": "/e/tampere/people?q=eero"}
    answer = await hers.post(f"/e/tampere/people/{eero.id}/mark", data=back)
    assert answer.headers["location"] == f"/e/tampere/people?q=eero#person-{eero.id}"
    then = (await hers.get("/e/tampere/matches")).text
    assert then.index("Eero") < then.index("Mikko")
    assert "You marked them: must meet." in then
    listed = (await hers.get("/e/tampere/people?mark=must+meet")).text
    assert "Eero" in listed
    assert "Mikko" not in listed
    assert (await hers.post(f"/e/tampere/people/{eero.id}/mark", data={"mark": "adore"})).status_code == 409
    for url in ("https://evil.example/", "//evil.example", "/e/other/people?q=x"):
        away = await hers.post(f"/e/tampere/people/{eero.id}/mark", data={"mark": "must meet", "back": url})
        assert away.headers["location"].startswith("/e/tampere/people/")


async def test_interest_weighs_both_sides_and_vetoes_win(fair: Fair, trio) -> None:
    anna, mikko, eero = trio
    await mark(anna, mikko, Mark.MUST, by=fair[anna])
    await mark(mikko, anna, Mark.NICE, by=fair[mikko])
    await mark(anna, eero, Mark.MUST, by=fair[anna])
    await mark(eero, anna, Mark.NOT, by=fair[eero])
    found = await interests(fair.event)
    assert [found.interest(one.id, other.id) for one, other in ((anna, mikko), (anna, eero), (mikko, eero))] == [
        6,
        0,
        2,
    ]
    assert found.interest(mikko.id, anna.id) == 6
    assert await kept_apart(fair.event) == {(anna.id, eero.id)}
    assert await kept_apart(fair.event, [mikko.id, anna.id]) == frozenset()
    assert language() == "en"


terms = st.lists(st.sampled_from(["bark", "lignin", "enzymes", "pulp"]), max_size=2).map(tuple)
marks = st.sampled_from(["must meet", "nice to meet", "not for me"])


@given(st.lists(st.tuples(terms, terms), min_size=1, max_size=8), st.dictionaries(st.integers(1, 8), marks))
def test_marks_only_raise_or_take_out(profiles, given_marks) -> None:
    made = [
        wishes(participant=id, organisation=None, region=None, languages=(), lines=[Wish(1, None, "research", *line)])
        for id, line in enumerate(profiles)
    ]
    plain = {one.participant: one.points for one in rank(made[0], crowd(made), limit=9)}
    marked = {one.participant: one.points for one in rank(made[0], crowd(made), limit=9, marks=given_marks)}
    assert marked.keys() == {id for id in plain if given_marks.get(id) != "not for me"}
    assert all(marked[id] == plain[id] if id not in given_marks else marked[id] >= plain[id] for id in marked)
