"""Profiles as lists show them and `affinity` compares them; kept in this process until their version changes.

So is what `affinity` knows of all profiles of an event together: it is made anew when one of them changes.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from tortoise.queryset import QuerySet

from app.texts import Texts, in_language
from app.wording import alphabetical, country
from events.models import OrganisationKind
from matchmaking.profile_models import Interest, Profile
from matchmaking.rule_models import Conditions
from matchmaking.stems import Searched, searched
from matchmaking.wishes import Crowd, Wish, Wishes, crowd, wishes

MOST_KEPT = 20_000
MOST_CROWDS = 50  # events


class _Row(NamedTuple):
    """What a card is made of, but for the texts, which only change with the version: the key it is kept under."""

    profile: int
    version: int
    event: int
    participant: int
    name: str
    position: str
    type: int | None
    organisation: int | None
    organisation_name: str | None
    organisation_kind: OrganisationKind | None
    region: int | None
    region_names: tuple[tuple[str, str], ...] | None  # language → name
    country: str | None


FIELDS = (
    "id", "version", "participant__event_id", "participant_id", "participant__name", "participant__position",
    "participant__type_id", "participant__organisation_id",
    "participant__organisation__name", "participant__organisation__kind", "participant__organisation__region_id",
    "participant__organisation__region__names", "participant__organisation__region__country",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class House:
    """The organisation."""

    name: str
    kind: OrganisationKind


@dataclass(frozen=True, slots=True)
class Card:
    """One profile. `id` is the participant's; `said` is what a search looks through."""

    id: int
    event: int
    profile: int
    name: str
    position: str
    type: int | None  # ParticipantType
    organisation: House | None
    region: int | None
    region_names: Texts
    country: str  # ISO 3166-1
    about: str
    languages: tuple[str, ...]
    lines: tuple[Wish, ...]
    wishes: Wishes
    said: Searched

    @property
    def place(self) -> str:
        """Tampere Region, Finland"""
        if not self.region_names:
            return ""
        return f"{in_language(self.region_names)}, {country(self.country)}"


_kept: dict[_Row, Card] = {}
_crowds: dict[int, tuple[Sequence[Card], Crowd]] = {}


async def cards(profiles: QuerySet[Profile]) -> list[Card]:
    """The cards of these profiles by name; one query when all are kept, three otherwise."""
    rows = [_row(found) for found in await profiles.order_by("id").values_list(*FIELDS)]
    if missing := [row for row in rows if row not in _kept]:
        await _make(missing)
    return sorted((_kept[row] for row in rows), key=lambda card: alphabetical(card.name))


async def crowds_of(approved: Mapping[int, Sequence[Card]]) -> dict[int, Crowd]:
    """By event (id) of all its approved profiles: whoever sees fewer of them sees these in the same order."""
    said = Conditions.filter(event_id__in=list(approved), interregional=False)
    anywhere = {event_id for (event_id,) in await said.values_list("event_id")}
    return {id: _crowd(id, those, interregional=id not in anywhere) for id, those in approved.items()}


def _crowd(event_id: int, approved: Sequence[Card], *, interregional: bool) -> Crowd:
    made = _crowds.get(event_id)
    if made and made[0] == approved and made[1].interregional == interregional:
        return made[1]
    if len(_crowds) >= MOST_CROWDS:
        _crowds.clear()
    found = crowd((card.wishes for card in approved), interregional=interregional)
    _crowds[event_id] = (approved, found)
    return found


def _row(found: Sequence[Any]) -> _Row:
    """Something to keep a card under: texts of several languages are pairs instead of a dict."""
    values: list[Any] = [tuple(one.items()) if isinstance(one, dict) else one for one in found]
    return _Row(*values)


async def _make(rows: Sequence[_Row]) -> None:
    if len(_kept) + len(rows) > MOST_KEPT:
        _kept.clear()
    ids = [row.profile for row in rows]
    profiles = {profile.id: profile for profile in await Profile.filter(id__in=ids)}
    lines = defaultdict(list)
    for interest in await Interest.filter(profile_id__in=ids).order_by("id"):
        lines[interest.profile_id].append(wish_of(interest))
    for row in rows:
        _kept[row] = _card(row, profiles[row.profile], lines[row.profile])


def wish_of(interest: Interest) -> Wish:
    return Wish(
        pilot=interest.pilot_id,
        demo_case=interest.demo_case_id,
        role=interest.role.value,
        offers=tuple(interest.offers),
        needs=tuple(interest.needs),
        trl=interest.trl,
    )


def _card(row: _Row, profile: Profile, lines: Sequence[Wish]) -> Card:
    terms = (text for line in lines for text in (*line.offers, *line.needs))
    regions = dict(row.region_names or ())
    texts = (row.name, row.position, row.organisation_name, *regions.values(), profile.about, *terms)
    return Card(
        id=row.participant,
        event=row.event,
        profile=row.profile,
        name=row.name,
        position=row.position,
        type=row.type,
        organisation=_house(row),
        region=row.region,
        region_names=regions,
        country=row.country or "",
        about=profile.about,
        languages=tuple(profile.languages),
        lines=tuple(lines),
        wishes=wishes(
            participant=row.participant,
            organisation=row.organisation,
            region=row.region,
            languages=profile.languages,
            lines=lines,
        ),
        said=searched("\n".join(text for text in texts if text)),
    )


def _house(row: _Row) -> House | None:
    if row.organisation_name is None or row.organisation_kind is None:
        return None
    return House(row.organisation_name, row.organisation_kind)
