"""Who of those who are free now to ask first, when somebody has not come to a table; pure."""

from collections.abc import Iterable
from dataclasses import dataclass

STEP = 100  # points of interest that count as alike: among these, who is nearer goes first


@dataclass(frozen=True, slots=True)
class Candidate:
    """Somebody free in this slot. `agreed`: the two want to meet and wait for a time; `asked`: one of them has asked
    the other; `tables` is how many tables away they were or will be, None: nobody knows."""

    participant: int
    worth: int  # 0 to 1000, what the two have for each other
    agreed: bool = False
    asked: bool = False
    standby: bool = False
    tables: int | None = None

    @property
    def mutual(self) -> bool:
        return self.agreed or self.asked or self.worth > 0


def in_order(candidates: Iterable[Candidate]) -> list[Candidate]:
    """Those worth asking: first who has agreed to meet, or asked; then by interest, who is on standby, and how near."""
    return sorted((one for one in candidates if one.mutual), key=_rank)


def _rank(one: Candidate) -> tuple[bool, bool, int, bool, int, int, int]:
    far = one.tables if one.tables is not None else 10_000
    return not one.agreed, not one.asked, -(one.worth // STEP), not one.standby, far, -one.worth, one.participant
