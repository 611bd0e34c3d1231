"""Whatever people do, in whatever order: nobody and no table twice, and nothing held that no meeting needs."""

import asyncio
import contextlib
import shutil
from collections.abc import Awaitable
from dataclasses import replace
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
from events.models import Participant, ParticipantType, Session
from events.releasing import release_programme
from events.rooms import add_room
from events.schedule import Details, create_session, move_session
from events.types import add_type
from matchmaking.arranging import arrange
from matchmaking.breakage import Breaks
from matchmaking.colleagues import bring_along, hand_over, leave_meeting
from matchmaking.conditions import Terms, change_conditions
from matchmaking.groups.membership import cancel_group, join_group, leave_group, propose_group
from matchmaking.groups.models import Group, GroupMember, GroupStatus
from matchmaking.hosts import give_table
from matchmaking.houses import are_colleagues
from matchmaking.interpreters.registering import register_interpreter
from matchmaking.keeping import keep_time, let_move
from matchmaking.leaving import withdraw
from matchmaking.matrix import change_matrix, give_type
from matchmaking.meetings import accept, cancel, decline, expire_due, request_meeting, reschedule
from matchmaking.models import (
    Availability,
    Between,
    Block,
    Keep,
    Location,
    Meeting,
    MeetingStatus,
    Mode,
    Profile,
    Round,
)
from matchmaking.parties import people as people_of
from matchmaking.parties import principals, with_people
from matchmaking.reshaping import reshape, shape_of
from matchmaking.times import keep_free, tick_rounds
from tests.conftest import settings_for
from tests.matchmaking.conftest import Fair, make_fair, sound

PEOPLE = ("Anna", "Mikko", "Jan", "Sara")
COLLEAGUES = ("Maria", "Maija")  # of Anna and of Mikko
EVERYBODY = (*PEOPLE, *COLLEAGUES, "Irma")
SLOTS = ("10:00", "10:20", "10:40")

people = st.integers(0, len(PEOPLE) - 1)
anybody = st.integers(0, len(EVERYBODY) - 1)
slots = st.sampled_from(SLOTS)
meetings = st.integers(0, 30)
seldom = st.integers(0, 7).map(lambda number: number == 0)
LIVE = [MeetingStatus.REQUESTED, MeetingStatus.ACCEPTED]


