"""The desk of a network: its texts, series, coordinators and journal; members and pilots have modules of their own."""

from dataclasses import asdict

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute
from tortoise.expressions import Q
from tortoise.queryset import QuerySet

from app.errors import NotFound, Refused, Stale
from app.i18n import _
from app.models import Change
from app.seen import mark_of
from app.texts import in_language
from app.web import route, see_other, submitted
from events.journal import journal, named
from events.networks.calls.models import Call
from events.networks.calls.wording import OF_NETWORK
from events.networks.coordinators import appoint, dismiss
from events.networks.feeds import series_of
from events.networks.forms import NewSeriesForm, SeriesForm, TextsForm, WholeCoordinatorForm
from events.networks.keeping import add_series, edit_network, edit_series, texts_of, words_of
from events.networks.models import Follow, Membership, Network, NetworkRole, Pilot, Series
from events.networks.pages import desk_page
from events.networks.reading import coordinators, pilots, series_of_network
from events.networks.scope import Standing, coordinator, desk
from events.networks.wording import UNTOLD, ZONE


async def desk_home(request: Request, standing: Standing) -> Response:
    network = standing.network
    return desk_page(
        request,
        standing,
        "events/network_desk.html",
        members=await Membership.filter(network=network, end__isnull=True).count(),
        followers=await Follow.filter(pilot__network_id=network.id).count(),
        pilots=[part for part in await pilots(network) if standing.coordinates(part.pilot)],
        coordinators=await coordinators(network),
        series=await Series.filter(network=network).count(),
    )


async def about_page(request: Request, standing: Standing) -> Response:
    return desk_page(request, standing, "events/network_desk_about.html", form=_texts_form(standing.network))


async def edit_about(request: Request, standing: Standing) -> Response:
    form = await submitted(request, TextsForm)
    if not form.validate():
        return desk_page(request, standing, "events/network_desk_about.html", status=422, form=form)
    try:
        await edit_network(standing.network, form.texts(), was=form.was.data or "", by=standing.actor)
    except Stale as stale:
        form.show_now(stale, _texts_form(await Network.get(id=standing.network.id)))
        return desk_page(request, standing, "events/network_desk_about.html", status=409, form=form)
    return see_other(standing.path, flash=_("Saved."))


def _texts_form(network: Network) -> TextsForm:
    texts = texts_of(network)
    return TextsForm(data=asdict(texts) | {"was": mark_of(texts)})


async def series_page(request: Request, standing: Standing) -> Response:
    return await _series(request, standing, NewSeriesForm())


async def new_series(request: Request, standing: Standing) -> Response:
    form = await submitted(request, NewSeriesForm)
    if not form.validate():
        return await _series(request, standing, form, status=422)
    slug, words = str(form.slug.data), form.words()
    try:
        await add_series(standing.network, slug, words, by=standing.actor)
    except Refused as refused:
        form.form_errors.append(" ".join((str(refused), *refused.hints)))
        return await _series(request, standing, form, status=409)
    flash = _("“%(title)s” is there. Events are put into it at their own desks.") % {"title": in_language(words.titles)}
    return see_other(f"{standing.path}/series/{slug}", flash=flash)


async def one_series_page(request: Request, standing: Standing) -> Response:
    series = await series_of(standing.network, request.path_params["series"])
    return _one_series(request, standing, series, _series_form(series))


async def change_series(request: Request, standing: Standing) -> Response:
    series = await series_of(standing.network, request.path_params["series"])
    form = await submitted(request, SeriesForm)
    if not form.validate():
        return _one_series(request, standing, series, form, status=422)
    try:
        await edit_series(series, form.words(), was=form.was.data or "", by=standing.actor)
    except Stale as stale:
        form.show_now(stale, _series_form(await Series.get(id=series.id)))
        return _one_series(request, standing, series, form, status=409)
    return see_other(f"{standing.path}/desk/series", flash=_("Saved."))


