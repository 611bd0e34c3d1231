import pytest
from hypothesis import given
from hypothesis import strategies as st

from matchmaking.likeness import ALIKE, LEAST, lexicon
from matchmaking.terms import terms

NOTHING_KNOWN = lexicon(())


def words(text: str) -> frozenset[str]:
    return terms([text])[0].words


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("solvent recycling", "recycling of solvents"),
        ("depolymerisation", "depolymerization"),
        ("printed parts", "prnted parts"),
        ("odpady tekstylne", "odpadów tekstylnych"),
        ("przędza przewodząca", "przędzy przewodzącej"),
        ("tekstiilijäte", "tekstiilijätettä"),
        ("sahanpuru", "kuori ja sahanpuru"),
        ("maaperäanturit", "maaperäantureita"),
        ("CO₂", "captured CO2"),
    ],
)
def test_endings_order_slips_and_compounds_keep_things_alike(one: str, other: str) -> None:
    assert NOTHING_KNOWN.likeness(words(one), words(other)) >= ALIKE


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("lignin", "biogas"),
        ("titanium powder", "sawdust"),
        ("wodór", "odpady"),
        ("kalvot", "akkujen purku"),
        ("a", "b"),
    ],
)
def test_different_things_are_not_alike(one: str, other: str) -> None:
    assert NOTHING_KNOWN.likeness(words(one), words(other)) == 0


def test_rare_letters_count_more() -> None:
    said = [
        (words(f"{thing} testing"), frozenset({1})) for thing in ("membrane", "cell", "wash", "yarn", "soil", "chip")
    ]
    known = lexicon(said)
    pair = words("corrosion testing"), words("wash testing")
    assert known.likeness(*pair) < ALIKE <= NOTHING_KNOWN.likeness(*pair)


def test_what_is_said_for_every_pilot_weighs_little_and_what_is_said_for_one_wholly() -> None:
    everywhere = [(words("innovation"), frozenset({pilot})) for pilot in range(4) for _ in range(10)]
    known = lexicon([*everywhere, *((words("lignin"), frozenset({1})) for _ in range(10))])
    assert known.weight(words("innovation")) < 0.25
    assert known.weight(words("innovations")) < 0.25  # other endings are no way around
    assert known.weight(words("lignin")) > 0.9
    assert known.weight(words("nobody says this")) == 1
    assert (
        lexicon([(words("innovation"), frozenset({1}))] * 9).weight(words("innovation")) == 1
    )  # one pilot tells nothing


spoken = st.lists(
    st.sampled_from(["lignin", "kraft lignin", "biogas", "innovation", "membranes", "membrane"]), max_size=9
)


@given(spoken, st.text(min_size=1, max_size=20), st.text(min_size=1, max_size=20))
def test_likeness_is_mutual_and_the_list_of_near_terms_agrees_with_it(said: list[str], one: str, other: str) -> None:
    known = lexicon((words(text), frozenset({len(text) % 3})) for text in said)
    for a in {term.words for term in terms([*said, one])}:
        assert LEAST <= known.weight(a) <= 1
        assert known.likeness(a, a) == 1
        for b in {term.words for term in terms([*said, other])}:
            assert known.likeness(a, b) == pytest.approx(known.likeness(b, a))
            assert 0 <= known.likeness(a, b) <= 1
        assert known.near(a) == {
            term.words: pytest.approx(known.likeness(a, term.words))
            for term in terms(said)
            if known.likeness(a, term.words)
        }
