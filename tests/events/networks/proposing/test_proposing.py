"""Proposals of demo cases and pilots: who reads and answers them when, what becomes of them, and the mails about it."""

import asyncio
from email import message_from_bytes, policy

import pytest

from app.config import Settings
from app.errors import Forbidden, NotFound, Refused, Stale
from app.models import Change, Mail, Person
from events.models import Organisation, OrganisationKind, Participant
from events.networks.coordinators import appoint
from events.networks.models import DemoCase, Network, Pilot, Stage
from events.networks.news import news
from events.networks.proposing.answering import accept, decline, send_back
from events.networks.proposing.drafting import MOST_OPEN, Content, draft, edit, submit, take_back
from events.networks.proposing.letters import tell
from events.networks.proposing.models import Partner, Proposal, ProposalStatus
from events.networks.proposing.partnering import join, leave, partners
from events.participants import Affiliation
from tests.matchmaking.conftest import Fair, fair  # noqa: F401 - fixtures
from tests.matchmaking.visiting import Visit, visit  # noqa: F401 - a fixture

BARK = {"title": "Bark into foam", "text": "We show it by spring.", "stage": "connect", "language": "en"}


def content(fair: Fair, **changed: object) -> Content:  # noqa: F811
    house = Affiliation("Klaster Bio", OrganisationKind.CLUSTER, fair.regions[0])
    usual: dict[str, object] = {"title": "Bark into foam", "text": "We show it.", "pilot": fair.pilot}
    return Content(affiliation=house, language="en", **(usual | changed))  # type: ignore[arg-type]


async def submitted(fair: Fair, by: Person, **changed: object) -> Proposal:  # noqa: F811
    return await submit(await draft(fair.network, content(fair, **changed), by=by), by=by)


async def test_a_draft_is_returned_changed_accepted_and_listed_as_news(fair: Fair) -> None:  # noqa: F811
    anna = await fair.person("Anna")
    made = await submitted(fair, anna, stage=Stage.CONNECT)
    made = await send_back(made, "Who buys it?", by=fair.organiser)
    assert (made.status, made.reason) == (ProposalStatus.RETURNED, "Who buys it?")
    made = await edit(made, content(fair, title="Bark into packaging foam"), version=made.version, by=anna)
    made = await accept(await submit(made, by=anna), "bark-foam", by=fair.organiser)
    case = await DemoCase.get(pilot=fair.pilot, code="bark-foam")
    assert (case.name, case.stage, made.demo_case_id) == ("Bark into packaging foam", Stage.LEARN, case.id)
    (partner,) = (await partners(fair.pilot))[case.id]
    assert (partner.organisation.name, partner.person_id) == ("Klaster Bio", anna.id)
    (item,) = await news([fair.pilot.id], made.created_at)
    assert item.words == "Demo case: Bark into packaging foam (learn)"


async def test_a_pilot_of_its_own_becomes_a_pilot_led_by_the_region(fair: Fair) -> None:  # noqa: F811
    anna = await fair.person("Anna")
    made = await accept(await submitted(fair, anna, pilot=None, title="Wood"), "WOOD", by=fair.organiser)
    pilot = await Pilot.get(network=fair.network, code="WOOD")
    assert (pilot.names, made.pilot_id) == ({"en": "Wood"}, pilot.id)
    assert [region.code for region in await pilot.leads.all()] == ["malopolska"]


async def test_a_taken_code_changes_nothing(fair: Fair) -> None:  # noqa: F811
    made = await submitted(fair, await fair.person("Anna"))
    with pytest.raises(Refused, match="“aromatics” is taken"):
        await accept(made, "aromatics", by=fair.organiser)
    assert (await Proposal.get(id=made.id)).status == ProposalStatus.SUBMITTED
    assert await DemoCase.all().count() == 1
    assert await Partner.all().count() == 0


async def test_of_two_answers_one_counts(fair: Fair) -> None:  # noqa: F811
    made = await submitted(fair, await fair.person("Anna"))
    answers = [accept(made, "foam", by=fair.organiser), decline(made, "No", by=fair.organiser)]
    found = await asyncio.gather(*answers, return_exceptions=True)
    assert [str(one) for one in found if isinstance(one, Refused)] == ["“Bark into foam” does not wait for an answer."]


