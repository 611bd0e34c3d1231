"""Who of a delegation goes: chosen by theme, language and free time, each with its reasons; pure."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from matchmaking.affinity import affinity
from matchmaking.wishes import Wishes


@dataclass(frozen=True, slots=True)
class Delegate:
    """A colleague who could go. `free` are the starts of the slots they share with the one who asks, in order."""

    wishes: Wishes
    free: tuple[datetime, ...]
    meetings: int  # that they have agreed to


@dataclass(frozen=True, slots=True)
class SameDemoCase:
    demo_case: int


@dataclass(frozen=True, slots=True)
class SamePilot:
    pilot: int


@dataclass(frozen=True, slots=True)
class Speaks:
    """Languages they share with the one who asks (codes)."""

    languages: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class FreeAt:
    """First then; of so many times."""

    start: datetime
    times: int


@dataclass(frozen=True, slots=True)
class NeverFree:
    """No free time in common."""


Why = SameDemoCase | SamePilot | Speaks | FreeAt | NeverFree


@dataclass(frozen=True, slots=True)
class Choice:
    participant: int
    why: tuple[Why, ...]


def choose(asker: Wishes, delegates: Iterable[Delegate]) -> list[Choice]:
    """Whoever fits best first: who has time, shares a language, has most to say to each other, has least to do."""
    ranked = sorted(delegates, key=lambda one: _rank(asker, one))
    return [Choice(one.wishes.participant, tuple(_why(asker, one))) for one in ranked]


def _rank(asker: Wishes, one: Delegate) -> tuple[bool, bool, int, int, int]:
    silent = bool(asker.languages and one.wishes.languages) and not asker.languages & one.wishes.languages
    return (not one.free, silent, -affinity(asker, one.wishes).score, one.meetings, one.wishes.participant)


def _why(asker: Wishes, one: Delegate) -> Sequence[Why]:
    found: list[Why] = [SameDemoCase(case) for case in sorted(asker.demo_cases & one.wishes.demo_cases)[:1]]
    if not found:
        found = [SamePilot(pilot) for pilot in sorted(asker.pilots & one.wishes.pilots)[:1]]
    if shared := sorted(asker.languages & one.wishes.languages):
        found.append(Speaks(tuple(shared)))
    found.append(FreeAt(one.free[0], len(one.free)) if one.free else NeverFree())
    return found
