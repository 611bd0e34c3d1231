"""Every page there is, on the demonstration event, as a visitor, a delegate and the organiser, on phone and desktop:
no serious finding of axe, nothing wider than the window, nothing on the console."""

import os
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx2
import pytest
from playwright.async_api import Browser

from app import auth, outbox, unsubscribing
from app.models import Mail, Person, ReminderKind
from events.models import Event, Organisation, OrganisationKind, Participant, Room, Session, Track
from events.networks.calls.models import Call, CallStatus
from events.networks.calls.proposals.models import CallAuthor, CallProposal
from events.networks.calls.proposals.writing import Content, draft_proposal
from events.networks.coordinators import appoint
from events.networks.models import Membership, Network
from events.networks.proposing.models import Proposal
from events.networks.support.models import Adviser, Client, Office
from events.participants import Affiliation
from matchmaking.consortia.models import Consortium
from matchmaking.demo.loading import load_demo
from matchmaking.draft_models import Draft
from matchmaking.drafting import draft_schedule, run_draft
from matchmaking.groups.models import Group
from matchmaking.marketplace.models import Opportunity
from matchmaking.models import Meeting, MeetingStatus
from matchmaking.onsite.displays import address_of as display_address
from matchmaking.onsite.models import Display
from matchmaking.parties import of_persons
from matchmaking.round_models import Round
from matchmaking.support.models import FollowUp
from tests.browsing import SIZES, WIDTHS, Window, chromium
from tests.conftest import SECRET
from tests.sink import Sink
from tests.stories.conftest import Site
from tests.test_authorisation import MATRIX

pytestmark = pytest.mark.browser
PICTURES = os.environ.get("PICTURES")  # a folder: keep screenshots there, to look at
DELEGATES = {"/e/{slug}/messages/{id}"}  # a page between two: to others it says that they have to meet first
ROLES = {"visitor": "anonymous", "delegate": "member", "organiser": "desk"}
ADVISER = {"adviser": "rival"}  # sees other pages


@pytest.fixture
async def site(
    sqlite_database: str, smtp_sink: Sink, browser: Callable[..., httpx2.AsyncClient], tmp_path: Path
) -> AsyncIterator[Site]:
    site = Site(sqlite_database, smtp_sink, tmp_path / "server.log", browser)
    await site.start()
    yield site
    await site.stop()


@pytest.fixture
async def chrome() -> AsyncIterator[Browser]:
    async with chromium() as browser:
        yield browser


@dataclass
class Tour:
    """All pages of the demonstration event, one after the other, as somebody sees them."""

    site: Site
    chrome: Browser
    people: dict[str, Person]
    addresses: dict[str, str]  # by route

    async def pages(self, role: str, width: str, *, language: str = "en") -> AsyncIterator[Window]:
        scheme = "dark" if width == "phone" else "light"
        context = await self.chrome.new_context(viewport=SIZES[width], color_scheme=scheme)  # type: ignore[arg-type]
        await context.add_cookies([{"name": "language", "value": language, "url": self.site.base_url}])
        if role in self.people:
            sid = (await self.site.signed_in(self.people[role])).cookies["sid"]
            await context.add_cookies([{"name": "sid", "value": sid, "url": self.site.base_url}])
        window = await Window.open(context)
        for route, address in self.addresses.items():
            if MATRIX["rows"][MATRIX["routes"][f"GET {route}"]][(ROLES | ADVISER)[role]] != "in":
                continue
            if role == "organiser" and route in DELEGATES:
                continue
            await window.page.goto(self.site.base_url + address)
            if PICTURES:
                file = f"{language}-{role}-{width}-{route.strip('/').replace('/', '-') or 'home'}.png"
                await window.page.screenshot(path=Path(PICTURES) / file, full_page=True)
            yield window
            window.complaints.clear()
        await context.close()


@pytest.fixture
async def tour(site: Site, chrome: Browser) -> Tour:
    loaded = await load_demo(base_day=datetime.now(UTC).date() + timedelta(days=1), progress=lambda _step, _words: None)
    event = await Event.get(slug=loaded.slug)
    logins = {login.role: login.email for login in reversed(loaded.logins)}
    delegate = await Participant.get(event=event, person__email=logins["delegate"]).select_related("person")
    people = {"delegate": delegate.person, "organiser": await Person.get(email=logins["organiser"])}
    await run_draft(await draft_schedule(event, seconds=1, by=people["organiser"]))
    await appoint(await Network.get(id=event.network_id), logins["organiser"], by="test")  # as the matrix's desk is
    return Tour(site, chrome, people, await _addresses(event, delegate))


async def test_every_page_is_sound_for_everybody(tour: Tour) -> None:
    faults = []
    for role in ROLES:
        for width in WIDTHS:
            async for window in tour.pages(role, width):
                try:
                    await window.check()
                except AssertionError as fault:
                    faults.append(f"{role}, {width}: {fault}")
    assert not faults, "\n".join(faults)


