"""A feed is fetched by vdirsyncer into files that khal shows, twice, with a change in between."""

import asyncio
import os
import subprocess
import sys
from pathlib import Path

import pytest

from app.known import TRUSTED_SECONDS
from events.models import Session
from events.releasing import release_programme
from events.schedule import Details, create_session, move_session
from tests.matchmaking.conftest import Fair
from tests.stories.conftest import Site

pytest.importorskip("vdirsyncer")
pytest.importorskip("khal")

CONFIG = """
[general]
status_path = "{folder}/status"
[pair fair]
a = "feed"
b = "files"
collections = null
conflict_resolution = "a wins"
[storage feed]
type = "http"
url = "{url}"
[storage files]
type = "filesystem"
path = "{folder}/files"
fileext = ".ics"
"""
KHAL = """
[calendars]
[[fair]]
path = {folder}/files
[locale]
local_timezone = Europe/Helsinki
default_timezone = Europe/Helsinki
timeformat = %H:%M
dateformat = %Y-%m-%d
longdateformat = %Y-%m-%d
datetimeformat = %Y-%m-%d %H:%M
longdatetimeformat = %Y-%m-%d %H:%M
[sqlite]
path = {folder}/khal.db
"""


async def test_vdirsyncer_and_khal_follow_a_change(site: Site, fair: Fair, tmp_path: Path) -> None:
    talk = await create_session(
        fair.event, Details(title="Lignin; resins, and more"), start=fair.at("14:00"), end=fair.at("14:45"), by="test"
    )
    await create_session(
        fair.event, Details(title="Żółty kocioł 🧪"), start=fair.at("15:00"), end=fair.at("15:45"), by="test"
    )
    await release_programme(fair.event, "v1", by=fair.organiser)
    (tmp_path / "files").mkdir()
    config = CONFIG.format(folder=tmp_path, url=f"{site.base_url}/e/{fair.event.slug}/feed.ics")
    (tmp_path / "vdirsyncer").write_text(config)
    (tmp_path / "khal").write_text(KHAL.format(folder=tmp_path))

    async def run(*words: str) -> str:
        environ = os.environ | {"VDIRSYNCER_CONFIG": str(tmp_path / "vdirsyncer"), "HOME": str(tmp_path)}
        command = [sys.executable, "-W", "ignore", "-m", *words]
        done = await asyncio.to_thread(subprocess.run, command, env=environ, capture_output=True, text=True, timeout=60)
        assert done.returncode == 0, done.stdout + done.stderr
        return str(done.stdout)

    async def shown() -> list[str]:
        await run("vdirsyncer", "sync")
        day = f"{fair.at('14:00').astimezone(fair.event.tz):%Y-%m-%d}"
        form = "{start-time} {title}"
        return (await run("khal", "-c", str(tmp_path / "khal"), "list", "-df", "", "-f", form, day)).splitlines()

    await run("vdirsyncer", "discover")
    assert [line for line in await shown() if line[:1] == "1"] == [
        "14:00 Lignin; resins, and more",
        "15:00 Żółty kocioł 🧪",
    ]
    talk = await Session.get(id=talk.id)
    await move_session(
        talk, room=None, start=fair.at("16:00"), end=fair.at("16:30"), version=talk.version, by=fair.organiser
    )
    await asyncio.sleep(TRUSTED_SECONDS)  # by another process than the site's
    assert [line for line in await shown() if line[:1] == "1"] == [
        "15:00 Żółty kocioł 🧪",
        "16:00 Lignin; resins, and more",
    ]
    assert len(list((tmp_path / "files").glob("*.ics"))) == 3, "the event itself, and its two sessions"
