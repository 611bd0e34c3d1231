"""Sections in a row, the pages of the current one below, and where a page stands among them."""

import pytest

from app.navigation import MOST_IN_A_ROW, Tab, arrange, row

ORDER = ("about", "people", "desk")
TABS = (
    Tab("people", "/e/x/people", "People"),
    Tab("about", "/e/x", "About"),
    Tab("desk", "/e/x/desk", "Desk"),
    Tab("people", "/e/x/people/best", "Whom to meet"),
)


def test_sections_stand_in_their_order_and_pages_as_they_came() -> None:
    arranged = arrange(TABS, "/", order=ORDER)
    assert [group.section for group in arranged.groups] == ["about", "people", "desk"]
    assert [tab.words for tab in arranged.groups[1].tabs] == ["People", "Whom to meet"]


@pytest.mark.parametrize(
    ("path", "words"),
    [
        ("/e/x", "About"),
        ("/e/x/people", "People"),
        ("/e/x/people/7", "People"),
        ("/e/x/people/best", "Whom to meet"),
        ("/e/x/people/best/3", "Whom to meet"),
        ("/e/x/peoples", None),  # lies below the event only
        ("/e/x/desk/rooms", None),
        ("/e/x/desk", "Desk"),
    ],
)
def test_a_page_belongs_to_the_tab_it_lies_furthest_below(path: str, words: str | None) -> None:
    arranged = arrange(TABS, path, order=ORDER, homes={"/e/x", "/e/x/desk"})
    assert (arranged.here.words if arranged.here else None) == words
    assert [group.section for group in arranged.groups if group.current] == (
        [arranged.here.section] if arranged.here else []
    )


def test_few_pages_stay_in_their_row() -> None:
    links = [(f"/{number}", str(number)) for number in range(MOST_IN_A_ROW)]
    assert not row(links, "/").long
    assert row([*links, ("/more", "more")], "/").long


def test_pages_without_sections_stand_for_themselves() -> None:
    arranged = row([("/a", "A"), ("/b", "B")], "/b/3")
    assert [len(group.tabs) for group in arranged.groups] == [1, 1]
    assert arranged.current == arranged.groups[1]