async def test_what_cannot_be_is_refused(fair: Fair) -> None:  # noqa: F811
    anna, jan = await fair.person("Anna"), await fair.person("Jan")
    empty = await draft(fair.network, content(fair, text=""), by=anna)
    with pytest.raises(Refused, match="nothing yet but its title"):
        await submit(empty, by=anna)
    with pytest.raises(Refused, match="does not wait"):
        await accept(empty, "x", by=fair.organiser)
    with pytest.raises(Stale):
        await edit(empty, content(fair), version=empty.version + 1, by=anna)
    for verb in (submit, take_back):
        with pytest.raises(Forbidden):
            await verb(empty, by=jan)
    made = await submitted(fair, anna)
    with pytest.raises(Refused, match="not a draft any more"):
        await edit(made, content(fair), version=made.version, by=anna)
    with pytest.raises(Refused, match="Say why"):
        await decline(made, "", by=fair.organiser)
    made = await decline(made, "Twice", by=fair.organiser)
    with pytest.raises(Refused, match="answered it already"):
        await take_back(made, by=anna)
    elsewhere = await Network.create(code="other", name="Other")
    with pytest.raises(NotFound):
        await draft(elsewhere, content(fair), by=anna)
    for _number in range(MOST_OPEN - 1):
        await draft(fair.network, content(fair), by=anna)
    with pytest.raises(Refused, match="10 proposals here"):
        await draft(fair.network, content(fair), by=anna)


async def test_partners_join_for_houses_they_came_for_and_once(fair: Fair) -> None:  # noqa: F811
    anna, jan = [await fair.newcomer(name) for name in ("Anna", "Jan")]
    house, other = [await _house(one) for one in (anna, jan)]
    await join(fair.pilot, house, demo_case=fair.demo_case, by=fair[anna])
    await join(fair.pilot, house, by=fair[anna])
    with pytest.raises(Refused, match="works on it already"):
        await join(fair.pilot, house, by=fair[anna])
    with pytest.raises(Refused, match="not taken part in an event for Jan Ltd"):
        await join(fair.pilot, other, by=fair[anna])
    second = await Pilot.create(network=fair.network, code="NANO", names={"en": "Nano"})
    with pytest.raises(NotFound):
        await join(second, house, demo_case=fair.demo_case, by=fair[anna])
    here = await partners(fair.pilot)
    assert {key: len(ones) for key, ones in here.items()} == {None: 1, fair.demo_case.id: 1}
    await leave(here[None][0], by=fair[anna])
    await leave(here[None][0], by=fair[anna])
    assert list(await partners(fair.pilot)) == [fair.demo_case.id]


async def test_mails_tell_coordinators_and_the_author_once(fair: Fair, settings: Settings) -> None:  # noqa: F811
    anna, ewa, olga = [await fair.person(name) for name in ("Anna", "Ewa", "Olga N")]
    await Person.filter(id=anna.id).update(language="pl")
    await appoint(fair.network, olga.email, by="test")
    made = await submitted(fair, anna)
    await tell(settings)
    await appoint(fair.network, ewa.email, pilot=fair.pilot, by="test")
    await submit(await take_back(made, by=anna), by=anna)
    await asyncio.gather(tell(settings), tell(settings))
    await send_back(made, "Who buys it?", by=ewa)
    while await tell(settings):
        pass
    assert not await tell(settings)
    told = [(mail.recipient, str(_read(mail)["Subject"])) for mail in await Mail.all().order_by("id")]
    assert [to for to, _subject in told] == [olga.email, ewa.email, anna.email]
    body = _read(await Mail.all().order_by("-id").first()).get_body(("plain",))
    assert "Who buys it?" in str(body.get_content())
    assert await Change.filter(kind="proposal_letter.queued").count() == 3


