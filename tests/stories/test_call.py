"""Małopolska's year: an open call with 150 000 PLN, proposals, reviews, two winners, in Polish, over HTTP and SMTP."""

import asyncio
import re
import time
from datetime import UTC, datetime, timedelta
from email import message_from_bytes, policy
from zoneinfo import ZoneInfo

import httpx2

from app.models import Person
from events.models import OrganisationKind, Session
from events.networks.calls.announcing import Terms, draft_call, open_call
from events.networks.calls.models import Call, CallCriterion, CallOfficer
from events.networks.calls.proposals.models import CallDecision, CallFile, CallProposal, CallReview
from events.networks.calls.proposals.writing import Content, draft_proposal, submit
from events.networks.coordinators import appoint
from events.participants import Affiliation
from events.releasing import release_programme
from events.rooms import add_room
from events.schedule import Details, create_session
from tests.matchmaking.conftest import Fair
from tests.stories.conftest import PATIENCE, Site

PDF = b"%PDF-1.7\n1 0 obj\n<<>>\nendobj\ntrailer <<>>\n%%EOF\n"
BUDGET = "150\N{NO-BREAK SPACE}000\N{NO-BREAK SPACE}zł"


async def test_malopolska_gives_150_000_zloty_to_two_winners(site: Site, fair: Fair) -> None:
    people = {name: await fair.person(name) for name in ("Ewa", "Anna", "Jan", "Iga", "Robert", "Olga N")}
    await Person.all().update(language="pl")
    await appoint(fair.network, people["Ewa"].email, by="test")
    ewa, anna, jan, iga, robert = [await _polish(site, people[n]) for n in ("Ewa", "Anna", "Jan", "Iga", "Robert")]
    stranger, visitor = await _polish(site, people["Olga N"]), site.browser(site.base_url)
    visitor.cookies.set("language", "pl")

    call = await _announced(ewa, fair)
    assert (await visitor.get(call.path)).status_code == 404, "a draft is there for its coordinators only"
    await _prepared(ewa, fair, call)
    await _post(ewa, f"{call.path}/desk/opening")

    page = (await visitor.get(call.path)).text
    assert all(words in page for words in ("Otwarty konkurs ofert", BUDGET, "(Warszawa)", "Organizacje pożytku"))
    briefing = await Session.get(title="Spotkanie informacyjne")
    assert f"/e/{fair.event.slug}/sessions/{briefing.id}" in page
    assert call.path in (await visitor.get(f"/e/{fair.event.slug}/sessions/{briefing.id}")).text
    assert call.path in (await visitor.get("/calls")).text
    assert (await site.browser(site.base_url).get(call.path, headers={"Accept-Language": "en"})).text.count(
        'lang="pl"'
    ), "what is not in English is marked as Polish"

    first = await _proposed(anna, call, "Klaster Bio", "Biogospodarka w pilotażu", "80 000", fair)
    second = await _proposed(jan, call, "Fundacja Druk", "Drukowane komponenty", "70 000", fair)
    third = await _proposed(iga, call, "Park Nano", "Nowe nanoprodukty", "150 000", fair)
    draft = await _drafted(stranger, call, "Stowarzyszenie", "Szkic", "1 000", fair)
    await _attached(anna, first)
    assert await _receipts(site, 3) == {"anna@example.org", "jan@example.org", "iga@example.org"}

    for outsider in (stranger, ewa, robert, jan):
        assert (await outsider.get(first.path)).status_code == 404, "sealed until the deadline"
    file = await CallFile.get(proposal=first)
    assert (await ewa.get(f"/calls/files/{file.id}")).status_code == 404
    assert (await visitor.get(f"/calls/files/{file.id}")).headers["location"].startswith("/sign-in")

    await Call.filter(id=call.id).update(deadline=datetime.now(UTC) - timedelta(minutes=1))
    late = await stranger.post(f"{draft.path}/submission", data={"eligible": "y"})
    assert late.status_code == 409
    assert "Termin" in late.text

    await _reviewed(ewa, robert, call, [first, second, third])
    desk = (await ewa.get(f"{call.path}/desk")).text
    assert [desk.index(one.title) for one in (first, second, third)] == sorted(
        desk.index(one.title) for one in (first, second, third)
    ), "the best first"
    assert "Szkic" not in desk
    download = await robert.get(f"/calls/files/{file.id}")
    assert (download.content, download.headers["content-type"]) == (PDF, "application/pdf")
    assert download.headers["content-disposition"].startswith("attachment")
    assert download.headers["x-content-type-options"] == "nosniff"
    assert "sandbox" in download.headers["content-security-policy"]

    await _post(ewa, f"{first.path}/decision", verdict="granted", amount="80 000")
    refused = await ewa.post(f"{third.path}/decision", data={"verdict": "granted", "amount": "70 000,01", "reason": ""})
    assert refused.status_code == 409, "never more than the budget"
    assert "70\N{NO-BREAK SPACE}000\N{NO-BREAK SPACE}zł" in refused.text
    await _post(ewa, f"{second.path}/decision", verdict="granted", amount="70000,00")
    assert (await ewa.post(f"{call.path}/desk/publication")).status_code == 409, "one is not decided"
    await _post(ewa, f"{third.path}/decision", verdict="not granted", reason="Budżet został rozdzielony.")
    assert "80\N{NO-BREAK SPACE}000" not in (await visitor.get(call.path)).text
    await _post(ewa, f"{call.path}/desk/publication")

    results = (await visitor.get(call.path)).text
    assert all(
        words in results for words in ("Klaster Bio", "80\N{NO-BREAK SPACE}000\N{NO-BREAK SPACE}zł", "Fundacja Druk")
    )
    assert "Park Nano" not in results, "who got nothing is nobody's business"
    assert "Budżet został rozdzielony." in (await iga.get(third.path)).text
    mails = await _mails(site, "Rozstrzygnięto", 3)
    assert {to for to, _text in mails} == {"anna@example.org", "jan@example.org", "iga@example.org"}
    assert any("80\N{NO-BREAK SPACE}000" in text for to, text in mails if to == "anna@example.org")
    assert any("Budżet został rozdzielony." in text for to, text in mails if to == "iga@example.org")


