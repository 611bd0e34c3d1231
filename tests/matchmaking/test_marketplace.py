"""The marketplace: posting, finding and closing opportunities, the event's own fields, and asking from one."""

from dataclasses import replace
from datetime import UTC, datetime
from time import process_time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app import slices
from app.errors import NotFound, Refused, Stale
from app.journal import changes_since
from events.networks.closing import close as close_work
from events.networks.digests import due
from events.networks.following import follow
from events.networks.models import Network, Pilot
from matchmaking.directory import directory
from matchmaking.marketplace.extras import Field, Option, kept_answers, missing, relabelled
from matchmaking.marketplace.fields import add_field, change_field, remove_field
from matchmaking.marketplace.market import Wanted, field_of, market, origin_of
from matchmaking.marketplace.models import Extra, ExtraKind, Opportunity, OpportunityKind
from matchmaking.marketplace.posting import MOST_OPEN, Draft, close, edit, post, reopen
from matchmaking.meetings import request_meeting
from matchmaking.models import Meeting
from matchmaking.profile_models import ChainRole
from matchmaking.profiles import return_profile
from tests.events.conftest import counting_statements
from tests.matchmaking.conftest import Fair
from tests.matchmaking.visiting import visit  # noqa: F401 - a fixture

OFFER = Draft(
    OpportunityKind.OFFER, "Kuoren lajittelu", "Lajittelemme kuorta ja purua. Haemme kumppaneita.", language="fi"
)


@pytest.fixture
async def opened(fair: Fair):
    return await fair.round("10:00", "11:00")


@pytest.fixture
async def anna(fair: Fair, opened):
    return await fair.delegate("Anna", opened)


@pytest.fixture
async def mikko(fair: Fair, opened):
    return await fair.delegate("Mikko", opened, region=1)


async def titles(fair: Fair, **wanted) -> list[str]:
    found = await market(fair.event, await directory(fair.event))
    return [entry.opportunity.title for entry in found.only(Wanted(**wanted))]


async def test_an_opportunity_is_found_by_what_it_says(fair: Fair, mikko) -> None:
    full = replace(
        OFFER, pilot=fair.pilot.id, demo_case=fair.demo_case.id, role=ChainRole.SERVICE, trl=6,
        call_topic="HORIZON-CL6-2027",
    )  # fmt: skip
    await post(mikko, full, by=fair[mikko])
    await post(mikko, Draft(OpportunityKind.REQUEST, "Odpady z drewna", "Szukamy odpadów."), by=fair[mikko])
    everything = ["Odpady z drewna", "Kuoren lajittelu"]
    for wanted, found in [
        ({}, everything),
        ({"words": "lajitteluun kumppani"}, everything[1:]),
        ({"words": "odpadami"}, everything[:1]),
        ({"words": "mikko ltd"}, everything),
        ({"words": "tampere"}, everything),
        ({"kind": "request"}, everything[:1]),
        ({"pilot": fair.pilot.id}, everything[1:]),
        ({"demo_case": fair.demo_case.id}, everything[1:]),
        ({"role": "service", "trl": 6, "language": "fi"}, everything[1:]),
        ({"trl": 7}, []),
        ({"region": fair.regions[1].id, "house": "company"}, everything),
        ({"region": fair.regions[0].id}, []),
        ({"call_topic": "horizon-cl6"}, everything[1:]),
    ]:
        assert await titles(fair, **wanted) == found, wanted


async def test_only_open_ones_of_visible_authors_are_listed(fair: Fair, anna, mikko) -> None:
    hers, his = await post(anna, OFFER, by=fair[anna]), await post(mikko, OFFER, by=fair[mikko])
    assert len(await titles(fair)) == 2
    await close(his, by=fair[mikko])
    await close(his, by=fair[mikko])
    assert len(await titles(fair)) == 1
    await reopen(his, by=fair[mikko])
    profile = await anna.profile
    await return_profile(profile, reason="Too short", by=fair.organiser)
    assert len(await titles(fair)) == 1
    kinds = [fact.kind for fact in await changes_since(fair.event.scope, 0) if fact.subject == "opportunity"]
    assert kinds == ["opportunity.posted", "opportunity.posted", "opportunity.closed", "opportunity.reopened"]
    assert hers.participant_id == anna.id


