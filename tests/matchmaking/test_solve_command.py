"""The scheduler from a shell."""

import asyncio
import json
import os
import secrets
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from matchmaking.away import mark_away
from matchmaking.meetings import accept, request_meeting
from matchmaking.models import Meeting
from matchmaking.solve_command import command
from tests.matchmaking.conftest import Fair

PUBLISHED = Path(__file__).resolve().parents[3] / "shared" / "data" / "b2b"


@pytest.mark.skipif(not PUBLISHED.is_dir(), reason="the published instances are not here")
def test_published_instance_prints_one_json_object() -> None:
    done = CliRunner().invoke(command, [str(PUBLISHED / "tic-12.original.dzn"), "--json"])
    answer = json.loads(done.output)
    assert done.exit_code == 0
    assert (answer["instance"], answer["status"], answer["breaks"], answer["bound"]) == (
        "tic-12.original",
        "optimal",
        0,
        0,
    )
    assert len(answer["assignment"]) == 125
    assert all(1 <= slot <= 8 for slot in answer["assignment"])


def test_generated_event_places_everybody_at_the_same_slots_for_the_same_seed() -> None:
    arguments = ["--generate", "20,60,10,10,7", "--seconds", "60", "--json"]  # it ends at the bound, long before
    first, second = (json.loads(CliRunner().invoke(command, arguments).output) for _ in range(2))
    assert first["placed"] == first["meetings"]
    assert first["assignment"] == second["assignment"]


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        ([], "Give one of FILE"),
        (["--event", "x", "--generate", "1,2,3,4,5"], "Give one of FILE"),
        (["--generate", "many"], "five whole numbers"),
        (["--generate", "1,1,1,1,1"], "out of range"),
    ],
)
def test_wrong_words_are_answered_with_a_sentence(arguments: list[str], sentence: str) -> None:
    done = CliRunner().invoke(command, arguments)
    assert done.exit_code in (1, 2)
    assert sentence in done.output


def test_broken_file_is_refused_by_name(tmp_path: Path) -> None:
    broken = tmp_path / "broken.dzn"
    broken.write_text("nBusiness = 3;")
    done = CliRunner().invoke(command, [str(broken)])
    assert done.exit_code == 1
    assert "broken.dzn" in done.output


def test_small_event_is_solved_without_loading_what_it_does_not_need() -> None:
    """Each takes longer to import than such an event to solve."""
    asked = "['solve', '--generate', '20,40,20,20,1', '--json']"
    heavy = "[name for name in ('numba', 'ortools', 'tortoise', 'starlette') if name in sys.modules]"
    code = f"import sys; from app.__main__ import cli; cli({asked}, standalone_mode=False); print({heavy})"
    answer, loaded = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=120
    ).stdout.splitlines()
    assert json.loads(answer)["status"] == "optimal"
    assert loaded == "[]"


async def shell(url: str, *arguments: str) -> dict[str, Any]:
    """The command as an organiser's machine runs it."""
    settings = {
        "DATABASE_URL": url,
        "BASE_URL": "https://meet.example.org",
        "SMTP_URL": "smtp://127.0.0.1:25",
        "MAIL_FROM": "meetings@example.org",
        "SECRET_KEY": secrets.token_urlsafe(48),
    }
    asked = [sys.executable, "-m", "app", "solve", *arguments, "--json", "--seconds", "2"]
    done = await asyncio.to_thread(
        subprocess.run, asked, env={**os.environ, **settings}, capture_output=True, text=True, timeout=200
    )
    assert done.returncode == 0, done.stderr
    answer: dict[str, Any] = json.loads(done.stdout)
    return answer


async def test_stored_event_says_why_somebody_has_no_time_and_what_would_help(database: str, fair: Fair) -> None:
    opened = await fair.round("10:00", "10:40", tables=1)
    anna, mikko, jan, sara = [await fair.delegate(name, opened) for name in ("Anna", "Mikko", "Jan", "Sara")]
    pairs = (anna, mikko), (jan, sara), (anna, jan)
    asked = [await request_meeting(*pair, message="", by=fair[pair[0]]) for pair in pairs]
    agreed = [await accept(one, waiting=True, by=fair[pair[1]]) for one, pair in zip(asked, pairs, strict=True)]
    answer = await shell(database, "--event", fair.event.slug)
    assert (answer["meetings"], answer["placed"]) == (3, 2)
    assert answer["ids"] == [one.id for one in agreed]
    assert answer["participants"] == [[one.id, other.id] for one, other in pairs]
    (left,) = answer["unplaced"]
    assert answer["assignment"][answer["ids"].index(left["meeting"])] == 0
    assert left["why"] in ("tables full", "lost out")
    assert left["remedy"] in ("table", "gives up")
    if left["remedy"] == "table":
        assert left["remedy_slot"] in answer["slots"]
    assert not await Meeting.filter(slot_id__isnull=False).exists(), "nothing is written"


async def test_stored_event_is_mended_from_a_shell(database: str, fair: Fair) -> None:
    opened = await fair.round("10:00", "11:00", tables=2)
    anna, mikko, jan = [await fair.delegate(name, opened) for name in ("Anna", "Mikko", "Jan")]
    held = await accept(await request_meeting(anna, mikko, message="", by=fair[anna]), by=fair[mikko])
    await accept(await request_meeting(jan, mikko, message="", by=fair[jan]), by=fair[mikko])
    ten = await fair.slot("10:00")
    await mark_away(anna, ten.span, by=fair.organiser)
    answer = await shell(database, "--event", fair.event.slug, "--mend")
    assert [move["meeting"] for move in answer["difference"]["moved"]] == [held.id]
    assert (answer["touched"], answer["touched_bound"]) == (2, 2)
    assert answer["unplaced"] == []


def test_only_a_stored_event_can_be_mended() -> None:
    done = CliRunner().invoke(command, ["--generate", "20,60,10,10,7", "--mend"])
    assert done.exit_code == 2
    assert "give --event SLUG" in done.output
