"""What an organiser orders with a draft: what counts first, and the pauses that everybody is to have. Pure."""

from dataclasses import asdict, dataclass
from typing import Any

from matchmaking.scheduler.problem import Aim, Limit, Slot, in_a_row, spared


@dataclass(frozen=True, slots=True)
class Order:
    """None: no limit. `most` and `least` are meetings a person, and matter where requests are chosen among."""

    aim: Aim = Aim.WAITS
    in_a_row: int | None = None  # meetings of a round without a pause, at most
    free: int = 0  # slots of a round without meeting or session, at least
    most: int | None = None
    least: int = 1

    def limits(self, slots: tuple[Slot, ...]) -> tuple[Limit, ...]:
        rows = in_a_row(slots, self.in_a_row) if self.in_a_row else []
        return (*rows, *(spared(slots, self.free) if self.free else ()))

    def to_json(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def from_json(cls, stored: dict[str, Any]) -> "Order":
        return cls(**{**stored, "aim": Aim(stored["aim"])}) if stored else cls()
