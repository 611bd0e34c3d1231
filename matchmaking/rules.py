"""Who may see, ask and accept whom: pages say it before anybody tries, and the verbs say the same."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

PENDING_CAP = 30  # requests of one person that wait for an answer, unless the organisers say otherwise
FAIR_CAP = 5  # of these everybody keeps so many, however often they were refused
BENEFIT_OF_DOUBT = 5  # yeses, and as many noes, that everybody starts with


class Hindrance(StrEnum):
    """Why one may not ask the other."""

    YOURSELF = "yourself"
    YOU_NOT_READY = "you are not ready"
    THEY_NOT_READY = "they are not ready"
    MEETING = "you have a meeting"
    ASKED = "you asked already"
    ASKED_BY_THEM = "they asked already"
    YOUR_NO = "you said no"
    NO_REQUESTS = "they take no requests"
    OWN_ORGANISATION = "own organisation"
    APART = "your types do not meet"
    NOT_YOU = "only their type asks"
    NOBODY_ASKS = "neither type asks"
    DECLINED = "they declined"
    LOCKED = "bookings are locked"
    NOT_OPEN = "booking has not opened"
    CLOSED = "booking is closed"
    YOU_MEET_ENOUGH = "you meet as many as you may"
    THEY_MEET_ENOUGH = "they meet as many as they may"
    TOO_MANY = "too many requests wait"


PASSED_BY_DESK = frozenset(Hindrance) - {
    Hindrance.YOURSELF,
    Hindrance.YOU_NOT_READY,
    Hindrance.THEY_NOT_READY,
    Hindrance.MEETING,
    Hindrance.ASKED,
    Hindrance.ASKED_BY_THEM,
}
"""What organisers may pass over when they book for others."""


@dataclass(frozen=True, slots=True)
class Matrix:
    """What two types (ids, the smaller first; 0: without a type) may do with each other (rule_models.Between).

    It is symmetric: one cell says what both sides may do, so nobody can be asked by somebody they may not accept.
    A pair without a cell may do everything.
    """

    cells: Mapping[tuple[int, int], str] = field(default_factory=dict)

    def between(self, one: int | None, other: int | None) -> str:
        return self.cells.get(pair_of_types(one, other), "either")

    @property
    def hides(self) -> bool:
        """Somebody from somebody."""
        return "apart" in self.cells.values()

    def may_see(self, one: int | None, other: int | None) -> bool:
        return self.between(one, other) != "apart"

    def may_ask(self, asker: int | None, invitee: int | None) -> bool:
        first, _second = pair_of_types(asker, invitee)
        mine = "first" if (asker or 0) == first else "second"
        return self.between(asker, invitee) in ("either", mine)

    def may_meet(self, one: int | None, other: int | None) -> bool:
        """Whichever of the two asks."""
        return self.may_ask(one, other) or self.may_ask(other, one)

    def may_accept(self, invitee: int | None, asker: int | None) -> bool:
        return self.may_ask(asker, invitee)


@dataclass(frozen=True, slots=True)
class Side:
    """One of the two. Ready is who takes part, has an account to answer with, and an approved profile.

    `pending` of their requests wait for an answer, and `cap` may, which is `cap_of_all` or fewer; they have agreed to
    `meetings`, and may to `most`.
    """

    participant: int
    organisation: int | None
    ready: bool
    type: int | None = None
    pending: int = 0
    cap: int = PENDING_CAP
    cap_of_all: int = PENDING_CAP
    meetings: int = 0
    most: int | None = None
    shuts: bool = False  # they have said that they do not want to meet the other

    @property
    def full(self) -> bool:
        return self.most is not None and self.meetings >= self.most


@dataclass(frozen=True, slots=True)
class Before:
    """The newest meeting of the two, whoever asked for it; `status` is a value of models.MeetingStatus."""

    asked_by: int
    status: str


def hindrance(
    asker: Side,
    invitee: Side,
    *,
    before: Before | None,
    matrix: Matrix | None = None,
    shut: Hindrance | None = None,
) -> Hindrance | None:
    """What stands against the request, or None. First what nobody can change, then what organisers may pass over.

    `shut` is what keeps everybody from asking now: LOCKED, NOT_OPEN or CLOSED.
    """
    if asker.participant == invitee.participant:
        return Hindrance.YOURSELF
    if not asker.ready:
        return Hindrance.YOU_NOT_READY
    if not invitee.ready:
        return Hindrance.THEY_NOT_READY
    found = _from_before(asker, before) if before else None
    if found and found not in PASSED_BY_DESK:
        return found
    if asker.shuts:
        return Hindrance.YOUR_NO
    if invitee.shuts or invitee.most == 0:  # one answer for both, so that it tells nobody of a veto
        return Hindrance.NO_REQUESTS
    if asker.organisation is not None and asker.organisation == invitee.organisation:
        return Hindrance.OWN_ORGANISATION
    return _from_types(asker, invitee, matrix or Matrix()) or found or shut or _from_limits(asker, invitee)


def hindrance_to_yes(
    asker: Side, invitee: Side, *, matrix: Matrix | None = None, locked: bool = False
) -> Hindrance | None:
    """What stands against a yes, seen by whoever says it: rules may have changed since the request."""
    matrix = matrix or Matrix()
    if not matrix.may_accept(invitee.type, asker.type):
        return Hindrance.APART
    if locked:
        return Hindrance.LOCKED
    if invitee.full:
        return Hindrance.YOU_MEET_ENOUGH
    return Hindrance.THEY_MEET_ENOUGH if asker.full else None


MIRRORED = {
    Hindrance.YOU_MEET_ENOUGH: Hindrance.THEY_MEET_ENOUGH,
    Hindrance.THEY_MEET_ENOUGH: Hindrance.YOU_MEET_ENOUGH,
}
"""What stands against a yes, seen by the other one."""


def hindrance_to_join(newcomer: Side, other: Side, *, asks: bool | None, matrix: Matrix) -> Hindrance | None:
    """What stands against sitting down with somebody who is there, on the side that asked (`asks`) or the one that was
    asked; None: in a group, where nobody did. Who is of one organisation sits on one side."""
    if newcomer.shuts:
        return Hindrance.YOUR_NO
    if other.shuts:
        return Hindrance.NO_REQUESTS
    if asks is not None and newcomer.organisation is not None and newcomer.organisation == other.organisation:
        return None
    one, two = (newcomer.type, other.type) if asks else (other.type, newcomer.type)
    if not (matrix.may_meet(one, two) if asks is None else matrix.may_ask(one, two)):
        return Hindrance.APART
    return Hindrance.YOU_MEET_ENOUGH if newcomer.full else None


def fair_cap(cap: int, *, accepted: int, refused: int) -> int:
    """How many requests of one person may wait: all of `cap` while half of their answers are yes, fewer the fewer are.

    Whoever writes to everybody is slowed down; whoever asks well, or has just begun, never notices.
    """
    answered = accepted + refused + 2 * BENEFIT_OF_DOUBT
    earned = -(-2 * cap * (accepted + BENEFIT_OF_DOUBT) // answered)
    return max(min(cap, FAIR_CAP), min(cap, earned))


def pair_of_types(one: int | None, other: int | None) -> tuple[int, int]:
    """The key of a cell."""
    return min(one or 0, other or 0), max(one or 0, other or 0)


def _from_types(asker: Side, invitee: Side, matrix: Matrix) -> Hindrance | None:
    if matrix.may_ask(asker.type, invitee.type):
        return None
    if not matrix.may_see(asker.type, invitee.type):
        return Hindrance.APART
    return Hindrance.NOT_YOU if matrix.may_ask(invitee.type, asker.type) else Hindrance.NOBODY_ASKS


def _from_limits(asker: Side, invitee: Side) -> Hindrance | None:
    if asker.full:
        return Hindrance.YOU_MEET_ENOUGH
    if invitee.full:
        return Hindrance.THEY_MEET_ENOUGH
    return Hindrance.TOO_MANY if asker.pending >= asker.cap else None


def _from_before(asker: Side, before: Before) -> Hindrance | None:
    """A no stands until the other side asks; what was cancelled or expired may be asked for again."""
    mine = before.asked_by == asker.participant
    match before.status:
        case "accepted":
            return Hindrance.MEETING
        case "requested":
            return Hindrance.ASKED if mine else Hindrance.ASKED_BY_THEM
        case "declined" if mine:
            return Hindrance.DECLINED
    return None
