"""Who may ask whom: the profile page says it before anybody tries, and the verb says the same."""

from dataclasses import dataclass
from enum import StrEnum

PENDING_CAP = 30  # requests of one person that wait for an answer


class Hindrance(StrEnum):
    """Why one may not ask the other."""

    YOURSELF = "yourself"
    YOU_NOT_READY = "you are not ready"
    THEY_NOT_READY = "they are not ready"
    OWN_ORGANISATION = "own organisation"
    MEETING = "you have a meeting"
    ASKED = "you asked already"
    ASKED_BY_THEM = "they asked already"
    DECLINED = "they declined"
    TOO_MANY = "too many requests wait"


@dataclass(frozen=True, slots=True)
class Side:
    """One of the two. Ready is who takes part, has an account to answer with, and an approved profile."""

    participant: int
    organisation: int | None
    ready: bool


@dataclass(frozen=True, slots=True)
class Before:
    """The newest meeting of the two, whoever asked for it; `status` is a value of models.MeetingStatus."""

    asked_by: int
    status: str


def hindrance(asker: Side, invitee: Side, *, before: Before | None, pending: int) -> Hindrance | None:
    """What stands against the request, or None. `pending`: requests of the asker that wait for an answer."""
    if asker.participant == invitee.participant:
        return Hindrance.YOURSELF
    if asker.organisation is not None and asker.organisation == invitee.organisation:
        return Hindrance.OWN_ORGANISATION
    if not asker.ready:
        return Hindrance.YOU_NOT_READY
    if not invitee.ready:
        return Hindrance.THEY_NOT_READY
    if before and (found := _from_before(asker, before)):
        return found
    return Hindrance.TOO_MANY if pending >= PENDING_CAP else None


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
