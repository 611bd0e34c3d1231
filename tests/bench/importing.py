"""A real congress of 1,007 sessions is imported, and imported again."""

import time
from pathlib import Path
from zoneinfo import ZoneInfo

from events.hosting import About, create_event
from events.interchange.importing import import_schedule
from events.interchange.reading import read_schedule
from events.models import EventKind
from tests.bench.rig import Figure, Ground
from tests.bench.stage import network

FILE = Path(__file__).parents[3] / "shared" / "data" / "schedules" / "38c3.xml"
STEPS = ("reading 38c3.xml, 1,007 sessions", "importing it", "importing it again")


async def figures(ground: Ground) -> list[Figure]:
    if not FILE.exists():
        return [Figure(step, None, note="38c3.xml is not at hand") for step in STEPS]
    start = time.perf_counter()
    schedule = read_schedule(FILE.read_bytes(), zone=ZoneInfo("Europe/Berlin"))
    read = time.perf_counter() - start
    owner, organiser = await network()
    assert schedule.first_day
    assert schedule.last_day
    about = About(
        title=schedule.title, kind=EventKind.CONFERENCE, zone=schedule.zone, first_day=schedule.first_day,
        last_day=schedule.last_day,
    )  # fmt: skip
    event = await create_event(owner, "congress", about, by=organiser)
    took = []
    for _ in range(2):
        start = time.perf_counter()
        report = await import_schedule(event, schedule, by="import")
        took.append(time.perf_counter() - start)
    assert report.unchanged == len(schedule.sessions)
    return [Figure(step, seconds, "s") for step, seconds in zip(STEPS, [read, *took], strict=True)]
