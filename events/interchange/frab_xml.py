"""Reads schedule.xml, as frab, pretalx, OSEM, Pentabarf and FOSDEM write it. Pure.

The format: https://c3voc.de/wiki/schedule. Real files break its schema, so only what cannot be read is refused.
Nothing is fetched, and a document type declaration, where entities would be, is refused before it is parsed.
"""

import re
from zoneinfo import ZoneInfo

from lxml import etree

from events.interchange.loose import LooseSchedule, LooseSession, LooseSpeaker, decoded, understood
from events.interchange.schedule import BadSchedule, ImportedRoom, ImportedSchedule, ImportedTrack
from events.interchange.times import NO_DAY, Day

_PROLOG = re.compile(r"\s*(?:(?:<\?.*?\?>|<!--.*?-->)\s*)*", re.DOTALL)
_ENCODING = re.compile(r"<\?xml[^>]{0,200}?encoding\s*=\s*[\"']([^\"']{1,40})")
_XINCLUDE = "{http://www.w3.org/2001/XInclude}*"


def read_frab_xml(document: bytes, *, zone: ZoneInfo) -> ImportedSchedule:
    """The schedule; `zone` is meant where the file names none. Raises BadSchedule with line and reason."""
    root = _parse(decoded(document))
    if root.tag != "schedule":
        raise BadSchedule(
            root.sourceline,
            "This is not a schedule: it begins with <%(tag)s>, not with <schedule>.",
            tag=str(root.tag)[:40],
        )
    return understood(_loose(root), zone=zone)


def _parse(text: str) -> etree._Element:
    encoding = _ENCODING.match(text)
    if encoding and encoding[1].lower() not in ("utf-8", "utf8", "us-ascii"):
        raise BadSchedule(
            1, "This file says it is in %(encoding)s. Save it as UTF-8 and try again.", encoding=encoding[1]
        )
    prolog = _PROLOG.match(text)
    if prolog and text.startswith("<!DOCTYPE", prolog.end()):
        line = text.count("\n", 0, prolog.end()) + 1
        raise BadSchedule(line, "This file has a document type declaration (DOCTYPE), which no schedule needs.")
    parser = etree.XMLParser(encoding="utf-8", resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)
    try:
        root = etree.fromstring(text.encode(), parser)
    except etree.XMLSyntaxError as error:
        raise BadSchedule(error.lineno, "This is not well-formed XML: %(why)s.", why=error.msg) from error
    if (include := next(root.iter(_XINCLUDE), None)) is not None:
        raise BadSchedule(include.sourceline, "This file wants to include another one, which no schedule needs.")
    return root


def _loose(root: etree._Element) -> LooseSchedule:
    conference = _texts(root.find("conference"))
    return LooseSchedule(
        title=conference.get("title", ""),
        acronym=conference.get("acronym", ""),
        zone=conference.get("time_zone_name", ""),
        version=root.findtext("version") or "",
        days=[_day(day) for day in root.iter("day")],
        rooms=[ImportedRoom(name) for room in root.iter("room") if (name := room.get("name"))],
        tracks=[_track(track) for track in root.iterfind("conference/track")],
        sessions=[_session(session) for session in root.iter("event")],
    )


def _session(element: etree._Element) -> LooseSession:
    texts = _texts(element)
    room, day = next(element.iterancestors("room"), None), next(element.iterancestors("day"), None)
    return LooseSession(
        line=element.sourceline,
        guid=element.get("guid") or "",
        id=element.get("id") or "",
        title=texts.get("title", ""),
        subtitle=texts.get("subtitle", ""),
        abstract=texts.get("abstract", ""),
        description=texts.get("description", ""),
        kind=texts.get("type", ""),
        language=texts.get("language", ""),
        room=(room.get("name") if room is not None else "") or texts.get("room", ""),
        track=texts.get("track", ""),
        day=_day(day) if day is not None else NO_DAY,
        date=texts.get("date", "").strip(),
        start=texts.get("start", ""),
        duration=texts.get("duration", ""),
        speakers=tuple(_speaker(person) for person in element.iterfind("persons/person")),
    )


def _speaker(person: etree._Element) -> LooseSpeaker:
    ids = {name: person.get(name) or "" for name in ("guid", "code", "id")}
    return LooseSpeaker(_text(person), **ids)


def _track(track: etree._Element) -> ImportedTrack:
    return ImportedTrack(track.get("name") or "", track.get("color") or "")


def _day(day: etree._Element) -> Day:
    return Day(day.get("date") or "", day.get("start") or "", day.get("end") or "")


def _texts(element: etree._Element | None) -> dict[str, str]:
    """The children's texts by their tags, of several the first."""
    texts: dict[str, str] = {}
    for child in element if element is not None else ():
        texts.setdefault(str(child.tag), _text(child))
    return texts


def _text(element: etree._Element) -> str:
    return "".join(element.itertext()) if len(element) else element.text or ""
