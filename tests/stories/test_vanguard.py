"""Vanguard's year in Finnish: an observer region becomes a member, its cluster proposes a demo case, joins an event,
realises a meeting with a company of Małopolska, and the region's support office reports it."""

import asyncio
import re
import time
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import httpx2

from app.journal import changing
from app.models import Person
from events.models import Event, Participant
from events.networks import reference
from events.networks.adopting import adopt_reference
from events.networks.coordinators import appoint
from events.networks.models import DemoCase, Membership, Network, Pilot, Region
from events.networks.proposing.models import Proposal
from events.networks.support.models import Office
from matchmaking.models import Meeting
from matchmaking.profile_models import Profile
from matchmaking.round_models import Round, Slot
from tests.stories.conftest import PATIENCE, Site

HOME = "/networks/vanguard"
TODAY = datetime.now(UTC).date()
DAY = TODAY + timedelta(days=30)
EVENT = "/e/oulu"


async def test_an_observer_becomes_a_member_and_its_cluster_meets(site: Site, database: str) -> None:
    await adopt_reference(reference.load(), by="test")
    vanguard = await Network.get(code="vanguard")
    bio = await Pilot.get(network=vanguard, code="BIO")
    names = {"Liisa": "fi", "Pekka": "fi", "Aino": "fi", "Sari": "fi", "Jan": "pl"}
    people = {name: await _person(name, code) for name, code in names.items()}
    await appoint(vanguard, people["Liisa"].email, by="test")
    await appoint(vanguard, people["Pekka"].email, pilot=bio, by="test")
    liisa, pekka, aino, sari, jan = [await site.signed_in(person) for person in people.values()]
    north = await Region.get(code="east-north-finland")

    await _becomes_a_member(liisa, north)
    office = await _gets_an_office(liisa, people["Sari"], north)
    case = await _proposes(aino, pekka, bio, north)
    await _announces(liisa)
    hers = await _joins(aino, liisa, north, "Metsäklusteri", "cluster", bio, case, offers="kuorivaahto")
    his = await _joins(
        jan, liisa, await Region.get(code="malopolska"), "Opakowania Wawel", "company", bio, case, needs="kuorivaahto"
    )
    client = await _client(sari, office)

    await _post(aino, f"{EVENT}/meetings", invitee=str(his.id), message="Kuorivaahto pakkauksiin?")
    meeting = await Meeting.get(asker=hers, invitee=his)
    assert "Jan" in (await sari.get(client)).text, "the office sees what waits"
    assert "Kuorivaahto pakkauksiin?" in (await jan.get(f"{EVENT}/meetings")).text
    await _post(jan, f"{EVENT}/meetings/{meeting.id}/acceptance", slot="first")
    await _let_it_be_over()
    for one in (aino, jan):
        await _post(one, f"{EVENT}/meetings/{meeting.id}/outcome", said="follow-up agreed", note="", to="")

    report = (await sari.get(f"/offices/{office.id}/report")).text
    assert '<html lang="fi">' in report
    assert "Kontaktipäivä Oulussa" in report
    sheet = (await sari.get(f"/offices/{office.id}/meetings.csv")).text
    assert all(words in sheet for words in ("toteutunut", "Jan", "Opakowania Wawel", "Puola"))
    assert (await jan.get(f"/offices/{office.id}/report")).status_code == 404, "its advisers' alone"


async def _becomes_a_member(liisa: httpx2.AsyncClient, north: Region) -> None:
    observer = await Membership.get(network__code="vanguard", region=north)
    path = f"{HOME}/desk/members/{observer.id}"
    early = await liisa.post(f"{path}/status", data={"new-status": "kunniajäsen", "new-on": str(TODAY)})
    assert early.status_code in (409, 422), "a status that there is not"
    await _post(liisa, f"{path}/status", **{"new-status": "full member", "new-on": str(TODAY)})
    for on, status in ((TODAY - timedelta(days=1), "tarkkailijajäsen"), (TODAY, "täysjäsen")):
        page = (await liisa.get(f"{HOME}?on={on}")).text
        row = page[page.index(">Itä- ja Pohjois-Suomi</a>") :].partition("</tr>")[0]
        assert status in row, on
    history = (await liisa.get(f"/regions/{north.code}")).text
    assert "täysjäsen" in history
    assert "tarkkailijajäsen" in history


async def _gets_an_office(liisa: httpx2.AsyncClient, sari: Person, north: Region) -> Office:
    await _post(liisa, f"{HOME}/desk/offices", name="Pohjoinen yritystuki", region=str(north.id))
    office = await Office.get(organisation__name="Pohjoinen yritystuki")
    await _post(liisa, f"{HOME}/desk/offices/{office.id}/advisers", email=sari.email)
    return office


