"""The marketplace as a page shows it: open opportunities of people whom the reader sees, newest first, filtered."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from events.models import Event, Participant
from matchmaking.cards import Card
from matchmaking.directory import Directory
from matchmaking.marketplace.extras import Field, Option
from matchmaking.marketplace.models import Extra, Opportunity, Origin
from matchmaking.models import Meeting
from matchmaking.stems import Searched, searched

MOST_KEPT = 10_000


@dataclass(frozen=True, slots=True)
class Entry:
    """An opportunity, its author, and what a search looks through."""

    opportunity: Opportunity
    card: Card
    said: Searched

    @property
    def id(self) -> int:
        return self.opportunity.id


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a list is narrowed to; None keeps all. `options`: chosen option by field, of the event's own fields."""

    kind: str | None = None
    pilot: int | None = None
    demo_case: int | None = None
    region: int | None = None
    house: str | None = None
    role: str | None = None
    trl: int | None = None
    language: str | None = None
    call_topic: str = ""
    words: str = ""
    options: Mapping[int, int] = field(default_factory=dict)

    def keeps(self, entry: Entry, fields: Mapping[int, Field]) -> bool:
        one, card = entry.opportunity, entry.card
        house = card.organisation.kind.value if card.organisation else None
        exact = (
            (self.kind, one.kind.value),
            (self.pilot, one.pilot_id),
            (self.demo_case, one.demo_case_id),
            (self.region, card.region),
            (self.house, house),
            (self.role, one.role.value if one.role else None),
            (self.trl, one.trl),
            (self.language, one.language),
        )
        return (
            all(wanted in (None, found) for wanted, found in exact)
            and all(fields[id].chose(one.answers.get(str(id)), option) for id, option in self.options.items())
            and searched(one.call_topic).holds(self.call_topic)
            and entry.said.holds(self.words)
        )

    def query(self) -> dict[str, str]:
        """As an address holds it."""
        named = {
            "q": self.words, "kind": self.kind, "pilot": self.pilot, "case": self.demo_case, "region": self.region,
            "house": self.house, "role": self.role, "trl": self.trl, "language": self.language,
            "topic": self.call_topic,
        }  # fmt: skip
        own = {f"field-{id}": option for id, option in self.options.items()}
        return {name: str(value) for name, value in {**named, **own}.items() if value}


@dataclass(frozen=True, slots=True)
class Market:
    entries: tuple[Entry, ...]
    fields: tuple[Field, ...]

    def only(self, wanted: Wanted) -> list[Entry]:
        fields = {one.id: one for one in self.fields}
        return [entry for entry in self.entries if wanted.keeps(entry, fields)]

    def languages(self) -> list[str]:
        return sorted({entry.opportunity.language for entry in self.entries if entry.opportunity.language})


_kept: dict[tuple[int, int, str], Searched] = {}


async def market(event: Event, everybody: Directory) -> Market:
    """`everybody` is whom the reader sees. Two queries."""
    fields = await fields_of(event)
    opportunities = await Opportunity.filter(event=event, closed_at__isnull=True).order_by("-created_at", "-id")
    return Market(tuple(_entries(opportunities, everybody, fields)), fields)


async def own_opportunities(author: Participant) -> list[Opportunity]:
    """Open ones first, then the closed ones; newest first."""
    mine = await Opportunity.filter(participant=author).order_by("-created_at", "-id")
    return sorted(mine, key=lambda one: not one.open)


async def open_ones_of(author_id: int) -> list[Opportunity]:
    return await Opportunity.filter(participant_id=author_id, closed_at__isnull=True).order_by("-created_at", "-id")


async def fields_of(event: Event) -> tuple[Field, ...]:
    return tuple([field_of(extra) for extra in await Extra.filter(event=event).order_by("position", "id")])


def field_of(extra: Extra) -> Field:
    options = tuple(Option(one["id"], one["label"], one["retired"]) for one in extra.options)
    return Field(extra.id, extra.label, extra.kind.value, options, extra.required)


async def origin_of(meeting: Meeting) -> Opportunity | None:
    """The opportunity that the meeting was asked for from."""
    found = await Origin.get_or_none(meeting=meeting).select_related("opportunity")
    return found.opportunity if found else None


def _entries(opportunities: Sequence[Opportunity], everybody: Directory, fields: Sequence[Field]) -> Iterable[Entry]:
    cards = {card.id: card for card in everybody.cards}
    for one in opportunities:
        if card := cards.get(one.participant_id):
            yield Entry(one, card, _said(one, card, fields))


def _said(one: Opportunity, card: Card, fields: Sequence[Field]) -> Searched:
    if len(_kept) >= MOST_KEPT:
        _kept.clear()
    house = card.organisation.name if card.organisation else ""
    more = (own.words(one.answers.get(str(own.id))) for own in fields)
    text = "\n".join((one.title, one.text, one.call_topic, card.name, house, *card.region_names.values(), *more))
    key = (one.id, one.version, text)
    if key not in _kept:
        _kept[key] = searched(text)
    return _kept[key]