async def test_what_cannot_be_posted_is_refused(fair: Fair, anna, mikko) -> None:
    newcomer = await fair.newcomer("Nina")
    with pytest.raises(NotFound):
        await post(newcomer, replace(OFFER, demo_case=fair.demo_case.id), by=fair[newcomer])
    foreign = await Pilot.create(network=await Network.create(code="other", name="Other"), code="X", names={"en": "X"})
    with pytest.raises(Refused, match="does not belong"):
        await post(anna, replace(OFFER, pilot=foreign.id), by=fair[anna])
    one = await post(anna, OFFER, by=fair[anna])
    with pytest.raises(Stale):
        await edit(one, OFFER, version=one.version + 1, by=fair[anna])
    with pytest.raises(Exception, match="Only the people concerned"):
        await edit(one, OFFER, version=one.version, by=fair[mikko])
    for _more in range(MOST_OPEN - 1):
        await post(anna, OFFER, by=fair[anna])
    with pytest.raises(Refused, match="20 open opportunities"):
        await post(anna, OFFER, by=fair[anna])


async def test_answers_to_own_fields_survive_new_labels(fair: Fair, mikko) -> None:
    extra = await add_field(
        fair.event, "Stage", ExtraKind.CHOICE, options=["Idea", "Pilot"], required=True, by=fair.organiser
    )
    with pytest.raises(Refused, match="Please answer: Stage"):
        await post(mikko, OFFER, by=fair[mikko])
    one = await post(mikko, replace(OFFER, answers={extra.id: 2, 99: "x"}), by=fair[mikko])
    assert one.answers == {str(extra.id): 2}
    changed = await change_field(
        extra, "Phase", labels={2: "Trial"}, more=["Market"], required=False, by=fair.organiser
    )
    field = field_of(changed)
    assert [option.label for option in field.offered()] == ["Trial", "Market"]
    assert field.words(one.answers[str(extra.id)]) == "Trial"
    assert await titles(fair, options={extra.id: 2}) == [OFFER.title]
    assert await titles(fair, options={extra.id: 3}) == []
    assert await titles(fair, words="trial") == [OFFER.title]
    await remove_field(changed, by=fair.organiser)
    assert await Extra.all().count() == 0
    with pytest.raises(Refused, match="at least two"):
        await add_field(fair.event, "Empty", ExtraKind.SEVERAL, options=["One"], by=fair.organiser)


async def test_a_meeting_remembers_what_it_came_of(fair: Fair, anna, mikko) -> None:
    his = await post(mikko, OFFER, by=fair[mikko])
    hers = await post(anna, OFFER, by=fair[anna])
    with pytest.raises(NotFound):
        await request_meeting(anna, mikko, message="", about=hers, by=fair[anna])
    meeting = await request_meeting(anna, mikko, message="", about=his, by=fair[anna])
    assert await origin_of(meeting) == his
    await close(his, by=fair[mikko])
    eero = await fair.delegate("Eero")
    with pytest.raises(Refused, match="is closed by now"):
        await request_meeting(eero, mikko, message="", about=his, by=fair[eero])
    assert await Meeting.all().count() == 1


async def test_from_the_search_to_the_request_on_pages(fair: Fair, visit, anna, mikko) -> None:  # noqa: F811
    extra = await add_field(fair.event, "Stage", ExtraKind.SEVERAL, options=["Idea", "Trial"], by=fair.organiser)
    his, hers = await visit(fair[mikko]), await visit(fair[anna])
    empty = (await hers.get("/e/tampere/opportunities")).text
    assert "Nothing is here yet." in empty
    typed = {
        "kind": "partner search", "title": "Bark <b>partners</b>", "text": "We look for more bark.",
        "work": f"{fair.pilot.id}.{fair.demo_case.id}", "call_topic": "S3-2027", "trl": "5", "role": "research",
        "language": "en", f"field-{extra.id}": "2",
    }  # fmt: skip
    wrong = await his.post("/e/tampere/opportunities", data=typed | {"title": "", "trl": "12"})
    assert wrong.status_code == 422
    assert "We look for more bark." in wrong.text
    posted = await his.post("/e/tampere/opportunities", data=typed)
    one = await Opportunity.get()
    assert posted.headers["location"] == f"/e/tampere/opportunities/{one.id}"
    found = (await hers.get("/e/tampere/opportunities", params={"q": "partner", f"field-{extra.id}": 2})).text
    assert "Bark &lt;b&gt;partners&lt;/b&gt;" in found
    assert "Nothing fits all of this." in (await hers.get("/e/tampere/opportunities?q=zinc")).text
    page = (await hers.get(f"/e/tampere/opportunities/{one.id}")).text
    assert "S3-2027" in page
    assert "Trial" in page
    asked = await hers.post(
        "/e/tampere/meetings", data={"invitee": mikko.id, "opportunity": one.id, "message": "Hello"}
    )
    assert asked.status_code == 303
    meeting = await Meeting.get()
    for browser in (hers, his):
        shown = (await browser.get(f"/e/tampere/meetings/{meeting.id}")).text
        assert f'<a href="/e/tampere/opportunities/{one.id}">Bark' in shown
    edited = await his.post(f"/e/tampere/opportunities/{one.id}/edit", data=typed | {"version": 1, "title": "Bark"})
    assert edited.status_code == 303
    stale = await his.post(f"/e/tampere/opportunities/{one.id}/edit", data=typed | {"version": 1})
    assert stale.status_code == 409
    assert (await his.post(f"/e/tampere/opportunities/{one.id}/closing")).status_code == 303
    assert (await hers.get(f"/e/tampere/opportunities/{one.id}")).status_code == 404
    assert (await his.get(f"/e/tampere/opportunities/{one.id}")).status_code == 200


