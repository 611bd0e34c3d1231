"""Every route of the application, asked as every kind of person, answers what tests/authorisation.toml says."""

import tomllib
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx2
import pytest
from starlette.routing import BaseRoute, Mount, Route, WebSocketRoute
from websockets.asyncio.client import connect
from websockets.exceptions import InvalidStatus

from app import main, outbox
from app.auth import make_admin
from app.ical.imip import plain_mail
from app.ical.itip import Mailbox
from app.intervals import Interval
from app.journal import changing
from app.models import Mail, Person
from events.bookings import book
from events.hosting import About, create_event
from events.models import Event, Organisation, OrganisationKind, Participant
from events.networks.calls.announcing import Terms, draft_call, open_call
from events.networks.calls.arranging import add_criterion, add_topic, name_officer, tie_briefing
from events.networks.calls.attaching import attach
from events.networks.calls.models import Call, CallTopic, OfficerRole
from events.networks.calls.proposals.models import CallAuthor, CallReview
from events.networks.calls.proposals.reviewing import assign, write_review
from events.networks.calls.proposals.writing import Content, draft_proposal, submit
from events.networks.coordinators import appoint
from events.networks.keeping import Words, add_series
from events.networks.memberships import admit_region
from events.networks.models import Membership, MembershipStatus, NetworkRole
from events.networks.proposing import drafting as proposals
from events.networks.proposing.partnering import join
from events.networks.support.assigning import choose, take_on
from events.networks.support.offices import add_adviser, open_office
from events.networks.terms import Term
from events.participants import Affiliation, register
from events.questions import ask
from events.releasing import release_programme
from events.rooms import add_room, add_track
from events.schedule import Details, create_session
from events.types import add_type
from events.waiting.models import Wait
from matchmaking.consortia import forming
from matchmaking.consortia.models import ConsortiumPart
from matchmaking.drafting import draft_schedule
from matchmaking.groups.membership import propose_group
from matchmaking.interpreters.models import Interpreter
from matchmaking.interpreters.registering import register_interpreter
from matchmaking.marketplace.fields import add_field
from matchmaking.marketplace.models import ExtraKind, OpportunityKind
from matchmaking.marketplace.posting import Draft, post
from matchmaking.meetings import request_meeting
from matchmaking.messages.silencing import report
from matchmaking.models import Meeting
from matchmaking.onsite.displays import make_display
from matchmaking.onsite.models import Absence, StandIn
from matchmaking.profile_models import ChainRole, Profile
from matchmaking.round_models import Round, Slot, Table
from matchmaking.support.models import FollowUp
from matchmaking.times import keep_free
from tests.matchmaking.conftest import Fair, make_fair
from tests.sink import Sink
from tests.stories.conftest import Site

MATRIX = tomllib.loads((Path(__file__).parent / "authorisation.toml").read_text("utf-8"))
LAST = "POST /sign-out"  # whoever asks is out afterwards
ONCE = {  # then the thing is gone
    "POST /e/{slug}/desk/tracks/{id}/removal",
    "POST /e/{slug}/desk/rounds/{id}/closing",
    "POST /e/{slug}/desk/rules/types/{id}/removal",
    "POST /e/{slug}/desk/fields/{id}/removal",
    "POST /e/{slug}/desk/interpreters/{id}/removal",
    "POST /e/{slug}/desk/questions/{id}/removal",
    "POST /networks/{code}/desk/members/{id:int}/removal",
    "POST /networks/{code}/desk/coordinators/{id:int}/removal",
    "POST /calls/topics/{id:int}/removal",
    "POST /networks/{code}/proposals/{id:int}/taking-back",  # then it is a draft, which nobody else reads
    "POST /networks/{code}/partners/{id:int}/removal",
    "POST /calls/briefings/{id:int}/removal",
    "POST /consortia/parts/{id:int}/removal",
    "POST /consortia/members/{id:int}/removal",
    "POST /consortia/{id:int}/closing",
    "POST /clients/{id:int}/end",
    "POST /networks/{code}/desk/offices/{id:int}/closing",
}


WORDS = {
    "{slug}": "tampere",
    "{code}": "vanguard",
    "{pilot}": "BIO",
    "{series}": "tour",
    "{region}": "malopolska",
}


