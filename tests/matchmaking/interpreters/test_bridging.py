import pytest
from hypothesis import given
from hypothesis import strategies as st

from matchmaking.interpreters.bridging import bridges, in_need

codes = st.sets(st.sampled_from(["pl", "fi", "en", "de"]))


@pytest.mark.parametrize(
    ("languages", "need"),
    [
        ([{"pl"}, {"fi"}], True),
        ([{"pl", "en"}, {"fi", "en"}], False),
        ([{"pl"}, set()], False),  # who has not said is taken to manage
        ([{"pl", "en"}, {"en", "fi"}, {"fi", "pl"}], True),  # each two have one, all three have none
        ([{"pl"}], False),
    ],
)
def test_people_are_in_need_without_a_language_of_all(languages: list[set[str]], need: bool) -> None:
    assert in_need(languages) is need


def test_an_interpreter_speaks_with_everybody() -> None:
    assert bridges({"pl", "fi"}, [{"pl"}, {"fi", "sv"}])
    assert not bridges({"pl", "en"}, [{"pl"}, {"fi"}])


@given(st.lists(codes, min_size=2, max_size=6))
def test_who_speaks_everything_bridges_and_no_need_means_one_language_does(languages: list[set[str]]) -> None:
    assert bridges({"pl", "fi", "en", "de"}, languages)
    if not in_need(languages):
        assert any(bridges({code}, languages) for code in ("pl", "fi", "en", "de"))