async def test_every_page_holds_the_words_of_every_language(tour: Tour) -> None:
    faults = []
    for language in ("pl", "fi"):
        for role in ROLES:
            for width in WIDTHS if PICTURES else ("phone",):
                async for window in tour.pages(role, width, language=language):
                    try:
                        assert await window.page.get_attribute("html", "lang") == language
                        await window.check_width()
                    except AssertionError as fault:
                        faults.append(f"{language}, {role}, {width}: {fault}")
    assert not faults, "\n".join(faults)


async def test_every_page_of_a_support_office_is_sound(tour: Tour) -> None:
    adviser = await Adviser.all().order_by("id").select_related("person", "office").first()
    assert adviser
    client = await Client.filter(office=adviser.office, allowed_at__isnull=False).order_by("id").first()
    assert client
    agreed = await Meeting.filter(of_persons([client.person_id]), status=MeetingStatus.ACCEPTED).order_by("id").first()
    assert agreed
    tour.people["adviser"] = adviser.person
    office = adviser.office.path
    tour.addresses = {
        "/offices/{id:int}": office,
        "/offices/{id:int}/report": f"{office}/report",
        "/clients/{id:int}": client.path,
        "/clients/{id:int}/times": f"{client.path}/times?meeting={agreed.id}",
    }
    for width in WIDTHS:
        async for window in tour.pages("adviser", width, language="pl"):
            await window.check()


async def _addresses(event: Event, delegate: Participant) -> dict[str, str]:
    """Route → an address of it that shows something."""
    mine = Meeting.filter(event=event, invitee=delegate)
    requested = await mine.filter(status=MeetingStatus.REQUESTED).first() or await mine.first()
    link = await auth.print_link("somebody@example.org", life=auth.LINK_LIFE)
    ids = {
        "sessions": (await Session.filter(event=event, capacity__isnull=False).first()),
        "tracks": await Track.filter(event=event).first(),
        "rooms": await Room.filter(event=event).first(),
        "people": await Participant.filter(event=event, kind="delegate").exclude(id=delegate.id).first(),
        "participants": await Participant.filter(event=event, kind="delegate").first(),
        "meetings": requested,
        "groups": await Group.filter(event=event).order_by("id").first(),
        "companies": await Organisation.filter(participants__event=event).exclude(participants__id=delegate.id).first(),
        "drafts": await Draft.filter(event=event).first(),
        "rounds": await Round.filter(event=event).order_by("start").first(),
        "organisations": await Organisation.filter(listings__isnull=False).first(),
        "members": await Membership.filter(network__code="vanguard").first(),
        "opportunities": await Opportunity.filter(event=event).first(),
        "messages": await Participant.filter(event=event, messages_sent__recipient=delegate).first(),
        "calls": await Call.filter(status=CallStatus.OPEN, currency="PLN").first(),
        "calls/proposals": await _proposal_of(delegate.person),
        "offices": await Office.all().order_by("id").first(),
        "follow-ups": await FollowUp.create(participant=delegate, asked_at=delegate.created_at),
        "door": await Participant.filter(event=event, kind="delegate").first(),
        "proposals": await Proposal.filter(author=delegate.person).first(),
        "consortia": await Consortium.filter(members__email=delegate.person.email).first(),
        "outbox": await Mail.filter(scope=outbox.mail_scope(event.scope)).first(),
    }
    # pages whose address is a secret
    addresses = {
        "/sign-in/{token}": f"/sign-in/{link.text}",
        "/display/{token}": display_address(await Display.filter(event=event).get(), key=SECRET),
        "/unsubscribe/{token}": unsubscribing.address(delegate.person, ReminderKind.SOON, key=SECRET),
    }
    words = {
        "{slug}": event.slug,
        "{code}": "vanguard",
        "{pilot}": "BIO",
        "{series}": "city-to-city",
        "{region}": "malopolska",
    }
    for key in MATRIX["routes"]:
        method, _, path = key.partition(" ")
        if method != "GET" or path.endswith((".csv", ".json", ".ics", ".ico", ".txt", "healthz")):
            continue
        address = path.replace(":int", "")
        for place, word in words.items():
            address = address.replace(place, word)
        for word, thing in ids.items():
            if thing is not None:
                address = address.replace(f"/{word}/{{id}}", f"/{word}/{thing.pk}")
        if "{" not in address:
            addresses[path] = address
    return addresses | {"/calls/proposals/{id:int}/text": f"{(await _draft_of(delegate.person)).path}/text"}


async def _proposal_of(person: Person) -> CallProposal | None:
    """One of last year's that the delegate is an author of, too."""
    proposal = await CallProposal.filter(call__status=CallStatus.PUBLISHED).first()
    if proposal:
        await CallAuthor.create(proposal=proposal, email=person.email, name=person.name)
    return proposal


async def _draft_of(person: Person) -> CallProposal:
    """One that the delegate may still write on."""
    call = await Call.get(status=CallStatus.OPEN, currency="PLN").select_related("region")
    affiliation = Affiliation("Kainuu Berry Cooperative", OrganisationKind.CLUSTER, call.region)
    content = Content(affiliation=affiliation, language="fi", title="Metsän marjoista väriaineita")
    return await draft_proposal(call, content, by=person)