@dataclass
class Ids:
    """What stands for the names in a route's path: the id of the thing after each of these words."""

    after: dict[str, int]

    def fill(self, route: str) -> str:
        address = route.replace(":int", "")
        for place, word in WORDS.items():
            address = address.replace(place, word)
        for word, number in self.after.items():
            address = address.replace(f"/{word}/{{id}}", f"/{word}/{number}")
        return address.replace("{token}", "unknown")


@dataclass
class Kept:
    membership: Membership
    role: NetworkRole


def key_of(route: BaseRoute) -> str:
    if isinstance(route, WebSocketRoute):
        return f"SOCKET {route.path}"
    assert isinstance(route, Route)
    assert route.methods
    (method,) = route.methods - {"HEAD"}
    return f"{method} {route.path}"


def test_matrix_names_exactly_the_routes_there_are() -> None:
    routes = {key_of(route) for route in main.routes() if not isinstance(route, Mount)}
    assert routes == set(MATRIX["routes"])


def test_every_row_speaks_of_every_kind_of_person() -> None:
    assert {row: set(answers) for row, answers in MATRIX["rows"].items()} == {
        row: set(MATRIX["people"]) for row in set(MATRIX["routes"].values())
    }


@pytest.fixture
async def fair(sqlite_database: str) -> Fair:
    return await make_fair()


@pytest.fixture
async def site(sqlite_database: str, smtp_sink: Sink, browser, tmp_path: Path):  # type: ignore[no-untyped-def]
    site = Site(sqlite_database, smtp_sink, tmp_path / "server.log", browser)
    await site.start()
    yield site
    await site.stop()


async def test_every_route_answers_everybody_as_the_matrix_says(site: Site, fair: Fair) -> None:
    people, ids = await _populate(fair)
    clients = {who: await site.signed_in(person) for who, person in people.items()}
    clients["anonymous"] = site.browser(site.base_url)
    wrong = []
    for key, row in sorted(MATRIX["routes"].items(), key=lambda item: (item[0] == LAST, item[0] in ONCE)):
        method, _, path = key.partition(" ")
        done = False
        for who, client in clients.items():
            expected = _expected(method, MATRIX["rows"][row][who])
            if done and expected == "in":
                continue
            found = await _ask(site, client, method, ids.fill(path))
            done = done or (key in ONCE and found == "in")
            if found != expected:
                wrong.append(f"{key} as {who}: {found}, not {expected}")
    assert not wrong, "\n".join(wrong)


def _expected(method: str, answer: str) -> str:
    """A POST is not led anywhere, and a socket is only let in or refused."""
    if method == "SOCKET":
        return "in" if answer == "in" else "no"
    return "no" if method == "POST" and answer == "sign-in" else answer


async def _ask(site: Site, client: httpx2.AsyncClient, method: str, address: str) -> str:
    if method == "SOCKET":
        return await _ask_socket(site, client, address)
    answer = await client.request(method, address, **({"data": {}} if method == "POST" else {}))
    assert answer.status_code < 500, f"{method} {address}: {answer.status_code}"
    if answer.status_code == 303 and answer.headers["location"].startswith("/sign-in"):
        return "sign-in"
    if answer.status_code == 404 and "{" not in address and "unknown" not in address:
        return "nothing"
    return "no" if answer.status_code == 403 else "in"


async def _ask_socket(site: Site, client: httpx2.AsyncClient, address: str) -> str:
    cookies = "; ".join(f"{name}={value}" for name, value in client.cookies.items())
    url = f"ws{site.base_url.removeprefix('http')}{address}?since=0"
    try:
        async with connect(url, origin=site.base_url, additional_headers={"Cookie": cookies}):  # type: ignore[arg-type]
            return "in"
    except InvalidStatus:
        return "no"


