"""Whatever people do, in whatever order: nobody and no table twice, and nothing held that no meeting needs."""

import asyncio
import contextlib
import shutil
from collections.abc import Awaitable
from datetime import UTC, datetime, timedelta
from itertools import combinations
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from app import db
from app.errors import Refused
from app.intervals import Interval
from events.bookings import book, unbook
from events.models import Participant, Session
from events.releasing import release_programme
from events.rooms import add_room
from events.schedule import Details, create_session, move_session
from matchmaking.leaving import withdraw
from matchmaking.meetings import accept, cancel, decline, expire_due, request_meeting, reschedule
from matchmaking.models import Meeting, MeetingStatus, Round
from matchmaking.times import keep_free, tick_rounds
from tests.conftest import settings_for
from tests.matchmaking.conftest import Fair, make_fair, sound

PEOPLE = ("Anna", "Mikko", "Jan", "Sara")
SLOTS = ("10:00", "10:20", "10:40")

people = st.integers(0, len(PEOPLE) - 1)
slots = st.sampled_from(SLOTS)
meetings = st.integers(0, 30)
seldom = st.integers(0, 7).map(lambda number: number == 0)
LIVE = [MeetingStatus.REQUESTED, MeetingStatus.ACCEPTED]


class Brokerage(RuleBasedStateMachine):
    """Four people, three slots, one table: everybody is in everybody's way. The model is the list of invariants."""

    template: Path
    folder: Path

    def __init__(self) -> None:
        super().__init__()
        self.runner = asyncio.Runner()
        self.fair: Fair
        self.round: Round
        self.participants: list[Participant] = []
        self.talk: Session

    @initialize()
    def open(self) -> None:
        file = self.folder / "machine.sqlite3"
        for old in self.folder.glob("machine.sqlite3*"):
            old.unlink()
        shutil.copy(self.template, file)
        self.run(self._open(f"sqlite:///{file}"))

    async def _open(self, url: str) -> None:
        await db.connect(settings_for(url))
        self.fair = await make_fair()
        self.round = await self.fair.round("10:00", "11:00", tables=1)
        self.participants = [await self.fair.delegate(name, self.round) for name in PEOPLE]
        hall = await add_room(self.fair.event, "Hall", capacity=50, by=self.fair.organiser)
        times = {"start": self.fair.at("10:00"), "end": self.fair.at("10:20")}
        details = Details(title="Keynote", speakers=[self.participants[0]], capacity=10)
        self.talk = await create_session(self.fair.event, details, room=hall, by=self.fair.organiser, **times)
        await release_programme(self.fair.event, "v1", by=self.fair.organiser)
        for one, slot in zip(self.participants, ("10:40", "10:20", "10:00"), strict=False):
            await keep_free(one, (await self.fair.slot(slot)).span, by=self.fair[one])
        for one, other in combinations(self.participants, 2):
            await request_meeting(one, other, message="", by=self.fair[one])

    def teardown(self) -> None:
        self.run(db.disconnect())
        self.runner.close()

    def run(self, work: Awaitable[Any]) -> Any:
        return self.runner.run(_of(work))

    def attempt(self, verb: Awaitable[Any]) -> None:
        """A refusal is an answer too."""
        with contextlib.suppress(Refused):
            self.run(verb)

    async def meeting(self, number: int) -> Meeting | None:
        """Mostly one that is still of interest."""
        live = Meeting.filter(status__in=LIVE) if number % 5 else Meeting.all()
        found = await live.order_by("id")
        return found[number % len(found)] if found else None

    @rule(asker=people, further=st.integers(1, len(PEOPLE) - 1))
    def request(self, asker: int, further: int) -> None:
        one, other = self.participants[asker], self.participants[(asker + further) % len(PEOPLE)]
        self.attempt(request_meeting(one, other, message="", by=self.fair[one]))

    @rule(number=meetings, slot=st.none() | slots, waiting=seldom)
    def accept(self, number: int, slot: str | None, waiting: bool) -> None:
        async def work() -> None:
            if meeting := await self.meeting(number):
                chosen = await self.fair.slot(slot) if slot else None
                await accept(meeting, slot=chosen, waiting=waiting, by=self.fair.organiser)

        self.attempt(work())

    @rule(number=meetings, slot=slots)
    def reschedule(self, number: int, slot: str) -> None:
        async def work() -> None:
            if meeting := await self.meeting(number):
                chosen = await self.fair.slot(slot)
                await reschedule(meeting, slot=chosen, version=meeting.version, by=self.fair.organiser)

        self.attempt(work())

    @rule(number=meetings, how=st.sampled_from(["cancel", "decline", "expire"]))
    def end(self, number: int, how: str) -> None:
        async def work() -> None:
            if not (meeting := await self.meeting(number)):
                return
            if how == "expire":
                await Meeting.filter(id=meeting.id).update(expires_at=datetime.now(UTC) - timedelta(seconds=1))
                await expire_due(self.fair.event, datetime.now(UTC))
            else:
                await {"cancel": cancel, "decline": decline}[how](meeting, reason="", by=self.fair.organiser)

        self.attempt(work())

    @rule(who=people, slot=slots, what=st.sampled_from(["keep", "seat", "unseat", "talk", "tick", "untick", "leave"]))
    def occupy(self, who: int, slot: str, what: str) -> None:
        guest = self.participants[who]
        mine = self.fair[guest]

        async def work() -> None:
            start = self.fair.at(slot)
            span = Interval(start, start + timedelta(minutes=20))
            match what:
                case "keep":
                    await keep_free(guest, span, by=mine)
                case "seat":
                    await book(self.talk, guest, by=mine)
                case "unseat":
                    await unbook(self.talk, guest, by=mine)
                case "talk":
                    talk = await Session.get(id=self.talk.id).select_related("room")
                    times = {"start": span.start, "end": span.end}
                    await move_session(talk, room=talk.room, version=talk.version, by=self.fair.organiser, **times)
                case "tick" | "untick":
                    await tick_rounds(guest, [self.round] if what == "tick" else [], by=mine)
                case "leave" if who == 0:
                    await withdraw(guest, by=self.fair.organiser)

        self.attempt(work())

    @invariant()
    def nobody_and_nothing_twice(self) -> None:
        if self.participants:
            self.run(sound())
            self.run(self._promises())

    async def _promises(self) -> None:
        """A placed meeting is in a ticked round and outside of time kept free; one live meeting a pair."""
        sides = [f"{side}__{part}" for side in ("asker", "invitee") for part in ("availabilities", "blocks")]
        found = await Meeting.filter(status__in=LIVE).prefetch_related("slot", *sides)
        pairs = [frozenset((meeting.asker_id, meeting.invitee_id)) for meeting in found]
        assert len(pairs) == len(set(pairs))
        for meeting in found:
            for person in (meeting.asker, meeting.invitee) if meeting.placed else ():
                assert {tick.round_id for tick in person.availabilities} == {self.round.id}
                assert all(block.start != meeting.slot.start for block in person.blocks)


async def _of(work: Awaitable[Any]) -> Any:
    return await work


def test_no_order_of_requests_answers_and_moves_books_anybody_twice(templates: dict[str, str], tmp_path: Path) -> None:
    Brokerage.template = Path(templates["sqlite"].removeprefix("sqlite:///"))
    Brokerage.folder = tmp_path
    run_state_machine_as_test(
        Brokerage,
        settings=settings(
            max_examples=40,
            stateful_step_count=30,
            deadline=None,
            database=None,
            phases=[Phase.generate],  # thirty steps are read sooner than they are shrunk
            suppress_health_check=list(HealthCheck),
        ),
    )
