"""Tables that spreadsheet programs read and none of them runs."""

import csv
from io import StringIO

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.sheets import FORMULA, sheet


def read(body: bytes) -> list[list[str]]:
    return list(csv.reader(StringIO(body.decode("utf-8-sig"), newline="")))


@pytest.mark.parametrize(
    "cell", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "  =1", "=cmd|' /C calc'!A0", "＝1", "\n=1"]
)
def test_formulas_are_texts(cell: str) -> None:
    assert read(sheet(["x"], [[cell]]))[1:] == [[f"'{cell}"]]


def test_numbers_names_and_nothing_stay_as_they_are() -> None:
    assert read(sheet(["Nimi", "n"], [['Äänikki, "Ä"', -3], [None, 0]])) == [
        ["Nimi", "n"],
        ['Äänikki, "Ä"', "-3"],
        ["", "0"],
    ]


@given(
    st.lists(
        st.lists(st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0")), min_size=2, max_size=2)
    )
)
def test_every_cell_comes_back_and_none_is_a_formula(rows: list[list[str]]) -> None:
    found = read(sheet(["a", "b"], rows))[1:]
    assert [[cell.removeprefix("'") for cell in row] for row in found] == [
        [cell.removeprefix("'") for cell in row] for row in rows
    ]
    assert not any(cell.lstrip(" ").startswith(FORMULA) for row in found for cell in row)
