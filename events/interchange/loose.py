"""What both readers do with what real files break: keys, times, lengths of text, names. Pure.

A reader brings a file into the shape of `LooseSchedule`, all strings and none of them trusted; `understood` makes
of it what the rest of Pilotmatch may rely on, and lists what it had to mend or leave out.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from zoneinfo import ZoneInfo, available_timezones

from events.interchange import times
from events.interchange.plain import one_line, plain_text
from events.interchange.schedule import (
    BadSchedule,
    ImportedRoom,
    ImportedSchedule,
    ImportedSession,
    ImportedSpeaker,
    ImportedTrack,
    Oddity,
)

MOST_BYTES = 20 * 1024 * 1024
MOST_SESSIONS = 10_000

# What the columns of events.models hold: TITLE is subtitles' too, NAME is rooms', tracks' and speakers'.
TITLE, KIND, LANGUAGE, NAME, KEY = 250, 60, 8, 120, 200
ABSTRACT = 10_000  # as the desk's form

_PLACEHOLDERS = {"", "0", "-1", "none", "null", "00000000-0000-0000-0000-000000000000"}
_COLOUR = re.compile(r"#[0-9a-f]{6}")


@dataclass(frozen=True, slots=True)
class LooseSpeaker:
    name: str
    guid: str = ""
    code: str = ""
    id: str = ""


@dataclass(frozen=True, slots=True)
class LooseSession:
    title: str
    line: int | None = None
    path: str = ""
    guid: str = ""
    id: str = ""
    subtitle: str = ""
    abstract: str = ""
    description: str = ""
    kind: str = ""
    language: str = ""
    room: str = ""
    track: str = ""
    day: times.Day = times.NO_DAY
    date: str = ""  # the start, or only its day
    start: str = ""  # the clock time, where `date` has none
    end: str = ""
    duration: str = ""
    speakers: tuple[LooseSpeaker, ...] = ()


@dataclass(frozen=True, slots=True)
class LooseSchedule:
    title: str
    acronym: str
    zone: str
    version: str
    days: Sequence[times.Day]
    rooms: Sequence[ImportedRoom]  # as the file lists them; its sessions may name more
    tracks: Sequence[ImportedTrack]
    sessions: Sequence[LooseSession]
    oddities: Sequence[Oddity] = ()


def decoded(document: bytes) -> str:
    """The document's text. Raises BadSchedule where it is too big or not UTF-8."""
    if len(document) > MOST_BYTES:
        raise BadSchedule(None, "This file is larger than %(limit)d MB.", limit=MOST_BYTES // 1024**2)
    try:
        return document.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = document.count(b"\n", 0, error.start) + 1
        raise BadSchedule(line, "This file is not in UTF-8. Save it as UTF-8 and try again.") from error


def understood(loose: LooseSchedule, *, zone: ZoneInfo) -> ImportedSchedule:
    """The schedule; `zone` is meant where the file names none. Raises BadSchedule if no session is left."""
    if len(loose.sessions) > MOST_SESSIONS:
        raise BadSchedule(None, "This file has more than %(limit)d sessions.", limit=MOST_SESSIONS)
    reading = _Reading(zone, list(loose.oddities))
    reading.find_zone(loose.zone)
    reading.find_speakers(loose.sessions)
    sessions = reading.sessions(loose.sessions)
    if not sessions:
        raise BadSchedule(None, "There is no session in this file.")
    days = [found for day in loose.days if (found := times.calendar_day(day.date or day.opens))]
    days = days or [session.start.astimezone(reading.zone).date() for session in sessions if session.start]
    return ImportedSchedule(
        title=reading.fitted(loose.title, TITLE),
        acronym=one_line(loose.acronym),
        zone=reading.zone.key,
        version=one_line(loose.version),
        first_day=min(days, default=None),
        last_day=max(days, default=None),
        rooms=reading.rooms(loose.rooms, sessions),
        tracks=reading.tracks(loose.tracks, sessions),
        speakers=tuple(dict.fromkeys(speaker for session in sessions for speaker in session.speakers)),
        sessions=sessions,
        oddities=tuple(reading.oddities),
    )


@dataclass(slots=True)
class _Reading:
    zone: ZoneInfo
    oddities: list[Oddity]
    speakers: dict[LooseSpeaker, ImportedSpeaker] = field(default_factory=dict)
    shortened: set[str] = field(default_factory=set)

    def find_zone(self, name: str) -> None:
        if (name := name.strip()) in available_timezones():
            self.zone = ZoneInfo(name)
        elif name:
            self.note(
                None,
                "There is no time zone %(zone)s; times without an offset are read in %(meant)s.",
                zone=one_line(name)[:40],
                meant=self.zone.key,
            )

    def find_speakers(self, sessions: Iterable[LooseSession]) -> None:
        """An id that several names share is nobody's: files merged from two systems number their people twice."""
        met = dict.fromkeys(speaker for session in sessions for speaker in session.speakers if one_line(speaker.name))
        names: dict[str, set[str]] = defaultdict(set)
        for speaker in met:
            names[speaker.id].add(one_line(speaker.name).casefold())
        keyed: dict[str, ImportedSpeaker] = {}
        for speaker in met:
            key = _speaker_key(speaker, id_is_theirs=len(names[speaker.id]) == 1)
            self.speakers[speaker] = keyed.setdefault(key, ImportedSpeaker(key, self.fitted(speaker.name, NAME)))

    def sessions(self, found: Iterable[LooseSession]) -> tuple[ImportedSession, ...]:
        """In order of start and room; by that order several slots of one key are told apart."""
        titled = [(self.session(loose), loose) for loose in found if self.has_title(loose)]
        slots: dict[str, list[ImportedSession]] = defaultdict(list)
        for session, loose in sorted(titled, key=lambda pair: _order(pair[0])):
            before = slots[session.key]
            if before and _order(before[-1]) == _order(session):
                self.note(loose, "“%(title)s” is in the file twice; it is imported once.", title=session.title)
                continue
            before.append(replace(session, key=f"{session.key}#{len(before) + 1}") if before else session)
        return tuple(sorted((session for slot in slots.values() for session in slot), key=_order))

    def has_title(self, loose: LooseSession) -> bool:
        if one_line(loose.title):
            return True
        self.note(loose, "A session without a title was left out.")
        return False

    def session(self, loose: LooseSession) -> ImportedSession:
        start, end = self.span(loose)
        return ImportedSession(
            key=_session_key(loose),
            title=self.fitted(loose.title, TITLE, loose),
            subtitle=self.fitted(loose.subtitle, TITLE, loose),
            abstract=self.cut(_joined(loose.abstract, loose.description), ABSTRACT, loose),
            kind=self.fitted(loose.kind, KIND, loose),
            language=_language(one_line(loose.language)),
            room=(start and self.fitted(loose.room, NAME, loose)) or None,  # as when the desk unschedules
            track=self.fitted(loose.track, NAME, loose) or None,
            start=start,
            end=end,
            speakers=self.speakers_of(loose),
        )

    def span(self, loose: LooseSession) -> tuple[datetime, datetime] | tuple[None, None]:
        title = one_line(loose.title)
        day = times.Day(loose.date) if loose.date else loose.day
        start = times.instant(loose.date, zone=self.zone) or times.on_day(day, loose.start, zone=self.zone)
        if start is None:
            if loose.date or loose.start:
                self.note(loose, "The start of “%(title)s” cannot be read; it is imported without a time.", title=title)
            return None, None
        lasts = times.length(loose.duration)
        end = times.instant(loose.end, zone=self.zone) or (start + lasts if lasts else None)
        if end is None or not start < end <= start + times.LONGEST:
            self.note(loose, "The length of “%(title)s” cannot be read; it is imported without a time.", title=title)
            return None, None
        return start, end

    def speakers_of(self, loose: LooseSession) -> tuple[ImportedSpeaker, ...]:
        named = [self.speakers[speaker] for speaker in loose.speakers if speaker in self.speakers]
        if len(named) < len(loose.speakers):
            self.note(loose, "A speaker of “%(title)s” has no name and was left out.", title=one_line(loose.title))
        return tuple(dict.fromkeys(named))

    def rooms(self, listed: Iterable[ImportedRoom], sessions: Iterable[ImportedSession]) -> tuple[ImportedRoom, ...]:
        rooms = {name: replace(room, name=name) for room in listed if (name := self.fitted(room.name, NAME))}
        used = {session.room: ImportedRoom(session.room) for session in sessions if session.room}
        return tuple((rooms | {name: used[name] for name in used if name not in rooms}).values())

    def tracks(self, listed: Iterable[ImportedTrack], sessions: Iterable[ImportedSession]) -> tuple[ImportedTrack, ...]:
        named = [(self.fitted(track.name, NAME), _colour(track.colour)) for track in listed]
        tracks = {name: ImportedTrack(name, colour) for name, colour in named if name}
        used = {session.track: ImportedTrack(session.track) for session in sessions if session.track}
        return tuple((tracks | {name: used[name] for name in used if name not in tracks}).values())

    def fitted(self, text: str, limit: int, loose: LooseSession | None = None) -> str:
        return self.cut(one_line(text), limit, loose)

    def cut(self, text: str, limit: int, loose: LooseSession | None) -> str:
        """At most `limit` characters; what is shortened is noted once."""
        if len(text) <= limit:
            return text
        if text not in self.shortened:
            self.shortened.add(text)
            self.note(
                loose,
                "“%(text)s…” is longer than %(limit)d characters and was shortened.",
                text=one_line(text[:40]),
                limit=limit,
            )
        return text[: limit - 1].rstrip() + "…"

    def note(self, loose: LooseSession | None, template: str, **values: object) -> None:
        line, path = (loose.line, loose.path) if loose else (None, "")
        self.oddities.append(Oddity(line, template, values, path))


def _speaker_key(speaker: LooseSpeaker, *, id_is_theirs: bool) -> str:
    ids = {"guid": speaker.guid, "code": speaker.code, "id": speaker.id if id_is_theirs else ""}
    return _key(ids, otherwise=f"name:{one_line(speaker.name).casefold()}")


def _session_key(loose: LooseSession) -> str:
    return _key({"guid": loose.guid, "id": loose.id}, otherwise=f"title:{one_line(loose.title).casefold()}")


def _key(ids: dict[str, str], *, otherwise: str) -> str:
    """The first id that is none of the placeholders; "#" is ours, and its number has six characters left."""
    given = {kind: one_line(value).lower().replace("#", "") for kind, value in ids.items()}
    keys = [f"{kind}:{value}" for kind, value in given.items() if value not in _PLACEHOLDERS]
    return (keys or [otherwise.replace("#", "")])[0][: KEY - 6]


def _joined(abstract: str, description: str) -> str:
    """Both, unless one of them is empty or repeats the other."""
    texts = [plain_text(abstract), plain_text(description)]
    return "\n\n".join(dict.fromkeys(filter(None, texts)))


def _order(session: ImportedSession) -> tuple[datetime, str, str]:
    return session.start or datetime.max.replace(tzinfo=UTC), session.room or "", session.title


def _language(text: str) -> str:
    """As many whole codes as the column takes: "de, en"."""
    fitting = ""
    for code in re.split(r"[\s,;/|]+", text):
        longer = f"{fitting}, {code}" if fitting else code
        if len(longer) > LANGUAGE:
            break
        fitting = longer
    return fitting


def _colour(text: str) -> str:
    text = text.strip().lower()
    return text if _COLOUR.fullmatch(text) else ""