async def _proposes(aino: httpx2.AsyncClient, pekka: httpx2.AsyncClient, bio: Pilot, north: Region) -> DemoCase:
    typed = {
        "version": "", "pilot": str(bio.id), "title": "Kuoresta vaahdoksi", "text": "Näytämme sen keväällä.",
        "stage": "connect", "language": "fi", "organisation": "Metsäklusteri", "organisation_kind": "cluster",
        "region": str(north.id),
    }  # fmt: skip
    await _post(aino, f"{HOME}/proposals", **typed)
    proposal = await Proposal.get()
    path = f"{HOME}/proposals/{proposal.id}"
    assert (await pekka.get(path)).status_code == 404, "a draft is its author's"
    await _post(aino, f"{path}/submission")
    await _post(pekka, f"{path}/answer", answer="return", reason="Kuka ostaa?", code="")
    assert "Kuka ostaa?" in (await aino.get(path)).text
    [version] = re.findall(r'name="version"[^>]*value="(\d+)"', (await aino.get(f"{path}/text")).text)
    await _post(aino, f"{path}/text", **{**typed, "version": version, "text": "Pakkaajat ostavat."})
    await _post(aino, f"{path}/submission")
    await _post(pekka, f"{path}/answer", answer="accept", reason="", code="kuorivaahto")
    page = (await aino.get(f"{HOME}/pilots/BIO")).text
    assert "Kuoresta vaahdoksi" in page
    assert "Biotalous" in page
    return await DemoCase.get(code="kuorivaahto")


async def _announces(liisa: httpx2.AsyncClient) -> None:
    """The event with a round of meetings."""
    await _post(
        liisa, f"{HOME}/events/new", slug="oulu", kind="brokerage event", title="Kontaktipäivä Oulussa", language="fi",
        zone="Europe/Helsinki", first_day=str(DAY), last_day=str(DAY), city="Oulu", country="FI", summary="",
        series="", part_of="", **{"titles-pl": "Dzień spotkań w Oulu"},
    )  # fmt: skip
    await _post(
        liisa, f"{EVENT}/desk/rounds", name="Aamu", place="Halli", start=f"{DAY}T10:00", end=f"{DAY}T11:00",
        slot_minutes="20", break_minutes="0", tables="3", location="on-site", mode="accepting", link="",
    )  # fmt: skip


async def _joins(
    guest: httpx2.AsyncClient,
    liisa: httpx2.AsyncClient,
    region: Region,
    house: str,
    kind: str,
    pilot: Pilot,
    case: DemoCase,
    *,
    offers: str = "",
    needs: str = "",
) -> Participant:
    """From registration to ticked rounds, with a profile that the desk has seen."""
    await _post(
        guest, f"{EVENT}/join", organisation=house, organisation_kind=kind, region=str(region.id), position="",
        kind="delegate",
    )  # fmt: skip
    one = await Participant.get(organisation__name=house)
    await _post(liisa, f"{EVENT}/desk/participants/{one.id}/approval")
    await _post(
        guest, f"{EVENT}/profile", version="", about="", languages="en",
        **{
            "interests-0-work": f"{pilot.id}.{case.id}", "interests-0-role": "component", "interests-0-trl": "",
            "interests-0-offers": offers, "interests-0-needs": needs,
        },
    )  # fmt: skip
    await _post(liisa, f"{EVENT}/desk/profiles/{(await Profile.get(participant=one)).id}/approval")
    await _post(guest, f"{EVENT}/availability", rounds=str((await Round.get()).id))
    return one


async def _client(sari: httpx2.AsyncClient, office: Office) -> str:
    """Whoever registers from the region becomes one by herself: a worker looks every few seconds."""
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        page = (await sari.get(f"/offices/{office.id}")).text
        if found := re.findall(r'href="(/clients/\d+)[^>]*>\s*Aino', page):
            return str(found[0])
        await asyncio.sleep(0.5)
    raise AssertionError("Aino is nobody's client")


async def _let_it_be_over() -> None:
    """Nobody waits thirty days in a test."""
    back = DAY - datetime.now(ZoneInfo("Europe/Helsinki")).date() + timedelta(days=1)
    await Event.filter(slug="oulu").update(first_day=DAY - back, last_day=DAY - back)
    for slot in await Slot.all():
        await Slot.filter(id=slot.id).update(start=slot.start - back, end=slot.end - back)


async def _person(name: str, language: str) -> Person:
    async with changing("people", by="test") as changes:
        person = await Person.create(email=f"{name.lower()}@example.org", name=name, language=language)
        changes.record("person.created", person, topics=[])
    return person


async def _post(client: httpx2.AsyncClient, path: str, **fields: object) -> None:
    answer = await client.post(path, data=fields)
    assert answer.status_code == 303, re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", answer.text.partition("<main")[2]))
