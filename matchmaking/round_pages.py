"""The desk's pages of meeting rounds: opening, changing and closing them, their tables, and whether all fits."""

from collections.abc import Sequence
from datetime import UTC, datetime, time, timedelta

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute

from app.errors import Refused
from app.i18n import _, ngettext
from app.seen import mark_of
from app.web import route, see_other, submitted
from app.wording import by_name
from events.models import Organisation, Participant, ParticipantStatus
from events.pages import desk_page
from events.scope import Place, desk, find
from events.types import types_of
from matchmaking.away import find_table, lose_table
from matchmaking.breakage import Breaks
from matchmaking.breakage_view import confirm
from matchmaking.figures import rounds
from matchmaking.fit_view import fit_view
from matchmaking.hosts import give_table
from matchmaking.reshaping import change_tables, close_round, facts_of, reshape, shape_of
from matchmaking.round_forms import HostForm, LossForm, RoundForm, SeenForm, TableForm, TablesForm, round_data
from matchmaking.round_models import Round, Table
from matchmaking.rounds import cut, open_round


async def rounds_page(request: Request, place: Place) -> Response:
    morning = datetime.combine(place.event.first_day, time(10), place.event.tz)
    form = RoundForm(data={"start": morning, "end": morning + timedelta(hours=2)}, zone=place.event.tz)
    return await _rounds(request, place, form)


async def new_round(request: Request, place: Place) -> Response:
    form = await _submitted_round(request, place)
    if not form.validate():
        return await _rounds(request, place, form, status=422)
    try:
        opened = await open_round(place.event, form.shape(), by=place.actor)
    except Refused as refused:
        form.form_errors.append(" ".join((str(refused), *refused.hints)))
        return await _rounds(request, place, form, status=409)
    slots = len(cut(form.shape()))
    flash = ngettext("“%(name)s” is open: %(slots)d slot.", "“%(name)s” is open: %(slots)d slots.", slots)
    return _back(place, flash % {"name": opened.name, "slots": slots})


async def round_page(request: Request, place: Place) -> Response:
    opened = await find(Round, place, request.path_params["id"])
    form = RoundForm(data=round_data(await shape_of(opened)), zone=place.event.tz)
    return await _round(request, place, opened, form)


async def edit_round(request: Request, place: Place) -> Response:
    opened = await find(Round, place, request.path_params["id"])
    form = await _submitted_round(request, place)
    if not form.validate():
        return await _round(request, place, opened, form, status=422)
    try:
        was, seen = form.was.data or "", form.seen.data or ""
        await reshape(opened, form.shape(), was=was, seen=seen, by=place.actor)
    except Breaks as breaks:
        return await _confirm(request, place, breaks, opened)
    except Refused as refused:
        form.form_errors.append(" ".join((str(refused), *refused.hints)))
        form.was.data = mark_of(facts_of(await shape_of(opened)))  # whoever saves once more has seen it
        return await _round(request, place, opened, form, status=409)
    return _back(place, _("Saved."))


async def tables(request: Request, place: Place) -> Response:
    opened = await find(Round, place, request.path_params["id"])
    form = await submitted(request, TablesForm)
    if not form.validate():
        raise Refused(" ".join(str(error) for error in form.tables.errors))
    try:
        await change_tables(opened, tables=int(form.tables.data or 0), seen=form.seen.data or "", by=place.actor)
    except Breaks as breaks:
        return await _confirm(request, place, breaks, opened)
    return _back(place, _("Saved."))


async def hosting(request: Request, place: Place) -> Response:
    opened = await find(Round, place, request.path_params["id"])
    form = await submitted(request, HostForm)
    form.offer(*await _owners(place))
    if not form.validate():
        raise Refused(" ".join(error for errors in form.errors.values() for error in errors))
    number, seen = int(form.number.data or 0), form.seen.data or ""
    try:
        await give_table(opened, number, form.found(), seen=seen, by=place.actor)
    except Breaks as breaks:
        return await _confirm(request, place, breaks, opened)
    return see_other(f"{place.path}/desk/rounds/{opened.id}#hosts", flash=_("Saved."))


