"""A believable brokerage conference, the same for the same seed; `loading` makes it happen with the real verbs.

The people and organisations are invented, their addresses end in example.org (RFC 2606); networks, regions, pilots
and demo cases are those of events.networks.reference.
"""

from dataclasses import dataclass

from matchmaking.demo.cast import Delegate, Staff, cast, staff
from matchmaking.demo.programme import Programme, Seat, programme, seats
from matchmaking.demo.requests import Request, requests


@dataclass(frozen=True, slots=True)
class Story:
    programme: Programme
    staff: tuple[Staff, ...]
    delegates: tuple[Delegate, ...]
    seats: tuple[Seat, ...]
    requests: tuple[Request, ...]


def tell(*, seed: int = 2026) -> Story:
    delegates = cast(seed)
    told = programme(delegates)
    return Story(told, staff(), delegates, seats(told.sessions, delegates, seed), requests(delegates, seed))
