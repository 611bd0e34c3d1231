"""What a schedule file says, whatever its format: the readers' result and `difference`'s input. Pure."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime

from app.intervals import Interval, overlaps


@dataclass(frozen=True, slots=True)
class Oddity:
    """Something in the file that was left out or mended, and where.

    `template` is an English sentence with %(name)s places, to be translated before `values` fill it.
    """

    line: int | None  # of an XML file, counted from 1
    template: str
    values: Mapping[str, object] = field(default_factory=dict)
    path: str = ""  # of a JSON file: schedule.conference.days[0]

    @property
    def reason(self) -> str:
        return self.template % self.values


class BadSchedule(Exception):
    """The file cannot be read at all; `oddity` says why and where."""

    def __init__(self, line: int | None, template: str, *, path: str = "", **values: object) -> None:
        self.oddity = Oddity(line, template, values, path)
        where = f"line {line}: " if line else f"{path}: " if path else ""
        super().__init__(where + self.oddity.reason)

    @property
    def line(self) -> int | None:
        return self.oddity.line

    @property
    def reason(self) -> str:
        return self.oddity.reason


@dataclass(frozen=True, slots=True)
class ImportedRoom:
    name: str
    capacity: int | None = None  # None: the file does not say


@dataclass(frozen=True, slots=True)
class ImportedTrack:
    name: str
    colour: str = ""  # #rrggbb; empty: the file does not say


@dataclass(frozen=True, slots=True)
class ImportedSpeaker:
    key: str  # "guid:…", "code:…", "id:…" or "name:…": the best the file gives
    name: str


@dataclass(frozen=True, slots=True)
class ImportedSession:
    """One item of the programme. `start` and `end` are aware UTC, or both None: not on the schedule yet."""

    key: str  # "guid:…", "id:…" or "title:…"; the second slot of the same one ends in "#2"
    title: str
    subtitle: str = ""
    abstract: str = ""  # abstract and description, as plain text
    kind: str = ""
    language: str = ""
    room: str | None = None
    track: str | None = None
    start: datetime | None = None
    end: datetime | None = None
    speakers: tuple[ImportedSpeaker, ...] = ()

    @property
    def span(self) -> Interval | None:
        return Interval(self.start, self.end) if self.start and self.end else None


@dataclass(frozen=True, slots=True)
class ImportedSchedule:
    """A whole file: sessions by start, the rest in the file's order. Names are unique, keys too."""

    title: str
    acronym: str
    zone: str  # IANA name
    version: str
    first_day: date | None  # None: the file has neither days nor times
    last_day: date | None
    rooms: tuple[ImportedRoom, ...]
    tracks: tuple[ImportedTrack, ...]
    speakers: tuple[ImportedSpeaker, ...]
    sessions: tuple[ImportedSession, ...]
    oddities: tuple[Oddity, ...] = ()


def double_booked(sessions: Iterable[ImportedSession]) -> frozenset[str]:
    """The rooms in which the file itself puts two sessions at once: foyers, poster walls, workshop tables."""
    shared: set[str] = set()
    latest: dict[str, Interval] = {}  # which ends last, too, as long as none overlap
    for room, span in sorted((session.room, session.span) for session in sessions if session.room and session.span):
        if room in latest and overlaps(latest[room], span):
            shared.add(room)
        latest[room] = span
    return frozenset(shared)
