"""A support office's year in Polish, over HTTP and SMTP: people register and are linked, an adviser accepts for one,
the partner sees it, the meeting is realised, and the office's table for its funder holds it."""

import asyncio
import csv
import io
import re
import time
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from email import message_from_bytes, policy

import httpx2

from app.models import Person
from events.models import Event
from events.networks.coordinators import appoint
from events.networks.memberships import admit_region
from events.networks.models import MembershipStatus
from events.networks.support.models import Adviser, Client, Office
from events.networks.terms import Term
from matchmaking.models import Meeting
from matchmaking.round_models import Slot
from matchmaking.support.following_up import ask, due
from matchmaking.support.models import FollowUp
from tests.conftest import settings_for
from tests.matchmaking.conftest import Fair
from tests.stories.conftest import PATIENCE, Site


async def test_an_office_helps_its_client_from_registration_to_report(site: Site, fair: Fair) -> None:
    morning = await fair.round("10:00", "11:00")
    early = await fair.delegate("Anna", morning, house="Klaster Bio")
    mikko = await fair.delegate("Mikko", morning, region=1)
    ewa, olga = await fair.person("Ewa"), fair.organiser
    await admit_region(fair.network, fair.regions[0], MembershipStatus.FULL, Term(), by=olga)
    await appoint(fair.network, olga.email, by=olga)
    await Person.all().update(language="pl")
    anna = await _polish(site, fair[early])
    adviser, coordinator, partner = [await _polish(site, who) for who in (ewa, olga, fair[mikko])]

    office = await _set_up(coordinator, fair, ewa)
    client = await Client.get(person=fair[early])
    assert client.office_id == office.id, "registered before there was an office"
    far = await fair.newcomer("Aino", house="Kaukana", region=1)
    queue = f"/networks/{fair.network.code}/desk/offices/queue"
    assert (await coordinator.post(queue, data={"office": office.id})).status_code == 409, "nobody is ticked"
    await _post(coordinator, queue, people=[far.person_id, 999_999], office=office.id)
    assert "Kaukana" in (await adviser.get(office.path)).text, "given by hand"
    await _post(adviser, f"{(await Client.get(person=fair[far])).path}/end")
    assert "Kaukana" not in (await adviser.get(office.path)).text
    late = await fair.newcomer("Jan", house="Nowa spółka")
    await _until(lambda: Client.filter(person=fair[late], office=office).exists())

    portfolio = (await adviser.get(office.path)).text
    assert all(words in portfolio for words in ("Anna", "Jan", "Klaster Bio", "brak zgody", "2 klienci"))
    for stranger in (anna, partner, coordinator):
        assert (await stranger.get(office.path)).status_code == 404
        assert (await stranger.get(client.path)).status_code == 404

    await _post(partner, f"/e/{fair.event.slug}/meetings", invitee=early.id, message="Chętnie porozmawiam")
    meeting = await Meeting.get()
    page = (await adviser.get(client.path)).text
    assert "Chętnie porozmawiam" in page
    assert "Przyjmij w imieniu klienta" not in page
    assert (await adviser.post(f"{client.path}/acceptance", data={"meeting": meeting.id})).status_code == 403

    await _post(adviser, f"{client.path}/reminder", words="Proszę odpowiedzieć.")
    assert (await adviser.post(f"{client.path}/reminder", data={"words": ""})).status_code == 409
    (reminder,) = await _mails(site, "Na Twoją odpowiedź", 1)
    assert "Proszę odpowiedzieć." in reminder
    assert "Mikko" in reminder

    account = (await anna.get("/account")).text
    assert all(words in account for words in ("Centrum Biznesu", "Pozwól mu działać w moim imieniu"))
    await _post(anna, "/account/support/consent", office=office.id)
    assert "może działać w Twoim imieniu" in (await anna.get("/account")).text

    await _post(adviser, f"{client.path}/acceptance", meeting=meeting.id)
    assert "Anna" in (await partner.get(f"/e/{fair.event.slug}/meetings")).text
    seen = (await partner.get(f"/e/{fair.event.slug}/meetings/{meeting.id}")).text
    assert "10:00" in seen
    await site.invites(2)

    feed = await _calendar(adviser, office)
    assert "Mikko i Anna" in feed.replace("\r\n ", "")
    await _hold(meeting)
    await _post(anna, f"/e/{fair.event.slug}/meetings/{meeting.id}/outcome", said="follow-up agreed", note="")
    report = (await adviser.get(f"{office.path}/report")).text
    assert "Zrealizowane" in report
    sheet = await adviser.get(f"{office.path}/meetings.csv")
    assert sheet.headers["content-type"].startswith("text/csv")
    (row,) = csv.DictReader(io.StringIO(sheet.content.decode("utf-8-sig")))
    assert (row["Klienci"], row["Partnerzy"], row["Region"]) == ("Anna", "Mikko", "Tampere Region, Finlandia")
    assert "zrealizowane" in row.values()

    await _half_a_year_later(site, fair, anna, adviser, office)
    await _post(anna, "/account/support", office="")
    assert (await adviser.get(client.path)).status_code == 404, "who left is seen no more"
    assert (await adviser.get(f"{office.path}/meetings.csv")).text.count("\n") == 1


