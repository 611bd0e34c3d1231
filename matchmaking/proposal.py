"""What a draft proposes, as plain values that outlive the solver: a place for each meeting against the one it has."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

from matchmaking.scheduler.plan import Plan, waiting
from matchmaking.scheduler.problem import Problem
from matchmaking.scheduler.quality import Measures, Report, WorstOff
from matchmaking.scheduler.reasons import LostOut, NoCommonSlot, OverCommitted, Reason, TablesFull, unplaced


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

    @property
    def changes(self) -> bool:
        return self.before != self.after


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
class Proposal:
    placements: tuple[Placement, ...]
    unplaced: tuple[Unplaced, ...]
    quality: Quality
    report: Report | None = None  # whoever is worst off by id; None: made before reports were kept

    @property
    def changes(self) -> list[Placement]:
        return [placement for placement in self.placements if placement.changes]

    def to_json(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def from_json(cls, stored: dict[str, Any]) -> "Proposal":
        return cls(
            placements=tuple(
                Placement(one["meeting"], one["version"], _spot(one["before"]), _spot(one["after"]))
                for one in stored["placements"]
            ),
            unplaced=tuple(
                Unplaced(**{**one, "slots": tuple(one["slots"]), "against": tuple(one["against"])})
                for one in stored["unplaced"]
            ),
            quality=Quality(**stored["quality"]),
            report=report_from(stored["report"]) if stored.get("report") else None,
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

    def proposal(self, plan: Plan, report: Report) -> Proposal:
        meetings = zip(self.problem.meetings, self.versions, self.spots, plan.slots, plan.tables, strict=True)
        return Proposal(
            placements=tuple(
                Placement(meeting.id, version, before, self._spot(slot, table))
                for meeting, version, before, slot, table in meetings
            ),
            unplaced=tuple(self._why(reason) for reason in unplaced(self.problem, plan.slots)),
            quality=self._quality(plan),
            report=self._by_ids(report),
        )

    def _spot(self, slot: int | None, table: int | None) -> Spot | None:
        if slot is None or table is None:
            return None
        return Spot(self.slots[slot], self.tables[slot][table])

    def _why(self, reason: Reason) -> Unplaced:
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
        return Quality(
            placed=plan.placed,
            meetings=len(plan.ids),
            breaks=plan.breaks,
            idle=plan.idle,
            most_placed=plan.bound.placed,
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
