"""The reasons for a meeting of two people, as `affinity` finds them and `reasons` says them."""

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class TheyOfferYouSeek:
    offer: str
    need: str


@dataclass(frozen=True, slots=True)
class YouOfferTheySeek:
    offer: str
    need: str


@dataclass(frozen=True, slots=True)
class SharedDemoCase:
    demo_case: int


@dataclass(frozen=True, slots=True)
class SharedPilot:
    """A pilot of both in which they share no demo case."""

    pilot: int


@dataclass(frozen=True, slots=True)
class NextInChain:
    theirs: str
    yours: str


@dataclass(frozen=True, slots=True)
class ReadinessFits:
    theirs: int
    yours: int


@dataclass(frozen=True, slots=True)
class OtherRegion:
    region: int


@dataclass(frozen=True, slots=True)
class SameRegion:
    region: int


@dataclass(frozen=True, slots=True)
class SharedLanguages:
    codes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class NoSharedLanguage:
    pass


@dataclass(frozen=True, slots=True)
class SameOrganisation:
    pass


@dataclass(frozen=True, slots=True)
class NotOffered:
    """What is missing: needs of yours that they do not meet."""

    needs: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class MuchWanted:
    """They are among the best for very many, and therefore lower in this list."""


@dataclass(frozen=True, slots=True)
class YouMarked:
    mark: str


Reason = (
    TheyOfferYouSeek | YouOfferTheySeek | SharedDemoCase | SharedPilot | NextInChain | ReadinessFits
    | OtherRegion | SameRegion | SharedLanguages | NoSharedLanguage | SameOrganisation | NotOffered
    | MuchWanted | YouMarked
)  # fmt: skip
WARNINGS = (NoSharedLanguage, MuchWanted)
BRIEF = 3  # reasons on a card


def brief(reasons: Sequence[Reason]) -> tuple[Reason, ...]:
    """Those for a card: the weightiest, and whatever warns."""
    first = [reason for reason in reasons if not isinstance(reason, (*WARNINGS, NotOffered))][:BRIEF]
    return (*first, *(reason for reason in reasons if isinstance(reason, WARNINGS)))