async def _set_up(coordinator: httpx2.AsyncClient, fair: Fair, ewa: Person) -> Office:
    """At the desk of the network, with an adviser."""
    desk = f"/networks/{fair.network.code}/desk/offices"
    region = fair.regions[0]
    assert "Anna" in (await coordinator.get(desk)).text, "she waits in the queue"
    assert (await coordinator.post(desk, data={"name": "", "region": region.id})).status_code == 422
    assert (await coordinator.post(desk, data={"name": "X", "region": fair.regions[1].id})).status_code == 422
    await _post(coordinator, desk, name="Centrum Biznesu", region=region.id)
    office = await Office.get()
    wrong = await coordinator.post(f"{desk}/{office.id}/advisers", data={"email": "nobody@example.org"})
    assert wrong.status_code == 409
    await _post(coordinator, f"{desk}/{office.id}/advisers", email=ewa.email)
    assert "Ewa" in (await coordinator.get(f"{desk}/{office.id}")).text
    assert await Adviser.exists(office=office, person=ewa)
    return office


async def _calendar(adviser: httpx2.AsyncClient, office: Office) -> str:
    await _post(adviser, f"{office.path}/calendar/renewal")
    found = re.search(r"/feeds/[a-z2-7]+\.ics", (await adviser.get(office.path)).text)
    assert found
    return (await adviser.get(found[0])).text


async def _hold(meeting: Meeting) -> None:
    """What no verb does: the time of the meeting has come and gone."""
    placed = await Meeting.get(id=meeting.id)
    start = datetime.now(UTC) - timedelta(hours=1)
    await Slot.filter(id=placed.slot_id).update(start=start, end=start + timedelta(minutes=20))


async def _half_a_year_later(
    site: Site, fair: Fair, anna: httpx2.AsyncClient, adviser: httpx2.AsyncClient, office: Office
) -> None:
    day = (datetime.now(UTC) - timedelta(days=190)).date()
    await Event.filter(id=fair.event.id).update(first_day=day, last_day=day)
    now = datetime.now(UTC)
    await ask(await due(now=now), settings_for(site.database), now=now)  # the worker of the site may be faster
    (mail,) = await _mails(site, "Meet in Tampere: co wyszło", 1)
    question = await FollowUp.get()
    assert f"/follow-ups/{question.id}" in mail
    assert (await adviser.get(f"/follow-ups/{question.id}")).status_code == 404
    assert "Umowa" in (await anna.get(f"/follow-ups/{question.id}")).text
    assert (await anna.post(f"/follow-ups/{question.id}", data={"came_of": "gold"})).status_code == 422
    await _post(anna, f"/follow-ups/{question.id}", came_of="contract", note="=Duża")
    assert "'=Duża" in (await adviser.get(f"{office.path}/follow-ups.csv")).text


async def _polish(site: Site, person: Person) -> httpx2.AsyncClient:
    client = await site.signed_in(person)
    client.cookies.set("language", "pl")
    return client


async def _post(client: httpx2.AsyncClient, path: str, **fields: object) -> None:
    answer = await client.post(path, data=fields)
    assert answer.status_code == 303, answer.text


async def _until(true: Callable[[], Awaitable[bool]]) -> None:
    deadline = time.monotonic() + PATIENCE
    while not await true():
        assert time.monotonic() < deadline, "it never happened"
        await asyncio.sleep(0.2)


async def _mails(site: Site, subject: str, count: int) -> list[str]:
    """The plain texts of the mails whose subject begins so, once there are that many."""
    deadline = time.monotonic() + PATIENCE
    while True:
        parsed = [message_from_bytes(one.raw, policy=policy.default) for one in site.sink.mails]
        found = [mail for mail in parsed if str(mail["Subject"]).startswith(subject)]
        if len(found) >= count or time.monotonic() > deadline:
            assert len(found) == count, [str(mail["Subject"]) for mail in parsed]
            return [str(mail.get_body(("plain",)).get_content()) for mail in found]  # type: ignore[attr-defined]
        await asyncio.sleep(0.1)