async def test_pages_lead_from_the_pilot_to_the_listed_case(fair: Fair, visit: Visit) -> None:  # noqa: F811
    author = await fair.newcomer("Anna", house="Klaster Bio")
    partner = await fair.newcomer("Mikko", region=1)
    coordinator = await fair.person("Ewa")
    await appoint(fair.network, coordinator.email, pilot=fair.pilot, by="test")
    anna, mikko, ewa = [await visit(person) for person in (fair[author], fair[partner], coordinator)]
    pilot = f"/networks/vanguard/pilots/{fair.pilot.code}"
    assert f"/networks/vanguard/proposals/new?pilot={fair.pilot.code}" in (await anna.get(pilot)).text
    new = (await anna.get(f"/networks/vanguard/proposals/new?pilot={fair.pilot.code}")).text
    assert 'value="Klaster Bio"' in new
    typed = {
        **BARK, "pilot": fair.pilot.id, "organisation": "Klaster Bio", "organisation_kind": "cluster",
        "region": fair.regions[0].id,
    }  # fmt: skip
    for wrong in (
        {"title": ""}, {"title": "x" * 201}, {"region": "0"}, {"pilot": "999"}, {"stage": "bake"}, {"language": "xx"},
        {"title": "a\x00b"},
    ):  # fmt: skip
        answer = await anna.post("/networks/vanguard/proposals", data=typed | wrong)
        assert answer.status_code == 422, wrong
    path = (await anna.post("/networks/vanguard/proposals", data=typed)).headers["location"]
    for stranger in (ewa, mikko):
        assert (await stranger.get(path)).status_code == 404, "a draft is its author's"
    assert (await anna.post(f"{path}/submission")).status_code == 303
    assert (await anna.post(f"{path}/answer", data={"answer": "accept"})).status_code == 404
    assert (await mikko.get(path)).status_code == 404
    assert path in (await ewa.get("/networks/vanguard/proposals")).text
    assert (await ewa.post(f"{path}/answer", data={"answer": "return"})).status_code == 422, "without a reason"
    assert (await ewa.post(f"{path}/answer", data={"answer": "eat", "reason": "x"})).status_code == 422
    assert (await ewa.post(f"{path}/answer", data={"answer": "accept", "code": "aromatics"})).status_code == 409
    assert (await ewa.post(f"{path}/answer", data={"answer": "accept"})).status_code == 303
    case = await DemoCase.get(code="bark-into-foam")
    page = (await mikko.get(pilot)).text
    assert f'id="case-{case.code}"' in page
    assert "Klaster Bio" in page
    house = await _house(partner)
    joining = {"organisation": house.id, "demo_case": case.id}
    assert (await mikko.post(f"{pilot}/partners", data=joining | {"demo_case": 10**6})).status_code == 404
    assert (await mikko.post(f"{pilot}/partners", data=joining | {"organisation": "x"})).status_code == 409
    assert (await mikko.post(f"{pilot}/partners", data=joining)).status_code == 303
    made = await Partner.get(organisation=house)
    removal = f"/networks/vanguard/partners/{made.id}/removal"
    assert (await anna.post(removal)).status_code == 404
    assert (await ewa.post(removal)).status_code == 303


async def test_a_proposed_pilot_is_read_by_those_of_the_whole_network_only(fair: Fair, visit: Visit) -> None:  # noqa: F811
    ewa, olga = await fair.person("Ewa"), await fair.person("Olga N")
    await appoint(fair.network, ewa.email, pilot=fair.pilot, by="test")
    await appoint(fair.network, olga.email, by="test")
    made = await submitted(fair, await fair.person("Anna"), pilot=None, title="Wood")
    path = f"/networks/vanguard/proposals/{made.id}"
    of_pilot, whole = await visit(ewa), await visit(olga)
    assert (await of_pilot.get(path)).status_code == 404
    assert path not in (await of_pilot.get("/networks/vanguard/proposals")).text
    assert (await whole.get(path)).status_code == 200
    told = (await whole.get("/networks/vanguard/desk/journal")).text
    assert "A proposal was submitted: “Wood”" in told
    assert "drafted" not in told
    for code in ("", "w w", "TOO-LONG-A-CODE", "Łąka"):
        assert (await whole.post(f"{path}/answer", data={"answer": "accept", "code": code})).status_code == 422
    assert (await whole.post(f"{path}/answer", data={"answer": "accept", "code": "bio"})).status_code == 409
    assert (await whole.post(f"{path}/answer", data={"answer": "accept", "code": "wood"})).status_code == 303
    assert (await whole.get("/networks/vanguard/pilots/WOOD")).status_code == 200


async def _house(participant: Participant) -> Organisation:
    return await Organisation.get(id=participant.organisation_id)


def _read(mail: Mail | None):  # type: ignore[no-untyped-def]
    assert mail
    return message_from_bytes(mail.body, policy=policy.default)
