"""The conference that benches measure with has the size it says, with the file at hand and without."""

from pathlib import Path
from typing import Any

import pytest

from events.hosting import About, create_event
from events.interchange.importing import import_schedule
from events.interchange.schedule import double_booked
from events.models import EventKind
from tests.bench import agenda

Conference = Any  # see conftest.py


@pytest.mark.parametrize("file", [agenda.FILE, Path("nowhere")])
async def test_agenda_has_its_size_and_is_imported_whole(
    sqlite_conference: Conference, monkeypatch: pytest.MonkeyPatch, file: Path
) -> None:
    monkeypatch.setattr(agenda, "FILE", file)
    made = agenda.agenda()
    assert agenda.agenda() == made
    assert (len(made.sessions), len(made.rooms), len(made.tracks), len(made.speakers)) == (400, 12, 8, 500)
    assert {speaker for session in made.sessions for speaker in session.speakers} == set(made.speakers)
    assert double_booked(made.sessions) == frozenset()
    assert made.first_day
    assert made.last_day
    about = About(
        title=made.title, kind=EventKind.CONFERENCE, zone=made.zone, first_day=made.first_day, last_day=made.last_day
    )
    conference = sqlite_conference
    event = await create_event(conference.network, "agenda", about, by=conference.organiser)
    report = await import_schedule(event, made, by="import")
    assert (report.created, report.speakers, report.warnings) == (400, 500, ())
