"""Where a page stands among its neighbours: sections in one row, the pages of the current section in a second. Pure."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from itertools import groupby
from operator import attrgetter
from typing import NamedTuple

MOST_IN_A_ROW = 5  # pages; more are shown by section, and phones fold all of them into a menu


class Tab(NamedTuple):
    """A page that is offered, and the section it is offered in."""

    section: str
    href: str
    words: str


@dataclass(frozen=True, slots=True)
class Group:
    """A section with its pages; it leads to the first of them."""

    section: str
    tabs: tuple[Tab, ...]
    current: bool


@dataclass(frozen=True, slots=True)
class Navigation:
    """What base.html shows above a page."""

    groups: tuple[Group, ...]
    here: Tab | None

    @property
    def current(self) -> Group | None:
        return next((group for group in self.groups if group.current), None)

    @property
    def long(self) -> bool:
        return sum(len(group.tabs) for group in self.groups) > MOST_IN_A_ROW


def arrange(tabs: Iterable[Tab], path: str, *, order: Sequence[str], homes: Collection[str] = ()) -> Navigation:
    """The sections in `order`, each with its tabs as they came. The page at `path` belongs to the tab it lies furthest
    below; every page lies below `homes`, so these count only for themselves."""
    tabs = sorted(tabs, key=lambda tab: order.index(tab.section))
    above = (tab for tab in tabs if path == tab.href or (tab.href not in homes and path.startswith(f"{tab.href}/")))
    here = max(above, key=lambda tab: len(tab.href), default=None)
    groups = ((section, tuple(group)) for section, group in groupby(tabs, key=attrgetter("section")))
    return Navigation(tuple(Group(section, group, here in group) for section, group in groups), here)


def row(links: Sequence[tuple[str, str]], path: str, *, homes: Collection[str] = ()) -> Navigation:
    """Pages (address, words) that need no sections: each stands for itself."""
    return arrange(
        [Tab(href, href, words) for href, words in links], path, order=[href for href, _ in links], homes=homes
    )
