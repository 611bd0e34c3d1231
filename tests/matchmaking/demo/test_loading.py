from collections import Counter
from collections.abc import Awaitable, Callable
from datetime import UTC, date, datetime, timedelta

import pytest

from app.errors import Refused
from events.models import Event, Participant, ParticipantKind, ParticipantStatus, Session
from events.networks.models import NetworkRole
from events.partaking_models import Booking
from events.waiting.models import Wait
from matchmaking.demo.cast import table
from matchmaking.demo.last_time import MEETINGS
from matchmaking.demo.loading import load_demo
from matchmaking.demo.logins import Login
from matchmaking.demo.story import Story, tell
from matchmaking.demo.together import TOGETHER
from matchmaking.groups.models import Group, GroupStatus
from matchmaking.marketplace.models import Opportunity
from matchmaking.messages.models import Message
from matchmaking.models import Meeting, MeetingStatus, Seat, SeatRole
from matchmaking.outcomes.report import report
from matchmaking.profile_models import Interest, Profile, ProfileStatus
from matchmaking.round_models import Availability

TOMORROW = date.today() + timedelta(days=1)  # noqa: DTZ011 - any day ahead of every zone's today


async def test_demo_becomes_a_whole_event(sqlite_database: str, assert_sound: Callable[[], Awaitable[None]]) -> None:
    told: list[int] = []
    loaded = await load_demo(base_day=TOMORROW, progress=lambda steps, _words: told.append(steps))
    assert sum(told) == 100
    event = await Event.get(slug=loaded.slug)
    assert (event.first_day, event.last_day, event.version) == (TOMORROW, TOMORROW + timedelta(days=1), "v1")

    await _assert_told(event)
    await assert_sound()
    await _assert_logins(event, loaded.logins)

    again: list[int] = []
    assert await load_demo(base_day=TOMORROW, progress=lambda steps, _words: again.append(steps)) == loaded
    assert again == [100]
    assert await Event.filter(slug__startswith="vanguard-days-").count() == 1
    assert await Event.filter(network__code__not="vanguard").count() == 6, "the other networks have their year too"

    await (await Meeting.filter(event=event).order_by("id"))[0].delete()
    with pytest.raises(Refused, match="not loaded to its end"):
        await load_demo(base_day=TOMORROW, progress=lambda _steps, _words: None)


async def _assert_told(event: Event) -> None:
    story = tell()
    people = await Participant.filter(event=event, status=ParticipantStatus.APPROVED)
    assert len(people) == len(story.delegates) + len(story.staff) + len(table("together")["interpreters"])
    assert {person.kind for person in people} == set(ParticipantKind)
    here = Profile.filter(participant__event=event, status=ProfileStatus.APPROVED)
    assert await here.count() == len(story.delegates)
    interests = Interest.filter(profile__participant__event=event)
    assert await interests.count() == sum(len(delegate.interests) for delegate in story.delegates)
    ticks = sum(len(delegate.rounds) for delegate in story.delegates)
    ticks += len(table("together")["interpreters"]) * len(story.programme.rounds)
    assert await Availability.filter(round__event=event).count() == ticks
    full = (await Wait.first().select_related("session")).session
    assert full.booked == full.capacity == await Booking.filter(session=full).count(), "people wait for a seat in it"
    elsewhere = [seat for seat in story.seats if seat.session.title != full.title]
    assert await Booking.exclude(session=full).count() == len(elsewhere)
    await _assert_programme(event, story)
    await _assert_together()
    assert await Opportunity.filter(event=event).count() == 26
    assert await Message.filter(event=event, read_at__isnull=True).count() == 4
    before = await Event.get(slug__startswith="vanguard-online-")
    results = await report(before, now=datetime.now(UTC), no_pilot="", total="")
    assert (results.total.meetings, results.total.unknown, results.total.disputed) == (MEETINGS, 2, 2)
    wanted = Counter(request.state for request in story.requests)
    states = Counter(str(status) for status in await Meeting.filter(event=event).values_list("status", flat=True))
    for state in ("declined", "cancelled", "expired"):
        assert states[state] == wanted[state]
    assert wanted["accepted"] - 5 <= states["accepted"] <= wanted["accepted"] + TOGETHER  # some find no common time
    assert sum(states.values()) == len(story.requests) + TOGETHER
    waiting = await Meeting.filter(status=MeetingStatus.ACCEPTED, slot_id=None, group_id=None).count()
    assert waiting == sum(request.waiting for request in story.requests)


async def _assert_together() -> None:
    """A company asked as a whole, a group that meets and one that gathers, an interpreter at work."""
    assert await Meeting.filter(house_id__isnull=False).count() == 1
    assert set(await Group.all().values_list("status", flat=True)) == {GroupStatus.MEETING, GroupStatus.GATHERING}
    assert await Seat.filter(role=SeatRole.INTERPRETER).exists()


async def _assert_programme(event: Event, story: Story) -> None:
    sessions = await Session.filter(event=event).prefetch_related("speakers", "room", "track", "pilots")
    stored = {
        (
            session.title,
            session.room.name if session.room else None,
            session.track.name if session.track else None,
            frozenset(speaker.name for speaker in session.speakers),
            frozenset(pilot.code for pilot in session.pilots),
            f"{session.start.astimezone(event.tz):%H:%M}" if session.start else "",
        )
        for session in sessions
    }
    assert stored == {
        (
            told.title,
            told.room,
            told.track,
            frozenset(speaker.name for speaker in told.speakers),
            frozenset(told.pilots),
            told.start,
        )
        for told in story.programme.sessions
    }


async def _assert_logins(event: Event, logins: tuple[Login, ...]) -> None:
    roles = [login.role for login in logins]
    assert roles[:4] == ["organiser", "delegate", "delegate", "coordinator"]
    for login in logins[:3]:
        participant = await Participant.get(event=event, person__email=login.email)
        assert participant.name == login.name
        assert login.role == "delegate" or participant.kind == login.role
    assert await NetworkRole.exists(person__email=logins[3].email, pilot=None)
