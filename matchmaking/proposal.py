"""What a draft proposes, as plain values that outlive the solver: a place for each meeting against the one it has."""

from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Any

from matchmaking.scheduler.quality import Measures, Report, WorstOff


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
    instead: tuple[tuple[int, int], ...] = ()  # participants: who does not go, and who goes instead

    @property
    def changes(self) -> bool:
        return self.before != self.after or bool(self.instead)


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
    """Why a meeting has no time: one of posed.WHY, with the ids that say more."""

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
            placements=tuple(_placement(one) for one in stored["placements"]),
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


def _placement(stored: dict[str, Any]) -> Placement:
    instead = tuple((left, joined) for left, joined in stored.get("instead", ()))
    places = {name: _spot(stored[name]) for name in ("before", "after")}
    return Placement(**{**stored, **places, "instead": instead})


def _spot(stored: dict[str, int] | None) -> Spot | None:
    return Spot(**stored) if stored else None
