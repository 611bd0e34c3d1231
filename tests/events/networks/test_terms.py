"""Half-open terms: whether they overlap is whether they share a day."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from events.networks.terms import Term

FIRST = date(2020, 1, 1)
DAYS = [FIRST + timedelta(days=n) for n in range(12)]
ends = st.none() | st.sampled_from(DAYS)
terms = st.builds(Term, ends, ends).filter(lambda term: not (term.start and term.end and term.end <= term.start))
EVER = [FIRST - timedelta(days=1), *DAYS, DAYS[-1] + timedelta(days=1)]


@given(terms, terms)
def test_terms_overlap_when_some_day_is_in_both(one: Term, other: Term) -> None:
    shared = any(one.holds(day) and other.holds(day) for day in EVER)
    assert one.overlaps(other) == other.overlaps(one) == shared


@pytest.mark.parametrize(
    ("one", "other", "overlap"),
    [
        (Term(None, DAYS[3]), Term(DAYS[3], None), False),
        (Term(None, DAYS[3]), Term(DAYS[2], None), True),
        (Term(), Term(), True),
        (Term(DAYS[0], DAYS[1]), Term(DAYS[1], DAYS[2]), False),
    ],
)
def test_the_end_is_the_first_day_without(one: Term, other: Term, overlap: bool) -> None:
    assert one.overlaps(other) is overlap


def test_a_term_holds_from_its_start_to_before_its_end() -> None:
    term = Term(DAYS[1], DAYS[3])
    assert [term.holds(day) for day in DAYS[:5]] == [False, True, True, False, False]