async def test_the_page_finds_polish_and_finnish_words_in_other_endings_and_by_every_filter(fair: Fair, visit) -> None:  # noqa: F811
    anna, mikko = await fair.delegate("Anna", region=0), await fair.delegate("Mikko", region=1)
    hers, his, readers = [await visit(fair[one]) for one in (anna, mikko, await fair.delegate("Eero"))]
    common = {"work": f"{fair.pilot.id}.{fair.demo_case.id}", "role": "research"}
    polish = common | {
        "kind": "offer", "language": "pl", "call_topic": "CBE-2027", "trl": "4",
        "title": "Odzysk włókien z osadów ściekowych", "text": "Oferujemy fermentację serwatki i recykling tworzyw.",
    }  # fmt: skip
    finnish = common | {
        "kind": "request", "language": "fi", "call_topic": "S3-2027", "trl": "7",
        "title": "Etsimme kumppaneita muovijätteen lajitteluun", "text": "Kartongin kierrätyksessä syntyy kuituja.",
    }  # fmt: skip
    for browser, typed in ((hers, polish), (his, finnish)):
        assert (await browser.post("/e/tampere/opportunities", data=typed)).status_code == 303

    async def shown(**query: str | int) -> list[str]:
        page = (await readers.get("/e/tampere/opportunities", params=query)).text
        return [one["title"] for one in (polish, finnish) if one["title"] in page]

    for words in ("włókno", "wlokna", "osad", "ściek", "serwatką", "fermentacji", "tworzywo", "recyklingu", "odzysku"):
        assert await shown(q=words) == [polish["title"]], words
    for words in ("kumppani", "muovijäte", "muovijatteet", "lajittelun", "kartonki", "kierrätys", "kuitu", "kuidut"):
        assert await shown(q=words) == [finnish["title"]], words
    assert await shown(q="osady lajittelu") == [], "every word must be there"
    for query, found in (
        ({"kind": "offer"}, polish), ({"kind": "request"}, finnish), ({"language": "fi"}, finnish),
        ({"trl": 4}, polish),
        ({"region": fair.regions[1].id}, finnish), ({"topic": "cbe 2027"}, polish),
    ):  # fmt: skip
        assert await shown(**query) == [found["title"]], query
    both = [polish["title"], finnish["title"]]
    for query in ({"pilot": fair.pilot.id}, {"case": fair.demo_case.id}, {"house": "company"}, {"role": "research"}):
        assert await shown(**query) == both, query
    assert await shown(role="funder") == []


@pytest.mark.parametrize("number", ["0", "x", "9" * 30, "-1"])
async def test_odd_opportunities_are_not_found(fair: Fair, visit, anna, mikko, number: str) -> None:  # noqa: F811
    hers = await visit(fair[anna])
    assert (await hers.get(f"/e/tampere/opportunities/{number}")).status_code == 404
    data = {"invitee": mikko.id, "opportunity": number, "message": ""}
    assert (await hers.post("/e/tampere/meetings", data=data)).status_code in (404, 409)
    assert await Meeting.all().count() == 0


async def test_the_desk_makes_fields_and_sees_what_is_wrong(fair: Fair, visit) -> None:  # noqa: F811
    desk = await visit(fair.organiser)
    assert "no fields of its own" in (await desk.get("/e/tampere/desk/fields")).text
    data = {"label": "Stage", "kind": "one of a list", "options": "Idea"}
    refused = await desk.post("/e/tampere/desk/fields", data=data)
    assert refused.status_code == 409
    assert "A list needs at least two choices." in refused.text
    assert (await desk.post("/e/tampere/desk/fields", data=data | {"options": "Idea\nTrial"})).status_code == 303
    extra = await Extra.get()
    changed = {"label": "Phase", "option-1": "", "option-2": "Trial", "more": "Market"}
    assert (await desk.post(f"/e/tampere/desk/fields/{extra.id}", data=changed)).status_code == 303
    page = (await desk.get("/e/tampere/desk/fields")).text
    assert "Phase" in page
    assert 'value="Market"' in page
    assert (await desk.post(f"/e/tampere/desk/fields/{extra.id}/removal")).status_code == 303
    assert await Extra.all().count() == 0