async def test_two_coordinators_at_two_servers_never_give_the_same_money_away(site: Site, fair: Fair) -> None:
    """Seven decisions at once, 60 000 each, from 150 000: two are granted, and the others are told what is left."""
    ewa = await fair.person("Ewa")
    call = await open_call(await draft_call(fair.network, _terms(), by=ewa), by=ewa)
    for number in range(7):
        author = await fair.person(f"Author {number}")
        house = Affiliation(f"House {number}", OrganisationKind.CLUSTER, fair.regions[0])
        content = Content(affiliation=house, language="en", title=f"P{number}", summary="Why", amount=60_000_00)
        await submit(await draft_proposal(call, content, by=author), by=author)
    await Call.filter(id=call.id).update(deadline=datetime.now(UTC))
    there = await site.second()
    here = await site.signed_in(ewa)
    there.cookies.set("sid", here.cookies["sid"])
    granted = {"verdict": "granted", "amount": "60 000", "reason": ""}
    proposals = await CallProposal.filter(call=call).order_by("id")
    answers = await asyncio.gather(
        *((here, there)[number % 2].post(f"{one.path}/decision", data=granted) for number, one in enumerate(proposals))
    )
    assert sorted(answer.status_code for answer in answers) == [303] * 2 + [409] * 5
    for answer in answers:
        if answer.status_code == 409:
            assert "The budget has PLN\N{NO-BREAK SPACE}30,000 left" in answer.text
    assert (await Call.get(id=call.id)).granted == 120_000_00
    assert await CallDecision.all().count() == 2, "nothing half done"


def _terms() -> Terms:
    return Terms(
        language="en", titles={"en": "Open call"}, texts={"en": "Text"}, eligibility={}, budget=150_000_00,
        currency="PLN", most=None, deadline=datetime.now(UTC) + timedelta(days=1), zone="Europe/Warsaw",
    )  # fmt: skip


async def _announced(ewa: httpx2.AsyncClient, fair: Fair) -> Call:
    assert (await ewa.get(f"/networks/{fair.network.code}/calls/new")).status_code == 200
    typed = {
        "language": "pl", "titles-pl": "Otwarty konkurs ofert", "titles-en": "Open call for proposals",
        "texts-pl": "Pula 150 000 zł na udział w pilotażach.", "eligibility-pl": "Organizacje pożytku publicznego.",
        "region": fair.regions[0].id, "budget": "150 000", "currency": "PLN", "most": "", "zone": "Europe/Warsaw",
        "deadline": f"{datetime.now(ZoneInfo('Europe/Warsaw')) + timedelta(days=30):%Y-%m-%dT15:00}",
        "pilots": fair.pilot.id,
    }  # fmt: skip
    for wrong in ({"budget": "150.000"}, {"deadline": "2027-03-28T02:30"}, {"deadline": "2027-10-31T02:30"}):
        assert (await ewa.post(f"/networks/{fair.network.code}/calls", data=typed | wrong)).status_code == 422
    answer = await ewa.post(f"/networks/{fair.network.code}/calls", data=typed)
    assert answer.status_code == 303, answer.text
    return await Call.get(id=int(re.findall(r"\d+", answer.headers["location"])[0])).select_related("network")


