"""What the desk keeps of a network besides members and pilots: its own texts, its regions, its series of events."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field

from app.db import IntegrityError
from app.errors import Refused
from app.i18n import _
from app.journal import Actor, changing
from app.seen import refuse_stale
from events.networks.models import Network, Region, Series


@dataclass(frozen=True, slots=True, kw_only=True)
class Texts:
    """`abouts` is what it is about, in any of our languages."""

    name: str
    abouts: Mapping[str, str] = field(default_factory=dict)
    founded: str = ""
    website: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    """What a series says about itself, in at least one of our languages."""

    titles: Mapping[str, str]
    abouts: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Ground:
    """A region: its name in at least one of our languages, the country's ISO 3166-1 code, its NUTS code or nothing."""

    names: Mapping[str, str]
    country: str
    nuts: str = ""


def texts_of(network: Network) -> Texts:
    return Texts(name=network.name, abouts=network.abouts, founded=network.founded, website=network.website)


def words_of(series: Series) -> Words:
    return Words(titles=series.titles, abouts=series.abouts)


def ground_of(region: Region) -> Ground:
    return Ground(names=region.names, country=region.country, nuts=region.nuts)


async def edit_network(network: Network, texts: Texts, *, was: str = "", by: Actor) -> Network:
    """`was` marks the texts that the page showed (as of all verbs here). Raises Stale when they are others by now."""
    async with changing(network.scope, by=by) as changes:
        current = await Network.get(id=network.id)
        refuse_stale(was, texts_of(current))
        current.update_from_dict(asdict(texts))
        await current.save()
        changes.record("network.edited", current, topics=[current.scope], data={"name": current.name})
    return current


async def add_region(network: Network, code: str, ground: Ground, *, by: Actor) -> Region:
    """A region that no network knew; it is a member only once it is admitted."""
    async with changing(network.scope, by=by) as changes:
        try:
            region = await Region.create(code=code, **asdict(ground))
        except IntegrityError as error:
            raise Refused(
                _("There is a region “%(code)s” already.") % {"code": code},
                hints=[_("Choose it from the list of regions.")],
            ) from error
        changes.record("region.added", region, topics=[network.scope], data={"name": region.names})
    return region


async def edit_region(network: Network, region: Region, ground: Ground, *, was: str = "", by: Actor) -> Region:
    """In all networks at once; the journal of the one whose desk did it has it."""
    async with changing(network.scope, by=by) as changes:
        current = await Region.get(id=region.id)
        refuse_stale(was, ground_of(current))
        current.update_from_dict(asdict(ground))
        await current.save()
        changes.record("region.edited", current, topics=[network.scope], data={"name": current.names})
    return current


async def add_series(network: Network, slug: str, words: Words, *, by: Actor) -> Series:
    async with changing(network.scope, by=by) as changes:
        try:
            series = await Series.create(network=network, slug=slug, **asdict(words))
        except IntegrityError as error:
            raise Refused(_("The address “%(slug)s” belongs to another series.") % {"slug": slug}) from error
        changes.record("series.added", series, topics=[network.scope], data={"title": words.titles})
    return series


async def edit_series(series: Series, words: Words, *, was: str = "", by: Actor) -> Series:
    async with changing(Network.scope_of(series.network_id), by=by) as changes:
        current = await Series.get(id=series.id).select_related("network")
        refuse_stale(was, words_of(current))
        current.update_from_dict(asdict(words))
        await current.save()
        changes.record("series.edited", current, topics=[current.network.scope], data={"title": words.titles})
    return current
