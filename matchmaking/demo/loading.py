"""Makes the demo story happen: every row comes from the verb that a person, or the desk, would have used."""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime

from app.errors import Refused
from app.i18n import _
from events.bookings import book
from events.models import Event, Organisation
from events.networks import reference
from events.networks.adopting import adopt_reference
from events.networks.coordinators import appoint
from events.networks.models import Network
from events.releasing import release_programme
from matchmaking.demo.calls import load_calls
from matchmaking.demo.forming import form
from matchmaking.demo.last_time import Known, play_last_time
from matchmaking.demo.logins import Login, helpers, participants
from matchmaking.demo.market import converse, open_market
from matchmaking.demo.offices import open_offices
from matchmaking.demo.on_the_day import come_together
from matchmaking.demo.opening import admit, announce, gather, schedule
from matchmaking.demo.requests import Request
from matchmaking.demo.stage import Stage
from matchmaking.demo.story import Story, tell
from matchmaking.demo.together import TOGETHER, Guests, meet_together
from matchmaking.demo.year import gather_round, play_year
from matchmaking.hosts import give_table
from matchmaking.meetings import REQUEST_LIFE, accept, cancel, decline, expire_due, request_meeting
from matchmaking.models import Meeting

SLUG = "vanguard-days-"


@dataclass(frozen=True, slots=True)
class Loaded:
    """Where the demo is, and who can look at it."""

    slug: str
    logins: tuple[Login, ...]


async def load_demo(*, base_day: date, progress: Callable[[int, str], object]) -> Loaded:
    """Two days from `base_day`; one that is not over yet is used again. `progress` hears of a hundred steps in all, and
    what happens in each.

    Raises Refused when an earlier load was cut short: what it left cannot be told from what people did.
    """
    story = tell()
    event = await Event.filter(slug__startswith=SLUG, last_day__gte=base_day).first()
    if event is None:
        event = await _play(Stage(story, base_day, progress))
    elif await Meeting.filter(event=event).count() < len(story.requests) + TOGETHER:
        raise Refused(
            _("The demonstration was not loaded to its end."), hints=[_("Delete its database and start again.")]
        )
    else:
        progress(100, "")
    return Loaded(event.slug, (*participants(story), *await helpers()))


async def _play(stage: Stage) -> Event:
    await adopt_reference(reference.load(), by="system")
    await gather(stage)
    await announce(stage, f"{SLUG}{stage.first_day}")
    for delegate in stage.steps(20, "120 people register", stage.story.delegates):
        await admit(stage, delegate)
    for told in stage.steps(3, "the programme", stage.story.programme.sessions):
        await schedule(stage, told)
    await release_programme(stage.event, "v1", by=stage.organiser)
    for seat in stage.steps(5, "seats are booked", stage.story.seats):
        email = seat.delegate.email
        await book(stage.sessions[seat.session.title], stage.participants[email], by=stage.people[email])
    booth = await Organisation.filter(participants__event=stage.event).order_by("id").first()
    await give_table(stage.rounds[0], 1, booth, by=stage.organiser)
    await _ask(stage)
    delegates, everybody = stage.story.delegates, stage.participants
    await open_market(stage.event, delegates, everybody, stage.people, stage.pilots, by=stage.organiser)
    busiest = participants(stage.story)[1].email
    await converse(everybody[busiest], {person.id: person for person in stage.people.values()})
    stage.progress(3, "the marketplace")
    await play_year(stage.first_day, stage.organiser)
    known = Known(stage.people, stage.regions, stage.wish)
    vanguard = await Network.get(code="vanguard")
    await appoint(vanguard, stage.story.staff[1].email, by=stage.organiser)
    await play_last_time(vanguard, stage.first_day, stage.story.requests, known, by=stage.organiser)
    stage.progress(9, "the year of the other networks")
    await load_calls(stage.organiser, today=datetime.now(UTC).date(), sessions=stage.sessions)
    await gather_round(stage.participants)
    await open_offices(stage.event, by=stage.organiser)
    guests = Guests(stage.story.delegates, stage.participants, stage.people)
    await meet_together(
        stage.event, guests, host=_host(stage.story), pilots=stage.pilots, rounds=stage.rounds, by=stage.organiser
    )
    await come_together(stage.event, stage.participants, stage.people, by=stage.organiser)
    await form(guests, host=busiest, by=stage.organiser)
    stage.progress(5, "calls, groups and interpreters")
    return stage.event


async def _ask(stage: Stage) -> None:
    """Those that expire first: the clock is turned for everything that waits by then."""
    requests = stage.story.requests
    late = [request for request in requests if request.state == "expired"]
    for request in stage.steps(5, "requests that nobody answered", late):
        await _request(stage, request)
    await expire_due(stage.event, datetime.now(UTC) + REQUEST_LIFE)
    for request in stage.steps(50, "requests and their answers", [one for one in requests if one.state != "expired"]):
        await _answer(stage, request, await _request(stage, request))


async def _request(stage: Stage, request: Request) -> Meeting:
    asker, invitee = (stage.participants[one.email] for one in (request.asker, request.invitee))
    by = stage.people[request.asker.email]
    return await request_meeting(asker, invitee, message=request.message, beside=True, by=by)


async def _answer(stage: Stage, request: Request, meeting: Meeting) -> None:
    invitee = stage.people[request.invitee.email]
    match request.state:
        case "accepted":
            try:
                await accept(meeting, waiting=request.waiting, by=invitee)
            except Refused:
                return  # no common time is left by now: it stays a request, as it would for them
        case "declined":
            await decline(meeting, reason=request.reason, by=invitee)
        case "cancelled":
            await cancel(meeting, reason=request.reason, by=stage.people[request.asker.email])


def _host(story: Story) -> str:
    """Whose company is asked as a whole: the delegate with most to look at who has a colleague here."""
    meetings = Counter(who.email for each in story.requests for who in (each.asker, each.invitee))
    houses = Counter(one.organisation for one in story.delegates)
    among = (one for one in story.delegates if houses[one.organisation] > 1)
    return max(among, key=lambda one: meetings[one.email]).email
