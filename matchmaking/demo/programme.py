"""The programme of the demo: rooms, tracks, sessions and meeting rounds, with speakers from among the delegates."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from random import Random
from typing import Any

from app.texts import Translations
from matchmaking.demo.cast import Delegate, table


@dataclass(frozen=True, slots=True)
class Room:
    name: str
    capacity: int
    shared: bool = False


@dataclass(frozen=True, slots=True)
class Track:
    name: str
    colour: str


@dataclass(frozen=True, slots=True)
class Session:
    """`day` is 1 or 2, `start` and `end` are times of the event's zone as "14:00"."""

    day: int
    start: str
    end: str
    title: str
    kind: str
    room: str | None = None
    track: str | None = None
    subtitle: str = ""
    abstract: str = ""
    language: str = "en"
    translations: Translations = field(default_factory=dict, hash=False)
    pilots: tuple[str, ...] = ()  # codes
    capacity: int | None = None
    speakers: tuple[Delegate, ...] = ()


@dataclass(frozen=True, slots=True)
class Round:
    name: str
    day: int
    start: str
    end: str
    slot_minutes: int
    tables: int
    place: str
    location: str = "on-site"
    mode: str = "accepting"
    link: str = ""


@dataclass(frozen=True, slots=True)
class Programme:
    title: str
    summary: str
    venue: str
    city: str
    country: str
    zone: str
    rooms: tuple[Room, ...]
    tracks: tuple[Track, ...]
    rounds: tuple[Round, ...]
    translations: Translations
    types: dict[str, str]  # of participants, by the kind of their organisation
    sessions: tuple[Session, ...]


@dataclass(frozen=True, slots=True)
class Seat:
    """A session that somebody has put into their agenda."""

    delegate: Delegate
    session: Session


def programme(delegates: Sequence[Delegate]) -> Programme:
    found = dict(table("programme"))
    return Programme(
        rooms=tuple(Room(**room) for room in found.pop("rooms")),
        tracks=tuple(Track(**track) for track in found.pop("tracks")),
        rounds=tuple(Round(**each) for each in found.pop("rounds")),
        sessions=tuple(_with_speakers(found.pop("sessions"), delegates)),
        **found,
    )


def _with_speakers(found: Sequence[dict[str, Any]], delegates: Sequence[Delegate]) -> list[Session]:
    """Each organisation sends whoever has spoken least."""
    spoken: Counter[Delegate] = Counter()
    sessions = []
    for each in found:
        speakers = tuple(_speaker(house, delegates, spoken) for house in each.get("speakers", ()))
        spoken.update(speakers)
        sessions.append(Session(**{**each, "pilots": tuple(each.get("pilots", ())), "speakers": speakers}))
    return sessions


def _speaker(organisation: str, delegates: Sequence[Delegate], spoken: Counter[Delegate]) -> Delegate:
    return min((each for each in delegates if each.organisation.name == organisation), key=spoken.__getitem__)


def seats(sessions: Sequence[Session], delegates: Sequence[Delegate], seed: int) -> tuple[Seat, ...]:
    """On their own subjects, and never in two places; one workshop at most, for meetings need the time."""
    chance = Random(f"seats {seed}")  # noqa: S311 - a story, not a secret
    taken: list[Seat] = []
    for delegate in delegates:
        mine = [session for session in sessions if delegate in session.speakers]
        for session in _of_interest(delegate, sessions, chance):
            if not any(_at_once(session, other) or (session.capacity and other.capacity) for other in mine):
                mine.append(session)
                taken.append(Seat(delegate, session))
    return tuple(taken)


def _of_interest(delegate: Delegate, sessions: Sequence[Session], chance: Random) -> list[Session]:
    pilots = {interest.pilot for interest in delegate.interests}
    matching = [
        session for session in sessions if session.language in delegate.languages and pilots & set(session.pilots)
    ]
    return chance.sample(matching, min(len(matching), chance.randint(0, 4)))


def _at_once(one: Session, other: Session) -> bool:
    return one.day == other.day and one.start < other.end and other.start < one.end
