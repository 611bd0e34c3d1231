"""Pages of group meetings: those to join, one of them, and the buttons on it."""

from collections.abc import Sequence

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute

from app.errors import NotFound, Refused
from app.i18n import _
from app.web import answer, route, submitted, wants_json
from events.networks.models import DemoCase
from events.pages import event_page
from events.scope import Place, find, member
from matchmaking.conditions import matrix_of
from matchmaking.directory import directory, directory_for
from matchmaking.groups.entering import entrant
from matchmaking.groups.forms import GroupForm
from matchmaking.groups.membership import cancel_group, join_group, leave_group, propose_group
from matchmaking.groups.models import Group
from matchmaking.groups.reading import Table, suggestions, table_of, tables
from matchmaking.meeting_pages import reason_of


async def groups_page(request: Request, place: Place) -> Response:
    wished = {"title": request.query_params.get("about", "")[:120], "demo_case": request.query_params.get("case", "")}
    return await _groups(request, place, GroupForm(data=wished))


async def new_group(request: Request, place: Place) -> Response:
    form = await submitted(request, GroupForm)
    form.offer(await _demo_cases(place))
    if not form.validate():
        return await _groups(request, place, form, status=422)
    proposer = place.me if form.joining.data or not place.desk else None
    try:
        group = await propose_group(place.event, form.chosen(), **form.values(), proposer=proposer, by=place.actor)
    except Refused as refused:
        if wants_json(request):
            raise
        form.form_errors.append(" ".join((str(refused), *refused.hints)))
        return await _groups(request, place, form, status=409)
    flash = _("Your group is open. With three people it becomes a meeting.")
    return answer(request, {"group": group.id}, url=_page(place, group), flash=flash)


async def group_page(request: Request, place: Place) -> Response:
    group = await find(Group, place, request.path_params["id"])
    shown = await table_of(group)
    if not place.desk and not shown.shown_to(place.me, await matrix_of(place.event.id)):
        raise NotFound
    against = (await _against([shown], place)).get(group.id)
    return event_page(request, place, "matchmaking/group.html", table=shown, against=against)


async def joining(request: Request, place: Place) -> Response:
    group = await find(Group, place, request.path_params["id"])
    joined = await join_group(group, place.me, by=place.actor)
    flash = _("You are in. With three people it becomes a meeting.")
    if joined.status == "meeting":
        flash = _("You are in. The meeting is among yours, and comes to your calendar with its time.")
    return answer(request, {"ok": True}, url=_page(place, group), flash=flash)


async def leaving(request: Request, place: Place) -> Response:
    group = await find(Group, place, request.path_params["id"])
    await leave_group(group, place.me, reason=await reason_of(request), by=place.actor)
    return answer(request, {"ok": True}, url=_page(place, group), flash=_("You have left the group."))


async def cancellation(request: Request, place: Place) -> Response:
    group = await find(Group, place, request.path_params["id"])
    await cancel_group(group, reason=await reason_of(request), by=place.actor)
    return answer(request, {"ok": True}, url=_page(place, group), flash=_("Cancelled. Everybody in it is told."))


async def _groups(request: Request, place: Place, form: GroupForm, *, status: int = 200) -> Response:
    everybody = await (directory(place.event) if place.desk else directory_for(place.event, place.me))
    closed = {pilot.id for pilot in everybody.pilots if pilot.closed}
    form.offer([case for case in everybody.demo_cases if not case.closed and case.pilot_id not in closed])
    found = await tables(place.event, None if place.desk else place.me)
    return event_page(
        request,
        place,
        "matchmaking/groups.html",
        status=status,
        form=form,
        tables=found,
        against=await _against(found, place),
        suggestions=await suggestions(place.event, everybody, place.participant),
        directory=everybody,
    )


async def _against(found: Sequence[Table], place: Place) -> dict[int, Refused | None]:
    """By group why the reader cannot join, said before they try; None for those they are in."""
    against: dict[int, Refused | None] = {table.group.id: None for table in found}
    others = [table for table in found if not table.has(place.participant)]
    if place.participant and others:
        me = await entrant(place.participant, (one for table in others for one in table.members))
        against |= {table.group.id: me.against(table.group, table.members) for table in others}
    return against


async def _demo_cases(place: Place) -> list[DemoCase]:
    found = DemoCase.filter(pilot__network_id=place.event.network_id)
    return await found.order_by("pilot__position", "pilot_id", "id")


def _page(place: Place, group: Group) -> str:
    return f"{place.path}/groups/{group.id}"


routes: Sequence[BaseRoute] = [
    route("/e/{slug}/groups", groups_page, member),
    route("/e/{slug}/groups", new_group, member, methods=["POST"]),
    route("/e/{slug}/groups/{id}", group_page, member),
    route("/e/{slug}/groups/{id}/joining", joining, member, methods=["POST"]),
    route("/e/{slug}/groups/{id}/leaving", leaving, member, methods=["POST"]),
    route("/e/{slug}/groups/{id}/cancellation", cancellation, member, methods=["POST"]),
]
