"""Whatever people do, in whatever order: nobody and no table twice, nothing held that no meeting needs, no rule broken.

`pytest tests/matchmaking/test_invariants.py --hypothesis-profile=long` tries 500 stories of 50 steps.
"""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable, Coroutine, Iterable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import combinations
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from app.errors import Refused
from app.intervals import Interval
from events.bookings import book, unbook
from events.models import Participant, ParticipantType, Session
from events.releasing import release_programme
from events.rooms import add_room
from events.schedule import Details, create_session, move_session
from events.types import add_type
from events.waiting.models import WaitState
from matchmaking.arranging import arrange
from matchmaking.asking import allowance
from matchmaking.bookmarks.marking import mark
from matchmaking.bookmarks.models import Mark
from matchmaking.bookmarks.vetoes import kept_apart, pair_of
from matchmaking.breakage import Breaks
from matchmaking.colleagues import bring_along, hand_over, leave_meeting
from matchmaking.conditions import Terms, change_conditions, conditions_of, matrix_of
from matchmaking.groups.membership import cancel_group, join_group, leave_group, members_of, propose_group
from matchmaking.groups.models import Group, GroupMember, GroupStatus
from matchmaking.hosts import give_table
from matchmaking.houses import are_colleagues
from matchmaking.interpreters.registering import register_interpreter
from matchmaking.keeping import keep_time, let_move
from matchmaking.leaving import withdraw
from matchmaking.matrix import change_matrix, give_type
from matchmaking.meetings import accept, cancel, decline, expire_due, request_meeting, reschedule
from matchmaking.messages.silencing import lift, silence
from matchmaking.models import Keep, Meeting, MeetingStatus
from matchmaking.onsite.absences import agree, propose, turn_down
from matchmaking.onsite.models import Absence
from matchmaking.parties import asks, principals, with_people
from matchmaking.parties import people as people_of
from matchmaking.profile_models import Profile
from matchmaking.reshaping import reshape, shape_of
from matchmaking.round_models import Availability, Block, Location, Mode, Round
from matchmaking.rule_models import Between
from matchmaking.times import keep_free, limit_meetings, tick_rounds
from matchmaking.waitlist.joining import join_waitlist, leave_waitlist, take_offer
from matchmaking.waitlist.models import MeetingWait
from matchmaking.waitlist.offering import Looking
from tests.conftest import fresh
from tests.matchmaking.conftest import Fair, make_fair, sound
from tests.postgres import Cluster

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

    begin: Callable[[], AsyncIterator[str]]  # a fresh database

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
        self.database = type(self).begin()
        self.run(self._open())

    async def _open(self) -> None:
        await anext(self.database)
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
        with contextlib.suppress(StopAsyncIteration):
            self.run(self._close())
        self.runner.close()

    async def _close(self) -> None:
        await anext(self.database)

    def run(self, work: Coroutine[Any, Any, Any]) -> Any:
        return self.runner.run(work)

    def attempt(self, verb: Coroutine[Any, Any, Any]) -> None:
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

        async def work() -> None:
            await request_meeting(one, other, message="", by=self.fair[one])
            await self._kept_rules(one, [other], asking=True)

        self.attempt(work())

    @rule(number=meetings, slot=st.none() | slots, waiting=seldom, alone=st.booleans())
    def accept(self, number: int, slot: str | None, waiting: bool, alone: bool) -> None:
        async def work() -> None:
            if meeting := await self.meeting(number):
                chosen = await self.fair.slot(slot) if slot else None
                await meeting.fetch_related("asker", "invitee")
                by = self.fair[meeting.invitee] if alone else self.fair.organiser
                await accept(meeting, slot=chosen, waiting=waiting, by=by)
                if alone:
                    await self._kept_rules(meeting.asker, [meeting.invitee], asking=True, wishes=False)
                    await self._kept_rules(meeting.invitee, (), asking=False)

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
                await bring_along(meeting, to=newcomer, beside=of, by=self.fair[newcomer])
            current = await with_people(Meeting.filter(id=meeting.id)).get()
            others = [one for one in principals(current) if one.id != newcomer.id]
            await self._kept_rules(newcomer, others, asking=asks(current, newcomer))

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
                    inside = await members_of(group)
                    joined = await join_group(group, one, by=self.fair[one])
                    if one.id in {each.id for each in inside}:
                        return
                    await self._kept_rules(one, inside, asking=None)
                    founding = joined.status != group.status
                    for member in inside if founding else ():
                        await self._kept_rules(member, (), asking=None)
                case "leave":
                    await leave_group(group, one, by=self.fair[one])
                case "cancel" if number == 0:
                    await cancel_group(group, by=self.fair.organiser)

        self.attempt(work())

    @rule(number=meetings, flag=st.booleans(), what=st.sampled_from(["join", "leave", "take", "look", "lapse"]))
    def wait(self, number: int, flag: bool, what: str) -> None:
        async def work() -> None:
            meeting = await self.meeting(number)
            if what == "lapse":
                await MeetingWait.filter(state=WaitState.OFFERED).update(until=datetime.now(UTC))
            if what in ("look", "lapse") or not meeting:
                await Looking().work()
                return
            waiter = await Participant.get(id=meeting.asker_id if flag else meeting.invitee_id)
            match what:
                case "join":
                    await join_waitlist(meeting, waiter, by=self.fair[waiter])
                    await Looking().work()
                case "leave":
                    await leave_waitlist(meeting, by=self.fair.organiser)
                case _:
                    await take_offer(meeting, by=self.fair.organiser)

        self.attempt(work())

    @rule(number=meetings, guest=anybody, flag=st.booleans(), no=seldom)
    def sit_down_instead(self, number: int, guest: int, flag: bool, no: bool) -> None:
        """Somebody waits at a table (as if their slot were on), and another one is asked, or offers to come."""

        async def work() -> None:
            meeting = await self.meeting(number)
            if not meeting or not meeting.placed or meeting.group_id:
                return
            pair = (meeting.asker_id, meeting.invitee_id)
            if self.participants[guest].id in pair:
                return
            absence = await Absence.get_or_none(meeting=meeting, ended_at__isnull=True) or await Absence.create(
                meeting=meeting,
                slot_id=meeting.slot_id,
                table_id=meeting.table_id,
                reporter_id=pair[flag],
                missing_id=pair[not flag],
                at=datetime.now(UTC) - timedelta(minutes=4),
            )
            other = self.participants[guest]
            proposal = await propose(absence, other, by_guest=flag, by=self.fair.organiser)
            await (turn_down if no else agree)(proposal, by=self.fair.organiser)

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
        who=anybody,
        other=anybody,
        what=st.sampled_from(["veto", "must", "unmark", "block", "lift", "limit", "no limit"]),
        most=st.integers(0, 3),
    )
    def wish(self, who: int, other: int, what: str, most: int) -> None:
        one, about = self.participants[who], self.participants[other]
        by = self.fair[one]

        async def work() -> None:
            match what:
                case "veto" | "must" | "unmark" if one != about:
                    await mark(one, about, {"veto": Mark.NOT, "must": Mark.MUST}.get(what), by=by)
                case "block" if one != about:
                    await silence(one, about, by=by)
                case "lift":
                    await lift(one, about, by=by)
                case "limit" | "no limit":
                    await limit_meetings(one, most if what == "limit" else None, by=by)

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
                    terms = Terms(
                        pending=30, request_minutes=60, most_meetings=None if flag else 2, pause_minutes=0, locked=flag
                    )
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

    async def _kept_rules(
        self, one: Participant, others: Iterable[Participant], *, asking: bool | None, wishes: bool = True
    ) -> None:
        """What somebody just did by themselves: bookings were not locked, their type meets the others', none of them
        was vetoed or blocked, either way, and they have no more meetings than they may."""
        event = self.fair.event
        assert not (await conditions_of(event.id)).locked
        matrix, apart = await matrix_of(event.id), await kept_apart(event)
        one = await Participant.get(id=one.id)
        for other in await Participant.filter(id__in=[each.id for each in others]):
            assert not wishes or pair_of(one.id, other.id) not in apart
            if asking is None:
                assert matrix.may_meet(one.type_id, other.type_id)
            elif not are_colleagues(one, other):
                pair = (one.type_id, other.type_id) if asking else (other.type_id, one.type_id)
                assert matrix.may_ask(*pair)
        side = await allowance(one)
        assert side.most is None or side.meetings <= side.most

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


@pytest.mark.parametrize(("kind", "share"), [("sqlite", 1), ("postgres", 8)])
def test_no_order_of_what_people_do_books_anybody_twice_or_breaks_a_rule(
    kind: str, share: int, templates: dict[str, str], cluster: Cluster, tmp_path: Path
) -> None:
    stories, steps = 40, 30
    if settings.get_current_profile_name() == "long":
        profile = settings.get_profile("long")
        stories, steps = profile.max_examples, profile.stateful_step_count
    Brokerage.begin = staticmethod(lambda: fresh(kind, templates, cluster, tmp_path))
    run_state_machine_as_test(
        Brokerage,
        settings=settings(
            max_examples=stories // share,
            stateful_step_count=steps,
            deadline=None,
            database=None,
            phases=[Phase.generate],  # so many steps are read sooner than they are shrunk
            suppress_health_check=list(HealthCheck),
        ),
    )
