import pytest
from hypothesis import given
from hypothesis import strategies as st

from matchmaking.terms import alike, terms


def same(a: str, b: str) -> bool:
    return bool(terms([a])) and bool(terms([b])) and alike(terms([a])[0].words, terms([b])[0].words)


@pytest.mark.parametrize(
    ("a", "b"),
    [
        ("lignin", "Lignin"),
        ("lignin", "kraft lignin"),
        ("furan resin", "Furan resins"),
        ("bio-based aromatics", "biobased aromatics"),
        ("laser powder bed fusion", "powder bed fusion"),
        ("supply of lignin", "lignin supply"),
        ("biowęgiel", "BIOWEGIEL"),
        ("łuska gryczana", "luska gryczana"),
        ("hyötykäyttö", "hyotykaytto"),
        ("CO₂ capture", "CO2 capture"),
        ("Faserstoß", "faserstoss"),
        ("λιγνίνη", "ΛΙΓΝΙΝΗ"),
    ],
)
def test_terms_that_mean_the_same_are_alike(a: str, b: str) -> None:
    assert same(a, b)
    assert same(b, a)


@pytest.mark.parametrize(
    ("a", "b"),
    [
        ("lignin", "nanocellulose"),
        ("printed parts", "printed soles"),
        ("lignin", "resins from lignin and furan"),  # one word of three says too little
        ("gas", "gasket"),
        ("glass", "glas"),
    ],
)
def test_terms_that_mean_different_things_are_not(a: str, b: str) -> None:
    assert not same(a, b)
    assert not same(b, a)


def test_terms_keep_one_of_each_and_the_first_spelling() -> None:
    assert [term.text for term in terms([" Kraft lignin", "kraft lignins", "", " – ", "biogas"])] == [
        "Kraft lignin",
        "biogas",
    ]


def test_terms_of_filler_only_are_kept() -> None:
    assert terms(["to"])[0].words == {"to"}


@given(st.text(max_size=40))
def test_terms_do_not_depend_on_case_or_on_being_read_again(text: str) -> None:
    words = [term.words for term in terms([text])]
    assert [term.words for term in terms([" ".join(words[0])])] == words if words else words == []
    if text.isascii():
        assert [term.words for term in terms([text.upper()])] == words
