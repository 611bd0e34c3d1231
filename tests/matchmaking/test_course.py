"""However long a solver runs, what is kept of its course is short, in order, and begins and ends where it did."""

import json

from hypothesis import given
from hypothesis import strategies as st

from matchmaking.course import MOST_POINTS, Course


def told(seconds: float, breaks: int) -> dict[str, object]:
    return {
        "phase": "annealing",
        "placed": 3,
        "meetings": 3,
        "breaks": breaks,
        "bound": {"breaks": 1},
        "seconds": seconds,
    }


@given(st.integers(1, 1500))
def test_points_are_few_and_keep_both_ends(reports: int) -> None:
    course = Course()
    for number in range(reports):
        course.take(told(number / 2, 2 * reports - number))
    assert min(reports, MOST_POINTS // 2) <= len(course.points) <= MOST_POINTS
    assert course.points == sorted(course.points)
    assert course.points[0] == (0.0, 2 * reports, 1)
    assert course.points[-1] == ((reports - 1) / 2, reports + 1, 1)


def test_the_course_is_stored_with_what_was_told_last() -> None:
    course = Course()
    course.take(told(0.512, 4))
    assert json.loads(json.dumps(course.to_json())) == {**told(0.512, 4), "points": [[0.51, 4, 1]]}
