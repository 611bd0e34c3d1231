"""A journal for the eye: what happened, the newest first, day by day, each fact a sentence with who did it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, tzinfo
from itertools import groupby

from tortoise.queryset import QuerySet

from app.i18n import _, later
from app.models import Change, Person

A_PAGE = 100
# Who did it, where it was none of the people.
PROGRAMS = {
    "worker": later("by itself"),
    "system": later("by itself"),
    "import": later("from a schedule file"),
    "console": later("on the command line"),
}

Sentence = Callable[[Change], str]  # empty for a fact that is not told


@dataclass(frozen=True, slots=True)
class Line:
    change: Change
    words: str
    who: str


Days = Sequence[tuple[date, Sequence[Line]]]


@dataclass(frozen=True, slots=True)
class Journal:
    days: Days
    older: int | None  # `before` of the next page


async def journal(facts: QuerySet[Change], sentence: Sentence, *, zone: tzinfo, before: str = "") -> Journal:
    """A page of those of the facts that `sentence` tells; `before` is as it was in the address. Two queries."""
    if before.isascii() and before.isdigit() and len(before) < 16:
        facts = facts.filter(id__lt=int(before))
    found = await facts.order_by("-id").limit(A_PAGE)
    return Journal(await by_day(found, sentence, zone=zone), found[-1].id if len(found) == A_PAGE else None)


async def by_day(facts: Sequence[Change], sentence: Sentence, *, zone: tzinfo) -> Days:
    """In their order, by the days of that zone. One query."""
    told = [(fact, words) for fact in facts if (words := sentence(fact))]
    people = [int(fact.by.removeprefix("person:")) for fact, _words in told if fact.by.startswith("person:")]
    names = {f"person:{person.id}": person.name for person in await Person.filter(id__in=people)}
    lines = [Line(fact, words, names.get(fact.by) or _(PROGRAMS.get(fact.by, fact.by))) for fact, words in told]
    days = groupby(lines, key=lambda line: line.change.at.astimezone(zone).date())
    return [(day, tuple(of_day)) for day, of_day in days]


def named(change: Change) -> str:
    """A fact whose kind nobody has words for: “mail bounced”."""
    return change.kind.replace(".", " ").replace("_", " ")
