"""The scheduler from a shell."""

import json
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

from matchmaking.solve_command import command

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
    arguments = ["--generate", "20,60,10,10,7", "--seconds", "2", "--json"]
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