async def _populate(fair: Fair) -> tuple[dict[str, Person], Ids]:
    event = fair.event
    hall, track = await add_room(event, "Hall", by="test"), await add_track(event, "Bio", by="test")
    morning = await fair.round("10:00", "11:00")
    member, guest, other = [await fair.delegate(name, morning) for name in ("Member", "Guest", "Other")]
    talk = await create_session(
        event, Details(title="Talk"), room=hall, start=fair.at("14:00"), end=fair.at("14:30"), by=fair.organiser
    )
    await release_programme(event, "v1", by=fair.organiser)
    await book(talk, other, by=fair[other])
    asked = await request_meeting(guest, member, message="", by=fair[guest])
    block = await keep_free(other, Interval(fair.at("09:00"), fair.at("09:30")), by=fair[other])
    said = Draft(OpportunityKind.OFFER, "Bark", "Much bark")
    offer = await post(other, said, by=fair[other])
    pending = await fair.person("Pending")
    affiliation = Affiliation("Pending Ltd", OrganisationKind.COMPANY, fair.regions[0])
    await register(event, pending, affiliation=affiliation, by=pending)
    rival = await fair.person("Rival")
    about = About(
        title="Elsewhere", kind=event.kind, first_day=event.first_day, last_day=event.last_day, zone=event.zone
    )
    await create_event(fair.network, "elsewhere", about, by=rival)
    await make_admin("admin@example.org")
    kept = await _keep_network(fair, rival)
    people = {
        "newcomer": await fair.person("Newcomer"),
        "pending": pending,
        "member": fair[member],
        "other": fair[other],
        "desk": fair.organiser,
        "rival": rival,
        "admin": await Person.get(email="admin@example.org"),
    }
    draft = await draft_schedule(event, seconds=1, by=fair.organiser)
    return people, Ids(
        {
            **await _keep_office(fair, member, rival),
            **await _keep_call(fair, fair[member], fair[other]),
            **await _keep_proposal(fair, member),
            "sessions": talk.id,
            "tracks": track.id,
            "rooms": hall.id,
            "people": other.id,
            "participants": other.id,
            "profiles": (await Profile.get(participant=other)).id,
            "rounds": morning.id,
            "types": (await add_type(event, "Buyer", open=False, by="test")).id,
            "meetings": asked.id,
            "drafts": draft.id,
            "messages": other.id,
            "opportunities": offer.id,
            "fields": (await add_field(event, "Stage", ExtraKind.TEXT, by=fair.organiser)).id,
            "reports": (await report(member, other, why="Rude", quoted="", by=fair[member])).id,
            "outbox": (await _mail_about(event)).id,
            "blocks": block.id,
            "sign-ins": 999_999,
            "questions": (await ask(other, "Why?", by=fair[other])).id,
            "members": kept.membership.id,
            "coordinators": kept.role.id,
            "cases": fair.demo_case.id,
            "listings": other.organisation_id or 0,
            "organisations": other.organisation_id or 0,
            "companies": member.organisation_id or 0,
            "groups": (await propose_group(event, fair.demo_case, title="Bark", proposer=other, by=fair[other])).id,
            "interpreters": (await _interpreter(fair, morning)).id,
            "waiting": (await Wait.create(session=talk, participant=guest, joined_at=datetime.now(UTC))).id,
            "door": other.id,
            "displays": (await make_display(event, "Door", by=fair.organiser)).id,
            **await _wait_at_table(morning, asked, reporter=other, missing=member, guest=guest),
        }
    )


async def _wait_at_table(
    morning: Round, meeting: Meeting, *, reporter: Participant, missing: Participant, guest: Participant
) -> dict[str, int]:
    """The guest would sit down with whoever waits."""
    now, slot = datetime.now(UTC), await Slot.filter(round=morning).order_by("start").first()
    table = await Table.filter(round=morning).order_by("number").first()
    parts = {"meeting": meeting, "slot": slot, "table": table, "reporter": reporter, "missing": missing}
    absence = await Absence.create(**parts, at=now)
    stand_in = await StandIn.create(absence=absence, guest=guest, by_guest=True, at=now)
    return {"absences": absence.id, "stand-ins": stand_in.id}


async def _interpreter(fair: Fair, morning: Round) -> Interpreter:
    ewa = await fair.newcomer("Ewa")
    return await register_interpreter(ewa, languages=["pl", "fi"], rounds=[morning], by=fair.organiser)


async def _keep_network(fair: Fair, rival: Person) -> Kept:
    """The organiser coordinates the network, the rival its pilot, somebody else for a while."""
    network, organiser = fair.network, fair.organiser
    await appoint(network, organiser.email, by=organiser)
    await appoint(network, rival.email, pilot=fair.pilot, by=organiser)
    await add_series(network, "tour", Words(titles={"en": "Tour"}), by=organiser)
    status = MembershipStatus.OBSERVER
    return Kept(
        membership=await admit_region(network, fair.regions[0], status, Term(), by=organiser),
        role=await appoint(network, (await fair.person("Substitute")).email, by=organiser),
    )


