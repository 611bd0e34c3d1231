"""Reads schedule.json: version 1, a tree of days and rooms like schedule.xml, and version 2, a list of events. Pure.

The formats: https://c3voc.de/schedule/schema.json and https://c3voc.de/schema/schedule2. What is of a wrong type is
refused where the whole file hangs on it, and costs only its own session elsewhere.
"""

import json
from collections.abc import Iterator
from typing import Any, NoReturn
from zoneinfo import ZoneInfo

from events.interchange.loose import LooseSchedule, LooseSession, LooseSpeaker, decoded, understood
from events.interchange.schedule import BadSchedule, ImportedRoom, ImportedSchedule, ImportedTrack, Oddity
from events.interchange.times import NO_DAY, Day

Object = dict[str, Any]

_TEXTS = ("title", "subtitle", "abstract", "description")

# Version 2 keeps in the file what is not, or no longer, on the programme.
_OFF_THE_PROGRAMME = {"DRAFT", "SUBMITTED", "REJECTED", "CANCELED", "WITHDRAWN", "DELETED"}


def read_schedule_json(document: bytes, *, zone: ZoneInfo) -> ImportedSchedule:
    """The schedule; `zone` is meant where the file names none. Raises BadSchedule with path or line, and reason."""
    schedule = _object(_parse(decoded(document)).get("schedule"), "schedule")
    if not schedule:
        raise BadSchedule(None, "This is not a schedule: it has no “schedule”.")
    return understood(_Schedule(schedule).loose(), zone=zone)


def _parse(text: str) -> Object:
    try:
        return _object(json.loads(text, parse_constant=_no_number), "")
    except json.JSONDecodeError as error:
        raise BadSchedule(error.lineno, "This is not well-formed JSON: %(why)s.", why=error.msg) from error
    except RecursionError as error:
        raise BadSchedule(None, "This file is nested too deeply for a schedule.") from error
    except ValueError as error:  # a number of thousands of digits, NaN
        raise BadSchedule(None, "This is not well-formed JSON: %(why)s.", why="a number is out of range") from error


def _no_number(name: str) -> NoReturn:
    raise ValueError(name)


class _Schedule:
    """One file: `names` tells rooms and tracks by what version 2 refers to them with, a guid or a slug."""

    def __init__(self, schedule: Object) -> None:
        self.schedule = schedule
        self.conference = _object(schedule.get("conference"), "schedule.conference")
        self.days = list(_objects(self.conference.get("days"), "schedule.conference.days"))
        self.rooms = list(_objects(self.conference.get("rooms"), "schedule.conference.rooms"))
        self.tracks = list(_objects(self.conference.get("tracks"), "schedule.conference.tracks"))
        self.oddities: list[Oddity] = []

    def loose(self) -> LooseSchedule:
        return LooseSchedule(
            title=_words(self.conference.get("title")),
            acronym=_words(self.conference.get("acronym")),
            zone=_words(self.conference.get("time_zone_name")),
            version=_words(self.schedule.get("version")),
            days=[_day(day) for day, _path in self.days],
            rooms=[ImportedRoom(_words(room.get("name")), _capacity(room)) for room, _path in self.rooms],
            tracks=[
                ImportedTrack(_words(track.get("name")), _words(track.get("color"))) for track, _path in self.tracks
            ],
            sessions=list(self.sessions()),
            oddities=self.oddities,
        )

    def sessions(self) -> Iterator[LooseSession]:
        for session, path, room, day in self.items():
            try:
                found = _object(session, path)
                if _words(found.get("state")).upper() not in _OFF_THE_PROGRAMME:
                    yield self.session(found, path, room=room, day=day)
            except BadSchedule as bad:
                self.oddities.append(bad.oddity)

    def items(self) -> Iterator[tuple[Any, str, str, Day]]:
        """Every session with its path, and, in version 1, the room and the day it stands in."""
        for n, session in enumerate(_list(self.schedule.get("events"), "schedule.events")):
            yield session, f"schedule.events[{n}]", "", NO_DAY
        for day, day_path in self.days:
            for room, sessions in _object(day.get("rooms"), f"{day_path}.rooms").items():
                room_path = f"{day_path}.rooms[{json.dumps(room, ensure_ascii=False)}]"
                for n, session in enumerate(_list(sessions, room_path)):
                    yield session, f"{room_path}[{n}]", room, _day(day)

    def session(self, session: Object, path: str, *, room: str, day: Day) -> LooseSession:
        language = _words(session.get("language"))
        text = {name: _words(session.get(name), language=language) for name in _TEXTS}
        people = session.get("persons") or session.get("participants")
        # version 1: "date" is the start and "start" its clock time; version 2: "start" is the start
        date, start = _words(session.get("date")), _words(session.get("start"))
        return LooseSession(
            path=path,
            title=text["title"],
            subtitle=text["subtitle"],
            abstract=text["abstract"],
            description=text["description"],
            guid=_words(session.get("guid")),
            id=_words(session.get("id")),
            kind=_kind(_words(session.get("type"))),
            language=language,
            room=room or self.name_of(session.get("room"), self.rooms),
            track=self.name_of(session.get("track"), self.tracks),
            day=day,
            date=date or (start if "T" in start else ""),
            start=start,
            end=_words(session.get("end")),
            duration=_words(session.get("duration")),
            speakers=tuple(_speaker(person) for person, _path in _objects(people, f"{path}.persons")),
        )

    @staticmethod
    def name_of(reference: Any, among: list[tuple[Object, str]]) -> str:
        if not isinstance(reference, dict):
            return _words(reference)
        for known, _path in among:
            if any(reference.get(key) and reference.get(key) == known.get(key) for key in ("guid", "slug")):
                return _words(known.get("name"))
        return _words(reference.get("name") or reference.get("slug")) or _words(reference)


def _speaker(person: Object) -> LooseSpeaker:
    name = person.get("name") or person.get("public_name") or person.get("full_public_name")
    return LooseSpeaker(_words(name), *(_words(person.get(key)) for key in ("guid", "code", "id")))


def _day(day: Object) -> Day:
    opens, closes = day.get("day_start") or day.get("start"), day.get("day_end") or day.get("end")
    return Day(_words(day.get("date")), _words(opens), _words(closes))


def _capacity(room: Object) -> int | None:
    seats = room.get("capacity")
    return int(seats) if isinstance(seats, int | float) and 0 < seats < 1_000_000 else None


def _kind(text: str) -> str:
    """Version 2 has TALK and LIGHTNING_TALK; they are shown to people."""
    return text.replace("_", " ").lower() if text.isupper() and len(text) > 3 else text


def _words(value: Any, *, language: str = "") -> str:
    """A text, a number, or the one of several languages that is the session's own, English, or first."""
    if isinstance(value, dict):
        texts = [value.get(language[:2]), value.get("en"), *value.values()]
        return next((text for text in texts if isinstance(text, str)), "")
    return str(value) if isinstance(value, str | int | float) and not isinstance(value, bool) else ""


def _objects(value: Any, path: str) -> Iterator[tuple[Object, str]]:
    for n, item in enumerate(_list(value, path)):
        yield _object(item, f"{path}[{n}]"), f"{path}[{n}]"


def _object(value: Any, path: str) -> Object:
    if not isinstance(value, dict | None):
        raise BadSchedule(None, "Here stands no object.", path=path)
    return value or {}


def _list(value: Any, path: str) -> list[Any]:
    if not isinstance(value, list | None):
        raise BadSchedule(None, "Here stands no list.", path=path)
    return value or []