# The pure part: answers and options.

labels = st.text(st.characters(categories=["Lu"]), min_size=1, max_size=3)


@given(st.lists(st.tuples(st.sets(st.integers(1, 8)), st.lists(labels, max_size=4, unique=True)), max_size=6))
def test_an_option_keeps_its_id_and_ids_are_never_reused(edits) -> None:
    options: tuple[Option, ...] = ()
    seen: dict[int, int] = {}
    for kept, more in edits:
        before = {one.id for one in options}
        options = relabelled(options, {one.id: one.label for one in options if one.id in kept}, more)
        ids = [one.id for one in options]
        assert len(set(ids)) == len(ids)
        assert before <= set(ids)
        assert {one.label for one in options if not one.retired} >= set(more)
        seen |= dict.fromkeys(ids, 1)


FIELDS = (
    Field(1, "Text", "text"),
    Field(2, "One", "one of a list", (Option(1, "A"), Option(2, "B"))),
    Field(3, "Some", "several of a list", (Option(1, "A"), Option(2, "B")), required=True),
    Field(4, "Number", "number"),
)
anything = st.one_of(st.none(), st.text(max_size=400), st.integers(), st.lists(st.integers(0, 3)))


@given(st.dictionaries(st.integers(0, 6), anything))
def test_only_answers_that_may_be_given_are_kept(answers) -> None:
    kept = kept_answers(FIELDS, answers)
    assert kept_answers(FIELDS, {int(id): answer for id, answer in kept.items()}) == kept
    for id, answer in kept.items():
        field = next(field for field in FIELDS if field.id == int(id))
        assert answer == answers[field.id]
        assert field.words(answer) or field.kind == "number"
    assert [field.id for field in missing(FIELDS, kept)] == ([] if "3" in kept else [3])


async def test_five_hundred_come_in_pages_with_as_many_statements_as_five(fair: Fair, visit, mikko, anna) -> None:  # noqa: F811
    hers = await visit(fair[anna])
    await post(mikko, OFFER, by=fair[mikko])
    first = await Opportunity.get()
    with counting_statements() as few:
        await hers.get("/e/tampere/opportunities?q=kuori")
    more = [
        Opportunity(
            event=fair.event, participant=mikko, kind="offer", title=f"Kuorta {number}", text="Kuorta ja purua " * 20,
            language="fi", answers={}, created_at=first.created_at, changed_at=first.changed_at,
        )
        for number in range(499)
    ]  # fmt: skip
    await Opportunity.bulk_create(more)
    with counting_statements() as many:
        last = await hers.get("/e/tampere/opportunities?q=kuori&page=25")
    assert len(many) <= len(few)
    assert "25 / 25" in last.text
    assert last.text.count('id="opportunity-') == 20
    assert "Kuoren lajittelu" in last.text, "the oldest stands last"
    beyond = (await hers.get("/e/tampere/opportunities?q=kuori&page=900")).text
    assert "25 / 25" in beyond
    began = process_time()
    await hers.get("/e/tampere/opportunities?q=puru")
    assert process_time() - began < 1


async def test_a_closed_pilot_or_demo_case_is_chosen_no_more_and_kept_where_it_was(fair: Fair, anna) -> None:
    about = replace(OFFER, pilot=fair.pilot.id, demo_case=fair.demo_case.id)
    one = await post(anna, about, by=fair[anna])
    general = await post(anna, replace(about, demo_case=None), by=fair[anna])
    await close_work(fair.pilot, fair.demo_case, by=fair.organiser)
    with pytest.raises(Refused, match="is closed"):
        await post(anna, about, by=fair[anna])
    with pytest.raises(Refused, match="is closed"):
        await edit(general, about, version=general.version, by=fair[anna])
    await close_work(fair.pilot, by=fair.organiser)
    with pytest.raises(Refused, match="is closed"):
        await post(anna, replace(about, demo_case=None), by=fair[anna])
    kept = await edit(one, replace(about, title="Still"), version=one.version, by=fair[anna])
    assert (kept.pilot_id, kept.demo_case_id, kept.title) == (fair.pilot.id, fair.demo_case.id, "Still")


async def test_followers_of_the_pilot_who_take_part_hear_of_what_others_post(fair: Fair, anna, mikko) -> None:
    for person in (fair[anna], fair[mikko], await fair.person("Eve")):
        await follow(fair.pilot, by=person)
    await post(mikko, replace(OFFER, pilot=fair.pilot.id), by=fair[mikko])
    (told,) = await due(slices.NEWS, now=datetime.now(UTC))
    assert (told.person.name, [one.words for one in told.items]) == ("Anna", ["Marketplace: offer (Meet in Tampere)"])