class Brokerage(RuleBasedStateMachine):
    """Four people, two colleagues, an interpreter, three slots, one table: everybody is in everybody's way. The model
    is the list of invariants."""

    template: Path
    folder: Path

    def __init__(self) -> None:
        super().__init__()
        self.runner = asyncio.Runner()
        self.fair: Fair
        self.round: Round
        self.participants: list[Participant] = []
        self.talk: Session
        self.type: ParticipantType

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
        houses = ("Anna Ltd", "Mikko Ltd")
        self.participants += [
            await self.fair.delegate(name, self.round, house=house)
            for name, house in zip(COLLEAGUES, houses, strict=True)
        ]
        for name, code in (("Jan", "pl"), ("Sara", "fi")):
            await Profile.filter(participant=self.participants[PEOPLE.index(name)]).update(languages=[code])
        irma = await self.fair.newcomer("Irma")
        spoken = {"languages": ["pl", "fi", "en"], "rounds": [self.round]}
        await register_interpreter(irma, **spoken, by=self.fair.organiser)
        self.participants.append(irma)
        self.type = await add_type(self.fair.event, "Buyer", open=True, by=self.fair.organiser)
        hall = await add_room(self.fair.event, "Hall", capacity=50, by=self.fair.organiser)
        times = {"start": self.fair.at("10:00"), "end": self.fair.at("10:20")}
        details = Details(title="Keynote", speakers=[self.participants[0]], capacity=10)
        self.talk = await create_session(self.fair.event, details, room=hall, by=self.fair.organiser, **times)
        await release_programme(self.fair.event, "v1", by=self.fair.organiser)
        for one, slot in zip(self.participants, ("10:40", "10:20", "10:00"), strict=False):
            await keep_free(one, (await self.fair.slot(slot)).span, by=self.fair[one])
        for one, other in combinations(self.participants[: len(PEOPLE)], 2):
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

    @rule(number=meetings, to=anybody, how=st.sampled_from(["take over", "come along"]))
    def change_people(self, number: int, to: int, how: str) -> None:
        async def work() -> None:
            if not (meeting := await self.meeting(number)):
                return
            newcomer = self.participants[to]
            inside = people_of(await with_people(Meeting.filter(id=meeting.id)).get())
            of = next((one for one in inside if are_colleagues(one, newcomer)), inside[0])
            if how == "take over":
                await hand_over(meeting, of=of, to=newcomer, by=self.fair[newcomer])
            else:
                await bring_along(meeting, to=newcomer, beside=of, by=self.fair.organiser)

        self.attempt(work())

    @rule(number=meetings, who=st.integers(0, 5), what=st.sampled_from(["leave", "keep", "let", "organisers keep"]))
    def insist(self, number: int, who: int, what: str) -> None:
        async def work() -> None:
            if not (meeting := await self.meeting(number)):
                return
            inside = people_of(await with_people(Meeting.filter(id=meeting.id)).get())
            one = inside[who % len(inside)]
            match what:
                case "leave":
                    await leave_meeting(meeting, one, by=self.fair[one])
                case "keep":
                    await keep_time(meeting, keeper=one, by=self.fair[one])
                case "let":
                    await let_move(meeting, keeper=one, by=self.fair[one])
                case _:
                    await keep_time(meeting, keeper=None, by=self.fair.organiser)

        self.attempt(work())

    @rule(who=anybody, number=st.integers(0, 3), what=st.sampled_from(["propose", "join", "join", "leave", "cancel"]))
    def group(self, who: int, number: int, what: str) -> None:
        async def work() -> None:
            one = self.participants[who]
            groups = await Group.exclude(status=GroupStatus.CANCELLED).order_by("id")
            if what == "propose" or not groups:
                case, by = self.fair.demo_case, self.fair[one]
                await propose_group(self.fair.event, case, title="Bark", seats=4, proposer=one, by=by)
                return
            group = groups[number % len(groups)]
            match what:
                case "join":
                    await join_group(group, one, by=self.fair[one])
                case "leave":
                    await leave_group(group, one, by=self.fair[one])
                case "cancel" if number == 0:
                    await cancel_group(group, by=self.fair.organiser)

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

    @rule(
        who=people,
        further=st.integers(1, len(PEOPLE) - 1),
        flag=st.booleans(),
        what=st.sampled_from(["arrange", "tables", "online", "mode", "host", "type", "gate", "rules", "lock"]),
    )
    def decide(self, who: int, further: int, flag: bool, what: str) -> None:
        """The desk, which looks at what it breaks and does it."""
        one, other = self.participants[who], self.participants[(who + further) % len(PEOPLE)]
        desk = self.fair.organiser

        async def change(seen: str) -> None:
            opened = await Round.get(id=self.round.id)
            shape, cells = await shape_of(opened), Between.APART if flag else Between.EITHER
            match what:
                case "arrange":
                    await arrange(one, other, waiting=flag, by=desk)
                case "tables":
                    await reshape(opened, replace(shape, tables=1 + flag), seen=seen, by=desk)
                case "online":
                    location = Location.ONLINE if flag else Location.ON_SITE
                    await reshape(opened, replace(shape, location=location, tables=1), seen=seen, by=desk)
                case "mode":
                    mode = Mode.SCHEDULE if flag else Mode.ASKING
                    await reshape(opened, replace(shape, mode=mode), seen=seen, by=desk)
                case "gate":
                    await reshape(opened, replace(shape, types=[self.type] if flag else []), seen=seen, by=desk)
                case "host":
                    await give_table(opened, 1, one if flag else None, seen=seen, by=desk)
                case "type":
                    await give_type(one, self.type if flag else None, seen=seen, by=desk)
                case "rules":
                    await change_matrix(self.fair.event, {(0, self.type.id): cells}, seen=seen, by=desk)
                case _:
                    terms = Terms(pending=30, request_minutes=60, most_meetings=None, pause_minutes=0, locked=flag)
                    await change_conditions(self.fair.event, terms, by=desk)

        async def work() -> None:
            try:
                await change("")
            except Breaks as breaks:
                await change(breaks.breakage.mark)

        self.attempt(work())

    @invariant()
    def nobody_and_nothing_twice(self) -> None:
        if self.participants:
            self.run(sound())
            self.run(self._promises())

    async def _promises(self) -> None:
        """A placed meeting is in a ticked round of all its people and outside of time they keep free; two have one
        live meeting at most by themselves; nobody sits twice in one; a time is fixed while somebody holds to it."""
        found = await with_people(Meeting.filter(status__in=LIVE)).select_related("slot")
        alone = [frozenset((meeting.asker_id, meeting.invitee_id)) for meeting in found if meeting.group_id is None]
        assert len(alone) == len(set(alone))
        ticks = await self._ticks()
        for meeting in found:
            ids = [one.id for one in people_of(meeting)]
            assert len(ids) == len(set(ids))
            assert meeting.fixed == await Keep.filter(meeting=meeting).exists()
            for one in people_of(meeting) if meeting.placed else ():
                assert ticks.get(one.id) == {self.round.id}
                assert not await Block.filter(participant=one, start=meeting.slot.start).exists()
        await self._promises_of_groups()

    async def _promises_of_groups(self) -> None:
        """One with a meeting has three to four members in it; one that gathers has fewer than three, and no meeting."""
        for group in await Group.all():
            meetings = await with_people(Meeting.filter(group=group, status=MeetingStatus.ACCEPTED))
            assert len(meetings) == (group.status == GroupStatus.MEETING)
            if group.status == GroupStatus.MEETING:
                assert 3 <= len(principals(meetings[0])) <= group.seats
            if group.status == GroupStatus.GATHERING:
                assert 1 <= await GroupMember.filter(group=group).count() < 3

    async def _ticks(self) -> dict[int, set[int]]:
        found: dict[int, set[int]] = {}
        for tick in await Availability.all():
            found.setdefault(tick.participant_id, set()).add(tick.round_id)
        return found


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
