"""A journal for the eye: what happened at a desk, the newest first, each fact a sentence with who did it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from tortoise.queryset import QuerySet

from app.i18n import _
from app.models import Change, Person

A_PAGE = 100

Sentence = Callable[[Change], str]  # empty for a fact that is not told


@dataclass(frozen=True, slots=True)
class Line:
    change: Change
    words: str
    who: str


@dataclass(frozen=True, slots=True)
class Journal:
    lines: Sequence[Line]
    older: int | None  # `before` of the next page


async def journal(facts: QuerySet[Change], sentence: Sentence, *, before: str = "") -> Journal:
    """A page of those of the facts that `sentence` tells; `before` is as it was in the address. Two queries."""
    if before.isascii() and before.isdigit() and len(before) < 16:
        facts = facts.filter(id__lt=int(before))
    found = await facts.order_by("-id").limit(A_PAGE)
    told = [(fact, words) for fact in found if (words := sentence(fact))]
    people = [int(fact.by.removeprefix("person:")) for fact, _words in told if fact.by.startswith("person:")]
    names = {f"person:{person.id}": person.name for person in await Person.filter(id__in=people)}
    lines = [Line(fact, words, names.get(fact.by) or _("by itself")) for fact, words in told]
    return Journal(lines, found[-1].id if len(found) == A_PAGE else None)
