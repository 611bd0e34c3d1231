"""NEREUS's year: a convention with a research seminar and a training under its roof, in Polish, over HTTP."""

import re
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import httpx2
from icalendar import Calendar

from app.journal import changing
from app.models import Person
from events.models import Event, Participant, Session
from events.networks import reference
from events.networks.adopting import adopt_reference
from events.networks.coordinators import appoint
from events.networks.models import Network, Region
from tests.stories.conftest import Site

DAY = datetime.now(UTC).date() + timedelta(days=40)
HOME = "/networks/nereus"


async def test_nereus_holds_its_convention_with_seminar_and_training(site: Site, database: str) -> None:
    await adopt_reference(reference.load(), by="test")
    people = {name: await _person(name, code) for name, code in (("Ewa", "pl"), ("Jan", "pl"), ("Mikko", "fi"))}
    await appoint(await Network.get(code="nereus"), people["Ewa"].email, by="test")
    ewa, jan, mikko = [await site.signed_in(people[name]) for name in people]
    visitor = site.browser(site.base_url, **{"Accept-Language": "pl"})

    convention = await _announced(
        ewa, slug="zjazd", kind="convention", title="Zjazd regionów kosmicznych", last=1,
        others={"titles-en": "Convention of space regions", "titles-fi": "Avaruusalueiden konventti"},
    )  # fmt: skip
    seminar = await _announced(ewa, slug="seminarium", kind="research seminar", title="Lasy z orbity", host=convention)
    training = await _announced(ewa, slug="szkolenie", kind="training", title="Mapy z satelity", host=convention)
    wrong = await ewa.post(f"{HOME}/events/new", data=_event("inna", "convention", "Inna", host=convention))
    assert wrong.status_code == 422
    assert "Zjazd nie odbywa się w ramach innego zjazdu." in wrong.text

    await _session(ewa, convention, "Otwarcie", "09:00", 60, seats=300)
    await _session(ewa, seminar, "Korniki widziane z góry", "10:00", 90, seats=60)
    maps = await _session(ewa, training, "Od obrazu do mapy", "09:00", 180, seats=1)
    for event in (convention, seminar, training):
        await _post(ewa, f"/e/{event.slug}/desk/release", version="v1", note="")

    page = (await visitor.get(f"/e/{convention.slug}")).text
    held = page[page.index('id="parts"') :]
    assert all(event.title in held for event in (seminar, training))
    assert "seminarium" in held, "its kind in Polish"
    assert convention.title in (await visitor.get(f"/e/{training.slug}")).text
    abroad = (await visitor.get(f"/e/{training.slug}", headers={"Accept-Language": "fi"})).text
    assert "Avaruusalueiden konventti" in abroad
    assert '<h1 lang="pl">Mapy z satelity</h1>' in abroad
    calendar = (await visitor.get(f"{HOME}/calendar?year={DAY.year}")).text
    assert all(event.title in calendar for event in (convention, seminar, training))
    feed = Calendar.from_ical((await visitor.get(f"{HOME}/feed.ics")).content)
    assert {str(one["SUMMARY"]) for one in feed.events} == {convention.title, seminar.title, training.title}

    await _admitted(ewa, jan, training, "Podkarpackie", "Dolina Lotnicza")
    await _admitted(ewa, mikko, training, "Bavaria", "Kaukokartta")
    await _post(jan, f"/e/{training.slug}/sessions/{maps.id}/booking")
    full = await mikko.post(f"/e/{training.slug}/sessions/{maps.id}/booking")
    assert full.status_code == 409
    assert "Ainoa paikka on varattu." in full.text, "a refusal in the language of whom it refuses"

    early = await ewa.post(f"/e/{training.slug}/desk/attendance", data=await _present(ewa, training, "Jan"))
    assert early.status_code == 409
    assert "jeszcze się nie zaczęło" in early.text
    await _let_it_begin(training)
    await _post(ewa, f"/e/{training.slug}/desk/attendance", **await _present(ewa, training, "Jan"))
    certificate = (await jan.get(f"/e/{training.slug}/attendance")).text
    assert "3 godziny" in certificate
    assert "Od obrazu do mapy" in certificate
    assert "Läsnäoloasi ei ole vielä vahvistettu." in (await mikko.get(f"/e/{training.slug}/attendance")).text


async def _person(name: str, language: str) -> Person:
    async with changing("people", by="test") as changes:
        person = await Person.create(email=f"{name.lower()}@example.org", name=name, language=language)
        changes.record("person.created", person, topics=[])
    return person


def _event(slug: str, kind: str, title: str, *, host: Event | None = None, last: int = 0) -> dict[str, str]:
    return {
        "slug": slug, "kind": kind, "title": title, "language": "pl", "zone": "Europe/Warsaw", "summary": "",
        "first_day": str(DAY), "last_day": str(DAY + timedelta(days=last)), "city": "Rzeszów", "country": "PL",
        "series": "", "part_of": str(host.id) if host else "",
    }  # fmt: skip


async def _announced(
    ewa: httpx2.AsyncClient,
    *,
    slug: str,
    kind: str,
    title: str,
    host: Event | None = None,
    last: int = 0,
    others: dict[str, str] | None = None,
) -> Event:
    assert (await ewa.get(f"{HOME}/events/new")).status_code == 200
    await _post(ewa, f"{HOME}/events/new", **_event(slug, kind, title, host=host, last=last), **(others or {}))
    return await Event.get(slug=slug)


async def _session(
    ewa: httpx2.AsyncClient, event: Event, title: str, clock: str, minutes: int, *, seats: int
) -> Session:
    await _post(ewa, f"/e/{event.slug}/desk/rooms", name="Sala A", capacity="80")
    await _post(
        ewa, f"/e/{event.slug}/desk/sessions", title=title, language="pl", track="", room="", capacity=str(seats),
        start=f"{DAY}T{clock}", minutes=str(minutes), kind="", abstract="",
    )  # fmt: skip
    return await Session.get(title=title)


async def _admitted(ewa: httpx2.AsyncClient, guest: httpx2.AsyncClient, event: Event, region: str, house: str) -> None:
    where = next(one for one in await Region.all() if one.names["en"] == region)
    await _post(
        guest, f"/e/{event.slug}/join", organisation=house, organisation_kind="company", region=str(where.id),
        position="", kind="delegate",
    )  # fmt: skip
    one = await Participant.get(event=event, organisation__name=house)
    await _post(ewa, f"/e/{event.slug}/desk/participants/{one.id}/approval")


async def _present(ewa: httpx2.AsyncClient, event: Event, name: str) -> dict[str, list[str]]:
    """What the form of the page sends when that one is ticked."""
    page = (await ewa.get(f"/e/{event.slug}/desk/attendance")).text
    [ticked] = re.findall(rf'<label for="present-(\d+)">{name}\b', page)
    return {"shown": re.findall(r'name="shown" value="(\d+)"', page), "present": [ticked]}


async def _let_it_begin(event: Event) -> None:
    """Nobody waits forty days in a test."""
    today = datetime.now(ZoneInfo(event.zone)).date()
    session = await Session.get(event=event)
    assert session.start
    assert session.end
    back = DAY - today + timedelta(days=1)
    await Event.filter(id=event.id).update(first_day=DAY - back, last_day=DAY - back)
    await Session.filter(id=session.id).update(start=session.start - back, end=session.end - back)
    assert session.end - back < datetime.now(UTC)


async def _post(client: httpx2.AsyncClient, path: str, **fields: object) -> None:
    answer = await client.post(path, data=fields)
    assert answer.status_code == 303, answer.text
