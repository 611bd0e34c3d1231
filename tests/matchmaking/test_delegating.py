from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from matchmaking.delegating import Delegate, FreeAt, NeverFree, SameDemoCase, SamePilot, Speaks, choose
from matchmaking.wishes import Wish, Wishes, wishes

TEN, ELEVEN = datetime(2026, 5, 12, 10, tzinfo=UTC), datetime(2026, 5, 12, 11, tzinfo=UTC)


def profile(number: int, *languages: str, case: int | None = 1, pilot: int = 1) -> Wishes:
    line = Wish(pilot, case, "component", ("bark",), ("lignin",))
    return wishes(participant=number, organisation=9, region=1, languages=languages, lines=[line])


def delegate(number: int, *languages: str, case: int | None = 1, pilot: int = 1, **kwargs: object) -> Delegate:
    free = kwargs.get("free", (TEN, ELEVEN))
    return Delegate(profile(number, *languages, case=case, pilot=pilot), free, int(kwargs.get("meetings", 0)))  # type: ignore[arg-type]


ASKER = wishes(
    participant=1, organisation=1, region=2, languages=["pl"], lines=[Wish(1, 1, "research", ("lignin",), ("bark",))]
)


def test_the_one_with_the_theme_the_language_and_the_time_goes_and_says_why() -> None:
    first, *_rest = choose(ASKER, [delegate(2, "fi"), delegate(3, "pl"), delegate(4, "pl", case=None)])
    assert first.participant == 3
    assert first.why == (SameDemoCase(1), Speaks(("pl",)), FreeAt(TEN, 2))


@pytest.mark.parametrize(
    ("better", "worse"),
    [
        (delegate(3, "fi"), delegate(2, "pl", free=())),  # no time is worse than no language
        (delegate(3, "pl", case=None), delegate(2, "fi")),  # no language is worse than another theme
        (delegate(3, "pl"), delegate(2, "pl", pilot=2, case=2)),
        (delegate(3, "pl"), delegate(2, "pl", meetings=4)),  # otherwise whoever has less to do
    ],
)
def test_what_counts_more(better: Delegate, worse: Delegate) -> None:
    assert [one.participant for one in choose(ASKER, [worse, better])] == [3, 2]


def test_what_is_missing_is_said_too() -> None:
    (only,) = choose(ASKER, [delegate(2, "fi", case=None, free=())])
    assert only.why == (SamePilot(1), NeverFree())


languages = st.lists(st.sampled_from(["pl", "fi", "en"]), max_size=3, unique=True)


@given(st.lists(st.tuples(languages, st.booleans(), st.integers(0, 5)), max_size=8))
def test_everybody_is_ranked_once_and_who_has_time_before_who_has_none(rows: list[tuple[list[str], bool, int]]) -> None:
    found = [
        delegate(number, *spoken, free=(TEN,) if free else (), meetings=meetings)
        for number, (spoken, free, meetings) in enumerate(rows, start=2)
    ]
    chosen = choose(ASKER, found)
    assert sorted(one.participant for one in chosen) == sorted(one.wishes.participant for one in found)
    busy = [any(isinstance(why, NeverFree) for why in one.why) for one in chosen]
    assert busy == sorted(busy)
