"""What a draft proposes, as plain values that outlive the solver: a place for each meeting against the one it has."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from enum import StrEnum
from typing import Any

from matchmaking.scheduler.plan import Plan, touched, waiting
from matchmaking.scheduler.problem import Meeting, Problem
from matchmaking.scheduler.quality import Measures, Report, WorstOff
from matchmaking.scheduler.reasons import (
    Frees,
    GivesUp,
    LostOut,
    NoCommonSlot,
    OneMoreTable,
    OverCommitted,
    Reason,
    Remedy,
    TablesFull,
    remedies,
    unplaced,
)


@dataclass(frozen=True, slots=True)
class Spot:
    """Ids."""

    slot: int
    table: int


@dataclass(frozen=True, slots=True)
class Placement:
    """A meeting as the draft saw it (`version`, `before`) and as it is to be; None: without a time."""

    meeting: int
    version: int
    before: Spot | None
    after: Spot | None
    cause: str = ""  # one of Cause: why it has another place than before
    asked: bool = False  # nobody had agreed to it: the release does, by the organisers' choice

    @property
    def changes(self) -> bool:
        return self.before != self.after


class Cause(StrEnum):
    """Why a draft moves a meeting."""

    NOT_FREE = "somebody is not free"
    TABLE_LOST = "table lost"
    MADE_ROOM = "made room"  # for one that could not stay
    BETTER = "better"  # the times all together are
    WAITED = "waited"  # it had no time
    CHOSEN = "chosen"  # among the requests
    NO_PLACE = "no place"


@dataclass(frozen=True, slots=True)
class Unplaced:
    """Why a meeting has no time: one of WHY, with the ids that say more."""

    meeting: int
    why: str
    participant: int | None = None  # who has agreed to too many
    meetings: int = 0  # so many
    room: int = 0  # for so many
    slots: tuple[int, ...] = ()  # full ones
    against: tuple[int, ...] = ()  # meetings that took the times
    remedy: str = ""  # "frees", "table" or "gives up": the one change that would place it, with ids
    remedy_participant: int | None = None
    remedy_slot: int | None = None
    remedy_meeting: int | None = None


WHY = {NoCommonSlot: "no common slot", OverCommitted: "over-committed", TablesFull: "tables full", LostOut: "lost out"}


@dataclass(frozen=True, slots=True)
class Quality:
    """`most_placed` and `least_breaks` are what no schedule can beat; `worst` is the participant with most breaks."""

    placed: int
    meetings: int
    breaks: int
    idle: int  # minutes
    most_placed: int
    least_breaks: int
    status: str
    seconds: float
    seed: int
    worst: int | None
    worst_breaks: int


@dataclass(frozen=True, slots=True)
class Wished:
    """How requests were chosen. `gets` has for each participant with one: id, requests, of these chosen, meetings."""

    requests: int
    chosen: int
    points: int
    most_points: int  # of any choice that leaves no more people short
    short: int  # meetings that people lack to the least that they should have
    gets: tuple[tuple[int, int, int, int], ...]


@dataclass(frozen=True, slots=True)
class Proposal:
    placements: tuple[Placement, ...]
    unplaced: tuple[Unplaced, ...]
    quality: Quality
    report: Report | None = None  # whoever is worst off by id; None: made before reports were kept
    wished: Wished | None = None  # where requests were chosen among
    touched: int = 0  # people who have a time and get another one, or another table, or none
    least_touched: int | None = None  # no draft that mends touches fewer

    @property
    def changes(self) -> list[Placement]:
        return [placement for placement in self.placements if placement.changes]

    def to_json(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def from_json(cls, stored: dict[str, Any]) -> "Proposal":
        return cls(
            placements=tuple(
                Placement(**{**one, "before": _spot(one["before"]), "after": _spot(one["after"])})
                for one in stored["placements"]
            ),
            unplaced=tuple(
                Unplaced(**{**one, "slots": tuple(one["slots"]), "against": tuple(one["against"])})
                for one in stored["unplaced"]
            ),
            quality=Quality(**stored["quality"]),
            report=report_from(stored["report"]) if stored.get("report") else None,
            wished=_wished(stored["wished"]) if stored.get("wished") else None,
            touched=stored.get("touched", 0),
            least_touched=stored.get("least_touched"),
        )


@dataclass(frozen=True, slots=True)
class Posed:
    """A problem, and what its indices stand for."""

    problem: Problem
    revision: int  # of the event, when it was read
    participants: tuple[int, ...]  # ids
    slots: tuple[int, ...]  # ids
    tables: tuple[tuple[int, ...], ...]  # ids, for each slot
    versions: tuple[int, ...]  # of the meetings
    spots: tuple[Spot | None, ...]  # where they are today, be the table lost or not
    own: Mapping[int, Mapping[int, int]] = field(default_factory=dict)  # meeting -> slot (an index) -> its own table

    def proposal(self, plan: Plan, report: Report, *, mended: bool = False) -> Proposal:
        helps = remedies(self.problem, plan.slots)
        reasons = {one.meeting: one for one in unplaced(self.problem, plan.slots)}
        agreed = [one.id for one in self.problem.meetings if one.id in reasons and not one.asked]
        wished = any(one.asked for one in self.problem.meetings)
        return Proposal(
            placements=tuple(self._placements(plan, mended=mended)),
            unplaced=tuple(self._why(reasons[one], helps.get(one)) for one in agreed),
            quality=self._quality(plan),
            report=self._by_ids(report),
            wished=self._wished(plan) if wished else None,
            touched=len(touched(self.problem, plan)),
            least_touched=plan.bound.touched if mended else None,
        )

    def _placements(self, plan: Plan, *, mended: bool) -> Iterator[Placement]:
        opens = self.problem.possible_slots()
        rows = zip(self.problem.meetings, self.versions, self.spots, plan.slots, plan.tables, opens, strict=True)
        for meeting, version, before, slot, table, mask in rows:
            after = self._spot(meeting.id, slot, table)
            if meeting.asked and after is None:
                continue  # passed over: it stays a request
            cause = "" if before == after else self._cause(meeting, before, after, mask, mended=mended)
            yield Placement(meeting.id, version, before, after, cause, meeting.asked)

    def _cause(self, meeting: Meeting, before: Spot | None, after: Spot | None, opens: int, *, mended: bool) -> Cause:
        if after is None:
            return Cause.NO_PLACE
        if before is None or meeting.current is None:
            return Cause.CHOSEN if meeting.asked else Cause.WAITED
        if not opens >> meeting.current & 1:
            return Cause.NOT_FREE
        if meeting.table is None and not meeting.own >> meeting.current & 1:
            return Cause.TABLE_LOST
        return Cause.MADE_ROOM if mended else Cause.BETTER

    def _wished(self, plan: Plan) -> Wished:
        pairs = [(one, slot is not None) for one, slot in zip(self.problem.meetings, plan.slots, strict=True)]
        wishes = Counter(person for one, _ in pairs if one.asked for person in one.people)
        got = Counter(person for one, placed in pairs if one.asked and placed for person in one.people)
        meetings = Counter(person for one, placed in pairs if placed for person in one.people)
        people = [one for one in wishes if not self.problem.participants[one].thing]
        return Wished(
            requests=sum(one.asked for one, _ in pairs),
            chosen=sum(one.asked and placed for one, placed in pairs),
            points=plan.points,
            most_points=plan.bound.points,
            short=plan.short,
            gets=tuple((self.participants[one], wishes[one], got[one], meetings[one]) for one in people),
        )

    def _spot(self, meeting: int, slot: int | None, table: int | None) -> Spot | None:
        if slot is None:
            return None
        if table is None:
            own = self.own.get(meeting, {}).get(slot)
            return None if own is None else Spot(self.slots[slot], own)
        return Spot(self.slots[slot], self.tables[slot][table])

    def _why(self, reason: Reason, remedy: Remedy | None) -> Unplaced:
        found = self._because(reason)
        match remedy:
            case Frees(person, slot):
                who, when = self.participants[person], self.slots[slot]
                return replace(found, remedy="frees", remedy_participant=who, remedy_slot=when)
            case OneMoreTable(slot):
                return replace(found, remedy="table", remedy_slot=self.slots[slot])
            case GivesUp(person, meeting):
                who = self.participants[person]
                return replace(found, remedy="gives up", remedy_participant=who, remedy_meeting=meeting)
        return found

    def _because(self, reason: Reason) -> Unplaced:
        why = WHY[type(reason)]
        match reason:
            case OverCommitted(meeting, participant, meetings, room):
                return Unplaced(meeting, why, self.participants[participant], meetings, room)
            case TablesFull(meeting, slots):
                return Unplaced(meeting, why, slots=tuple(self.slots[slot] for slot in slots))
            case LostOut(meeting, against):
                return Unplaced(meeting, why, against=against)
        return Unplaced(reason.meeting, why)

    def _quality(self, plan: Plan) -> Quality:
        breaks = [count for count, _minutes in waiting(self.problem, plan.slots)]
        worst = _largest(breaks)
        passed = sum(one.asked and slot is None for one, slot in zip(self.problem.meetings, plan.slots, strict=True))
        return Quality(
            placed=plan.placed,
            meetings=len(plan.ids) - passed,
            breaks=plan.breaks,
            idle=plan.idle,
            most_placed=min(plan.bound.placed, len(plan.ids) - passed),
            least_breaks=plan.bound.breaks,
            status=plan.status.value,
            seconds=round(plan.seconds, 2),
            seed=plan.seed,
            worst=None if worst is None else self.participants[worst],
            worst_breaks=0 if worst is None else breaks[worst],
        )

    def _by_ids(self, report: Report) -> Report:
        return replace(
            report,
            plan=self._with_id(report.plan),
            today=report.today and self._with_id(report.today),
            first_fit=self._with_id(report.first_fit),
        )

    def _with_id(self, measures: Measures) -> Measures:
        worst = measures.worst_off
        return replace(measures, worst_off=worst and replace(worst, participant=self.participants[worst.participant]))


def report_from(stored: dict[str, Any]) -> Report:
    """Out of JSON again."""
    timetables = {name: _measures(stored[name]) for name in ("plan", "first_fit")}
    return Report(**{**stored, **timetables, "today": _measures(stored["today"]) if stored["today"] else None})


def _wished(stored: dict[str, Any]) -> Wished:
    return Wished(**{**stored, "gets": tuple((one, wishes, got, all_) for one, wishes, got, all_ in stored["gets"])})


def _measures(stored: dict[str, Any]) -> Measures:
    lists = {name: tuple(stored[name]) for name in ("breaks_each", "idle_each")}
    worst = WorstOff(**stored["worst_off"]) if stored["worst_off"] else None
    return Measures(**{**stored, **lists, "worst_off": worst})


def _largest(counts: Sequence[int]) -> int | None:
    """The index of the largest count above nothing."""
    worst = max(range(len(counts)), key=counts.__getitem__, default=None)
    return worst if worst is not None and counts[worst] else None


def _spot(stored: dict[str, int] | None) -> Spot | None:
    return Spot(**stored) if stored else None
