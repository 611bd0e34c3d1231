"""A network's calendar and a series' for calendar programs: all-day entries of events, and deadlines of calls."""

from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response

from app.config import Settings
from app.errors import NotFound
from app.i18n import language
from app.ical.vevent import etag
from app.polls import Contents, News, answer
from app.subscribing import Subscription
from app.web import GuardedRoute, route
from events.networks.calendar import entries, news, occasions
from events.networks.models import Network, Series


@dataclass(frozen=True, slots=True)
class Wanted:
    network: Network
    series: Series | None = None

    @property
    def name(self) -> str:
        return f"{self.network.name}: {self.series.title}" if self.series else self.network.name

    @property
    def filename(self) -> str:
        return f"{self.series.slug if self.series else self.network.code}.ics"


async def feed(request: Request, wanted: Wanted | None) -> Response:
    async def ask() -> News | Response:
        if wanted is None:
            return PlainTextResponse("no such calendar", 404)
        newest = await news(wanted.network, wanted.series)
        tag = etag("network", request.scope["path"], wanted.name, str(newest.versions), language())
        return News(tag, newest.changed, wanted.filename, lambda: _contents(request, wanted))

    return await answer(request, ask)


async def of_network(request: Request) -> Wanted | None:
    network = await Network.get_or_none(code=request.path_params["code"])
    return Wanted(network) if network else None


async def of_series(request: Request) -> Wanted | None:
    code, slug = request.path_params["code"], request.path_params["series"]
    series = await Series.get_or_none(network__code=code, slug=slug).select_related("network")
    return Wanted(series.network, series) if series else None


async def series_of(network: Network, slug: str) -> Series:
    series = await Series.get_or_none(network=network, slug=slug)
    if series is None:
        raise NotFound
    return series


async def _contents(request: Request, wanted: Wanted) -> Contents:
    settings: Settings = request.app.state.settings
    source = settings.base_url + request.scope["path"]
    due = [] if wanted.series else await entries(wanted.network)
    return Contents(wanted.name, await occasions(wanted.network, wanted.series), due, source=source)


def subscription(request: Request, path: str, name: str) -> Subscription:
    settings: Settings = request.app.state.settings
    return Subscription.of(settings, path, name)


routes: list[GuardedRoute] = [
    route("/networks/{code}/feed.ics", feed, of_network),
    route("/networks/{code}/series/{series}/feed.ics", feed, of_series),
]
