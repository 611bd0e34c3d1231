"""Four parsers that share no code, each asked what it reads of a stream: icalendar, vobject, libical and ical.js.

Evolution, GNOME and KDE are built on libical, Thunderbird and Nextcloud on ical.js. `make test` installs both
(tests/system-packages.sh); where one is missing its tests are skipped.
"""

import json
import os
import shutil
import subprocess
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pytest
import vobject
from icalendar import Calendar

HERE = Path(__file__).parent
SYSTEM_PYTHON = Path("/usr/bin/python3")
CACHE = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
ICALJS = CACHE / "pilotmatch" / "ical.js-2.2.1" / "node_modules" / "ical.js"


@dataclass(frozen=True)
class Read:
    """A timed VEVENT as a parser understands it; what it lacks is empty."""

    uid: str
    summary: str
    location: str
    description: str
    start: datetime  # UTC


def by_icalendar(stream: bytes) -> list[Read]:
    return [
        Read(*(str(event.get(name, "")) for name in ("UID", "SUMMARY", "LOCATION", "DESCRIPTION")), start=event.start)
        for event in Calendar.from_ical(stream).events
    ]


def by_vobject(stream: bytes) -> list[Read]:
    return [
        Read(
            *(str(event.getChildValue(name, "")) for name in ("uid", "summary", "location", "description")),
            start=event.dtstart.value,
        )
        for event in vobject.readOne(stream.decode()).vevent_list
    ]


def by_libical(stream: bytes) -> list[Read]:
    """The test is skipped where it is not installed."""
    need_libical()
    lines = _told([str(SYSTEM_PYTHON), str(HERE / "libical.py")], stream)
    return [Read(*texts, start=datetime.fromtimestamp(start, UTC)) for *texts, start in map(json.loads, lines)]


def by_icaljs(stream: bytes) -> list[Read]:
    """The test is skipped where it is not installed."""
    node = shutil.which("node")
    if node is None or not ICALJS.is_dir():
        pytest.skip("node or ical.js is not installed (tests/system-packages.sh installs both)")
    lines = _told([node, str(HERE / "icaljs.cjs")], stream)
    return [Read(*texts, start=datetime.fromisoformat(start)) for *texts, start in map(json.loads, lines)]


PARSERS: Mapping[str, Callable[[bytes], list[Read]]] = {
    "icalendar": by_icalendar,
    "vobject": by_vobject,
    "libical": by_libical,
    "ical.js": by_icaljs,
}


def need_libical() -> None:
    asked = ["-c", 'import gi; gi.require_version("ICalGLib", "3.0")']
    if not SYSTEM_PYTHON.exists() or subprocess.run([SYSTEM_PYTHON, *asked], capture_output=True).returncode:
        pytest.skip("libical's binding for the system's Python is not installed (gir1.2-ical-3.0, python3-gi)")


def _told(command: list[str], stream: bytes) -> list[str]:
    told = subprocess.run(command, input=stream, capture_output=True, env={**os.environ, "ICALJS": str(ICALJS)})
    assert told.returncode == 0, told.stderr.decode()
    return told.stdout.decode().splitlines()