async def loss(request: Request, place: Place) -> Response:
    opened = await find(Round, place, request.path_params["id"])
    form = await submitted(request, LossForm, zone=place.event.tz)
    if not form.validate():
        raise Refused(_("Say which table is lost, and from when."))
    assert form.start.data
    table = await lose_table(opened, int(form.number.data or 0), form.start.data, by=place.actor)
    flash = _("Table %(number)d is lost. Mend the schedule for those who meet there.") % {"number": table.number}
    return _back(place, flash)


async def finding(request: Request, place: Place) -> Response:
    opened = await find(Round, place, request.path_params["id"])
    form = await submitted(request, TableForm)
    if not form.validate():
        raise Refused(" ".join(str(error) for error in form.number.errors))
    await find_table(opened, int(form.number.data or 0), by=place.actor)
    return _back(place, _("Saved."))


async def closing(request: Request, place: Place) -> Response:
    opened = await find(Round, place, request.path_params["id"])
    form = await submitted(request, SeenForm)
    seen = str(form.seen.data or "") if form.validate() else ""
    try:
        await close_round(opened, seen=seen, by=place.actor)
    except Breaks as breaks:
        return await _confirm(request, place, breaks, opened)
    return _back(place, _("“%(name)s” is closed.") % {"name": opened.name})


async def _submitted_round(request: Request, place: Place) -> RoundForm:
    form = await submitted(request, RoundForm, zone=place.event.tz)
    form.offer(await types_of(place.event))
    return form


async def _rounds(request: Request, place: Place, form: RoundForm, *, status: int = 200) -> Response:
    form.offer(await types_of(place.event))
    return desk_page(
        request,
        place,
        "matchmaking/desk_rounds.html",
        status=status,
        form=form,
        rounds=await rounds(place.event),
        loss=LossForm(zone=place.event.tz),
        fit=await fit_view(place.event, now=datetime.now(UTC)),
    )


async def _round(request: Request, place: Place, opened: Round, form: RoundForm, *, status: int = 200) -> Response:
    form.offer(await types_of(place.event))
    host = HostForm()
    host.offer(*await _owners(place))
    owned = Table.filter(round=opened, line=False).order_by("number").select_related("host", "house")
    return desk_page(
        request,
        place,
        "matchmaking/desk_round.html",
        status=status,
        round=opened,
        form=form,
        host=host,
        owned=[table for table in await owned if table.host_id or table.house_id],
    )


async def _owners(place: Place) -> tuple[Sequence[Organisation], Sequence[Participant]]:
    """Who could have a table."""
    people = by_name(await Participant.filter(event=place.event, status=ParticipantStatus.APPROVED))
    houses = Organisation.filter(id__in={one.organisation_id for one in people if one.organisation_id})
    return by_name(await houses), people


async def _confirm(request: Request, place: Place, breaks: Breaks, opened: Round) -> Response:
    title = _("Change “%(name)s”?") % {"name": opened.name}
    return await confirm(request, place, breaks, title=title, back=f"{place.path}/desk/rounds")


def _back(place: Place, flash: str) -> Response:
    return see_other(f"{place.path}/desk/rounds", flash=flash)


ONE = "/e/{slug}/desk/rounds/{id}"
routes: list[BaseRoute] = [
    route("/e/{slug}/desk/rounds", rounds_page, desk),
    route("/e/{slug}/desk/rounds", new_round, desk, methods=["POST"]),
    route(ONE, round_page, desk),
    route(ONE, edit_round, desk, methods=["POST"]),
    route(f"{ONE}/tables", tables, desk, methods=["POST"]),
    route(f"{ONE}/hosts", hosting, desk, methods=["POST"]),
    route(f"{ONE}/losses", loss, desk, methods=["POST"]),
    route(f"{ONE}/recovery", finding, desk, methods=["POST"]),
    route(f"{ONE}/closing", closing, desk, methods=["POST"]),
]