def _series_form(series: Series) -> SeriesForm:
    words = words_of(series)
    return SeriesForm(data=asdict(words) | {"was": mark_of(words)})


def _one_series(
    request: Request, standing: Standing, series: Series, form: SeriesForm, *, status: int = 200
) -> Response:
    return desk_page(request, standing, "events/network_desk_one_series.html", status=status, series=series, form=form)


async def coordinators_page(request: Request, standing: Standing) -> Response:
    return await _coordinators(request, standing, WholeCoordinatorForm())


async def new_coordinator(request: Request, standing: Standing) -> Response:
    form = await submitted(request, WholeCoordinatorForm)
    form.offer(await Pilot.filter(network=standing.network).order_by("position"))
    if not form.validate():
        return await _coordinators(request, standing, form, status=422)
    pilot = form.pilots.get(str(form.pilot.data))
    try:
        await appoint(standing.network, str(form.email.data), pilot=pilot, by=standing.actor)
    except Refused as refused:
        form.form_errors.append(" ".join((str(refused), *refused.hints)))
        return await _coordinators(request, standing, form, status=409)
    return see_other(f"{standing.path}/desk/coordinators", flash=_("Saved."))


async def dismiss_coordinator(request: Request, standing: Standing) -> Response:
    role = await NetworkRole.get_or_none(id=request.path_params["id"], network=standing.network)
    if role is None:
        raise NotFound
    await dismiss(role, by=standing.actor)
    return see_other(f"{standing.path}/desk/coordinators", flash=_("Saved."))


async def journal_page(request: Request, standing: Standing) -> Response:
    def sentence(fact: Change) -> str:
        """In the words of the slice that knows the kind."""
        told = (words(fact) for words in request.app.state.network_sentences)
        return next(filter(None, told), named(fact))

    facts, before = await _facts(standing.network), request.query_params.get("before", "")
    found = await journal(facts, sentence, zone=ZONE, before=before)
    return desk_page(request, standing, "events/journal.html", journal=found, zone=ZONE)


async def _facts(network: Network) -> QuerySet[Change]:
    """A call has a journal of its own; here stands that it opened, was changed and was decided."""
    calls = [f"call:{id}" for id in await Call.filter(network=network).values_list("id", flat=True)]
    heard = Q(scope=network.scope) & ~Q(kind__in=UNTOLD)
    return Change.filter(heard | Q(scope__in=calls, kind__in=list(OF_NETWORK)))


async def _series(request: Request, standing: Standing, form: NewSeriesForm, *, status: int = 200) -> Response:
    found = await series_of_network(standing.network)
    return desk_page(request, standing, "events/network_desk_series.html", status=status, form=form, all_series=found)


async def _coordinators(
    request: Request, standing: Standing, form: WholeCoordinatorForm, *, status: int = 200
) -> Response:
    form.offer(await Pilot.filter(network=standing.network).order_by("position"))
    roles = await coordinators(standing.network)
    return desk_page(request, standing, "events/network_desk_coordinators.html", status=status, form=form, roles=roles)


routes: list[BaseRoute] = [
    route("/networks/{code}/desk", desk_home, desk),
    route("/networks/{code}/desk/about", about_page, coordinator),
    route("/networks/{code}/desk/about", edit_about, coordinator, methods=["POST"]),
    route("/networks/{code}/desk/series", series_page, coordinator),
    route("/networks/{code}/desk/series", new_series, coordinator, methods=["POST"]),
    route("/networks/{code}/desk/series/{series}", one_series_page, coordinator),
    route("/networks/{code}/desk/series/{series}", change_series, coordinator, methods=["POST"]),
    route("/networks/{code}/desk/coordinators", coordinators_page, coordinator),
    route("/networks/{code}/desk/coordinators", new_coordinator, coordinator, methods=["POST"]),
    route("/networks/{code}/desk/coordinators/{id:int}/removal", dismiss_coordinator, coordinator, methods=["POST"]),
    route("/networks/{code}/desk/journal", journal_page, coordinator),
]
