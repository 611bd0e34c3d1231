"""The published instances: read as the paper means them, and solved to the published value."""

import re
from itertools import pairwise
from pathlib import Path

import pytest

from matchmaking.scheduler.dzn import read_dzn, solve_dzn

PUBLISHED = Path(__file__).parents[3] / "shared/data/b2b"
OPTIMA = {
    "tic-12.original": 0,
    "tic-12.fixed020-Forb": 1,
    "tic-12.prec25": 0,
    "tic-13.original": 0,
    "tic-13crafc.original": 4,
    "tic-14crafd.original": 0,
    "forumt-14.original": 5,
    "forum-13.original": 0,
    "forum-13crafc.original": 1,
}
SMALL = """
% nTables = 7; of an example
nBusiness = 3; nMeetings = 3; nTables = 1; nTotalSlots = 4; nMorningSlots = 2;
requested = [|1, 2,3, |1, 3,2, |2, 3,1 |];
nMeetingsBusiness = [2,2,2];
forbidden = [{0}, {1}, {}];
fixed = [0,4,0];
precedences = [{3}, {}, {}];
"""


def test_read_dzn_counts_from_zero_and_joins_sessions_and_forbidden_slots() -> None:
    problem = read_dzn(SMALL)
    assert [meeting.people for meeting in problem.meetings] == [(0, 1), (0, 2), (1, 2)]
    assert problem.possible_slots() == [0b1110, 0b1000, 0b0010]
    assert read_dzn(SMALL.replace("0,4,0", "0,0,0")).possible_slots()[1] == 0b1100
    assert [slot.tables for slot in problem.slots] == [1, 1, 1, 1]
    assert problem.precedences == ((2, 0),)
    assert (problem.homogeneity, problem.blocked_is_idle) == (2, True)


def test_solve_dzn_answers_in_the_terms_of_the_paper() -> None:
    answer = solve_dzn("small", SMALL, deadline_seconds=5)
    assert answer.pop("seconds") < 5
    assert answer == {"instance": "small", "status": "optimal", "breaks": 1, "bound": 1, "assignment": [3, 4, 2]}


def test_solve_dzn_ends_when_not_everything_fits() -> None:
    crowded = SMALL.replace("{1}, {}", "{1,3,4}, {}")
    answer = solve_dzn("crowded", crowded, deadline_seconds=60)
    assert (answer["status"], answer["assignment"].count(0)) == ("infeasible", 1)
    assert answer["seconds"] < 5


@pytest.mark.parametrize(
    ("wrong", "complaint"),
    [("nTables = 1;", "nTables"), ("fixed = [0,4,0];", "fixed"), (",4,0]", "lengths"), ("|1, 3,2, ", "lengths")],
)
def test_read_dzn_names_what_is_missing(wrong: str, complaint: str) -> None:
    with pytest.raises(ValueError, match=complaint):
        read_dzn(SMALL.replace(wrong, "]" if wrong.endswith("0]") else ""))


def test_read_dzn_wants_numbers() -> None:
    with pytest.raises(ValueError, match="nTables is not a number: many"):
        read_dzn(SMALL.replace("nTables = 1", "nTables = many"))


def published(name: str) -> str:
    path = PUBLISHED / f"{name}.dzn"
    if not path.exists():
        pytest.skip("the published instances are not part of the project")
    return path.read_text()


def breaks_as_published(text: str, assignment: list[int]) -> list[int]:
    """From the file alone: each participant's runs of idle slots between two meetings."""
    numbers = [int(number) for number in re.findall(r"\d+", text.split("requested")[1].split(";")[0])]
    people = int(text.split("nBusiness = ")[1].split(";")[0])
    breaks = []
    for person in range(1, people + 1):
        slots = sorted(
            slot
            for a, b, slot in zip(numbers[0::3], numbers[1::3], assignment, strict=True)
            if person in (a, b) and slot
        )
        assert len(slots) == len(set(slots))
        breaks.append(sum(after > before + 1 for before, after in pairwise(slots)))
    return breaks


@pytest.mark.parametrize(("name", "optimum"), OPTIMA.items())
def test_published_instance_reaches_the_published_optimum(name: str, optimum: int) -> None:
    text = published(name)
    answer = solve_dzn(name, text, deadline_seconds=120)
    breaks = breaks_as_published(text, answer["assignment"])
    assert (answer["status"], answer["breaks"], answer["bound"]) == ("optimal", optimum, optimum)
    assert 0 not in answer["assignment"]
    assert sum(breaks) == optimum
    assert max(breaks) - min(breaks) <= 2


def test_published_instance_is_proven_impossible() -> None:
    answer = solve_dzn("tic-12.forb0007", published("tic-12.forb0007"), deadline_seconds=60)
    assert answer["status"] == "infeasible"
    assert answer["seconds"] < 5
