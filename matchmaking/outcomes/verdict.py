"""What two people's outcomes say about their meeting, taken together."""

from collections.abc import Collection
from enum import StrEnum

from app.i18n import later


class Said(StrEnum):
    """One side's answer, in one tap."""

    FOLLOW_UP = later("follow-up agreed")
    USEFUL = later("held and useful")
    HELD = later("held")
    MISSED = later("did not take place")


class Verdict(StrEnum):
    HELD = "held"
    MISSED = "missed"
    DISPUTED = "disputed"  # one was there, says one; the other says nobody was
    UNKNOWN = "unknown"  # nobody has said anything


def verdict(said: Collection[Said]) -> Verdict:
    """A meeting is realised when somebody says so and nobody denies it."""
    missed = Said.MISSED in said
    held = any(one != Said.MISSED for one in said)
    if missed and held:
        return Verdict.DISPUTED
    if missed:
        return Verdict.MISSED
    return Verdict.HELD if held else Verdict.UNKNOWN


def useful(said: Collection[Said]) -> bool:
    """Somebody got something out of it."""
    return Said.USEFUL in said or Said.FOLLOW_UP in said