async def _prepared(ewa: httpx2.AsyncClient, fair: Fair, call: Call) -> None:
    """Criteria, a topic, a document, a reviewer, and a briefing in the programme of an event."""
    await _post(ewa, f"{call.path}/desk/criteria", **{"titles-pl": "Wpływ na region", "weight": 3, "most": 5})
    await _post(ewa, f"{call.path}/desk/criteria", **{"titles-pl": "Doświadczenie", "weight": 1, "most": 5})
    await _post(ewa, f"{call.path}/desk/topics", **{"code": "IV-2019", "titles-pl": "Udział w pilotażach"})
    bad = await ewa.post(f"{call.path}/desk/documents", files={"file": ("regulamin.pdf", b"<html>", "application/pdf")})
    assert bad.status_code == 422
    good = await ewa.post(f"{call.path}/desk/documents", files={"file": ("regulamin.pdf", PDF, "text/html")})
    assert good.status_code == 303
    await _post(ewa, f"{call.path}/desk/officers", role="reviewer", name="Robert", email="robert@example.org")
    hall = await add_room(fair.event, "Hall", by=fair.organiser)
    talk = await create_session(
        fair.event, Details(title="Spotkanie informacyjne", language="pl"), room=hall, start=fair.at("14:00"),
        end=fair.at("14:30"), by=fair.organiser,
    )  # fmt: skip
    await release_programme(fair.event, "v1", by=fair.organiser)
    await _post(ewa, f"{call.path}/desk/briefings", what=f"session-{talk.id}")


async def _drafted(
    client: httpx2.AsyncClient, call: Call, house: str, title: str, amount: str, fair: Fair
) -> CallProposal:
    assert (await client.get(f"{call.path}/proposals/new")).status_code == 200
    await _post(
        client, f"{call.path}/proposals", title=title, organisation=house, organisation_kind="cluster",
        region=fair.regions[0].id, language="pl", amount=amount, topic="", pilots=fair.pilot.id, summary="Po co i jak.",
    )  # fmt: skip
    return await CallProposal.get(title=title)


async def _proposed(
    client: httpx2.AsyncClient, call: Call, house: str, title: str, amount: str, fair: Fair
) -> CallProposal:
    made = await _drafted(client, call, house, title, amount, fair)
    assert (await client.post(f"{made.path}/submission", data={})).status_code == 422, "who may apply was not read"
    await _post(client, f"{made.path}/submission", eligible="y")
    return made


async def _attached(anna: httpx2.AsyncClient, proposal: CallProposal) -> None:
    bad = await anna.post(f"{proposal.path}/files", files={"file": ("plan.png", PDF, "image/png")})
    assert bad.status_code == 422
    good = await anna.post(f"{proposal.path}/files", files={"file": ("Załącznik.pdf", PDF, "application/pdf")})
    assert good.status_code == 303
    assert "Załącznik.pdf" in (await anna.get(proposal.path)).text


async def _reviewed(
    ewa: httpx2.AsyncClient, robert: httpx2.AsyncClient, call: Call, proposals: list[CallProposal]
) -> None:
    """Robert reads all three and gives the first the most points."""
    officer = await CallOfficer.get(call=call, name="Robert")
    people = await ewa.get(f"{call.path}/desk/people")
    assert all(proposal.title in people.text for proposal in proposals)
    await _post(ewa, f"/calls/officers/{officer.id}/assignment", proposals=[one.id for one in proposals])
    criteria = await CallCriterion.filter(call=call)
    for points, proposal in zip((5, 4, 2), proposals, strict=True):
        review = await CallReview.get(proposal=proposal)
        assert proposal.title in (await robert.get(f"/calls/reviews/{review.id}")).text
        assert (await ewa.get(f"/calls/reviews/{review.id}")).status_code == 404, "a review is its reviewer's"
        given = {f"points_{criterion.id}": points for criterion in criteria}
        await _post(robert, f"/calls/reviews/{review.id}", version=1, comment="Dobry", final="yes", **given)


async def _polish(site: Site, person: Person) -> httpx2.AsyncClient:
    client = await site.signed_in(person)
    client.cookies.set("language", "pl")
    return client


async def _post(client: httpx2.AsyncClient, path: str, **fields: object) -> None:
    answer = await client.post(path, data=fields)
    assert answer.status_code == 303, answer.text


async def _receipts(site: Site, count: int) -> set[str]:
    return {to for to, _text in await _mails(site, "Otrzymano", count)}


async def _mails(site: Site, subject: str, count: int) -> list[tuple[str, str]]:
    """Recipient and plain text of the mails whose subject begins so, once there are that many."""
    deadline = time.monotonic() + PATIENCE
    while True:
        parsed = [(one.recipient, message_from_bytes(one.raw, policy=policy.default)) for one in site.sink.mails]
        found = [(to, mail) for to, mail in parsed if str(mail["Subject"]).startswith(subject)]
        if len(found) >= count or time.monotonic() > deadline:
            assert len(found) == count, [str(mail["Subject"]) for _to, mail in parsed]
            return [(to, str(mail.get_body(("plain",)).get_content())) for to, mail in found]  # type: ignore[attr-defined]
        await asyncio.sleep(0.1)