async def _keep_proposal(fair: Fair, member: Participant) -> dict[str, int]:
    """Submitted, and a partner of the pilot that the member made one."""
    author = fair[member]
    house = await Organisation.get(id=member.organisation_id)
    content = proposals.Content(
        affiliation=Affiliation(house.name, house.kind, fair.regions[0]), pilot=fair.pilot, language="en",
        title="Bark", text="Much bark",
    )  # fmt: skip
    proposal = await proposals.submit(await proposals.draft(fair.network, content, by=author), by=author)
    return {"proposals": proposal.id, "partners": (await join(fair.pilot, house, by=author)).id}


async def _keep_office(fair: Fair, member: Participant, rival: Person) -> dict[str, int]:
    """An office of the other region in which the rival advises; the member chose it, and was asked what came of it."""
    await admit_region(fair.network, fair.regions[1], MembershipStatus.FULL, Term(), by=fair.organiser)
    office = await open_office("Support", fair.regions[1], by=fair.organiser)
    await add_adviser(office, rival.email, by=fair.organiser)
    await choose(office, by=fair[member])
    async with changing("mail:support", by="test") as changes:
        question = await FollowUp.create(participant=member, asked_at=changes.at)
        changes.record("follow_up.asked", question, topics=[])
    client = await take_on(office, await fair.person("Helped"), by=fair.organiser)
    return {"offices": office.id, "clients": client.id, "follow-ups": question.id}


async def _keep_call(fair: Fair, author: Person, reviewer: Person) -> dict[str, int]:
    """A call of the organiser's whose deadline is over, with a proposal of the author that the reviewer has begun."""
    by = fair.organiser
    deadline = datetime.now(UTC) + timedelta(days=1)
    terms = Terms(
        language="en", titles={"en": "Call"}, texts={}, eligibility={}, budget=100, currency="EUR", most=None,
        deadline=deadline, zone="Europe/Warsaw",
    )  # fmt: skip
    call = await open_call(await draft_call(fair.network, terms, by=by), by=by)
    topic = await add_topic(call, "T1", {"en": "Topic"}, by=by)
    criterion = await add_criterion(call, {"en": "Impact"}, weight=1, most=5, by=by)
    briefing = await tie_briefing(call, fair.event, None, by=by)
    officer = await name_officer(call, OfficerRole.REVIEWER, email=reviewer.email, name=reviewer.name, by=by)
    house = Affiliation("Member Ltd", OrganisationKind.COMPANY, fair.regions[0])
    content = Content(affiliation=house, language="en", title="Bark", summary="Much bark", amount=100)
    proposal = await draft_proposal(call, content, by=author)
    file = await attach(proposal, "a.txt", b"Bark", by=author)
    await submit(proposal, by=author)
    board = await _keep_consortium(topic, house, author, reviewer)
    await Call.filter(id=call.id).update(deadline=datetime.now(UTC))
    await assign(officer, [proposal], by=by)
    review = await write_review(
        await CallReview.get(proposal=proposal), {}, "So far so good", final=False, version=1, by=reviewer
    )
    return {
        **board,
        "calls": call.id,
        "calls/topics": topic.id,
        "calls/criteria": criterion.id,
        "calls/briefings": briefing.id,
        "calls/officers": officer.id,
        "calls/proposals": proposal.id,
        "calls/authors": (await CallAuthor.get(proposal=proposal)).id,
        "calls/files": file.id,
        "calls/reviews": review.id,
    }


async def _keep_consortium(topic: CallTopic, house: Affiliation, author: Person, other: Person) -> dict[str, int]:
    """The author coordinates it, the other asks to come in."""
    board = await forming.open_board(
        topic, title="Bark", language="en", affiliation=house, coordinates=True,
        parts=[(ChainRole.RESEARCH, "Toxicity")], by=author,
    )  # fmt: skip
    return {
        "consortia/members": (await forming.ask(board, house, by=other)).id,
        "consortia/parts": (await ConsortiumPart.get(consortium=board)).id,
        "consortia": board.id,
    }


async def _mail_about(event: Event) -> Mail:
    scope, sender = outbox.mail_scope(event.scope), Mailbox("Event", "event@example.org")
    async with changing(scope, by="test") as changes:
        body = plain_mail(
            sender=sender, recipient=sender, subject="A", plain="B", html="C", message_id="<a@b>", now=changes.at
        )
        mail = await outbox.post(
            scope, body=body, sender=sender, recipient=sender, subject="A", message_id="<a@b>", now=changes.at
        )
        changes.record("mail.queued", mail, topics=[])
    return mail
