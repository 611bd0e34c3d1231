"""The desk's pages about a network's members and the regions themselves."""

from datetime import date

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute

from app import web
from app.errors import NotFound, Refused, Stale
from app.i18n import _
from app.seen import mark_of
from app.web import route, see_other, submitted
from app.wording import alphabetical
from events.networks.forms import EndForm, MembershipForm, RegionForm, StatusForm, TermForm
from events.networks.keeping import add_region, edit_region, ground_of
from events.networks.memberships import (
    admit_region,
    change_status,
    correct_membership,
    end_membership,
    facts_of,
    remove_membership,
)
from events.networks.models import Membership, MembershipStatus, Region
from events.networks.pages import desk_page
from events.networks.scope import Standing, coordinator

NEW = "new-"  # before the names of what is to come, beside what was entered


async def members_page(request: Request, standing: Standing) -> Response:
    return await _members(request, standing, MembershipForm(data={"start": web.today()}))


async def admit_member(request: Request, standing: Standing) -> Response:
    form = await submitted(request, MembershipForm)
    form.offer(await Region.all())
    if not form.validate():
        return await _members(request, standing, form, status=422)
    region = form.regions[str(form.region.data)]
    status = MembershipStatus(form.status.data)
    try:
        await admit_region(standing.network, region, status, form.term(), notes=form.notes.data, by=standing.actor)
    except Refused as refused:
        form.form_errors.append(" ".join((str(refused), *refused.hints)))
        return await _members(request, standing, form, status=409)
    return see_other(f"{standing.path}/desk/members", flash=_("Saved."))


async def member_page(request: Request, standing: Standing) -> Response:
    membership = await _membership(request, standing)
    return _member(request, standing, membership, _term_form(membership))


async def correct_member(request: Request, standing: Standing) -> Response:
    membership = await _membership(request, standing)
    form = await submitted(request, TermForm)
    if not form.validate():
        return _member(request, standing, membership, form, status=422)
    status = MembershipStatus(form.status.data)
    try:
        await correct_membership(
            membership, status, form.term(), notes=form.notes.data, was=form.was.data or "", by=standing.actor
        )
    except Stale as stale:
        form.show_now(stale, _term_form(await _membership(request, standing)))
        return _member(request, standing, membership, form, status=409)
    except Refused as refused:
        form.form_errors.append(" ".join((str(refused), *refused.hints)))
        return _member(request, standing, membership, form, status=409)
    return see_other(f"{standing.path}/desk/members", flash=_("Saved."))


def _term_form(membership: Membership) -> TermForm:
    return TermForm(obj=membership, was=mark_of(facts_of(membership)))


async def new_status(request: Request, standing: Standing) -> Response:
    membership = await _membership(request, standing)
    form = await submitted(request, StatusForm, prefix=NEW)
    if not form.validate():
        raise Refused(_("Choose the new status and the day from which it holds."))
    await change_status(membership, MembershipStatus(form.status.data), _of(form.on.data), by=standing.actor)
    return see_other(f"{standing.path}/desk/members", flash=_("Saved."))


async def end_member(request: Request, standing: Standing) -> Response:
    membership = await _membership(request, standing)
    form = await submitted(request, EndForm)
    if not form.validate():
        raise Refused(_("Choose the first day on which the region is no member."))
    await end_membership(membership, _of(form.on.data), by=standing.actor)
    return see_other(f"{standing.path}/desk/members", flash=_("Saved."))


async def remove_member(request: Request, standing: Standing) -> Response:
    membership = await _membership(request, standing)
    await remove_membership(membership, by=standing.actor)
    return see_other(f"{standing.path}/desk/members", flash=_("The membership is gone, as if it had never been."))


async def regions_page(request: Request, standing: Standing) -> Response:
    return await _regions(request, standing, RegionForm())


async def new_region(request: Request, standing: Standing) -> Response:
    form = await submitted(request, RegionForm)
    if not form.validate():
        return await _regions(request, standing, form, status=422)
    try:
        region = await add_region(standing.network, form.code, form.ground(), by=standing.actor)
    except Refused as refused:
        form.form_errors.append(" ".join((str(refused), *refused.hints)))
        return await _regions(request, standing, form, status=409)
    flash = _("Region added: %(name)s") % {"name": region.name}
    return see_other(f"{standing.path}/desk/members", flash=flash)


async def region_page(request: Request, standing: Standing) -> Response:
    region = await _region(request, standing)
    return _one_region(request, standing, region, _region_form(region))


async def change_region(request: Request, standing: Standing) -> Response:
    region = await _region(request, standing)
    form = await submitted(request, RegionForm)
    if not form.validate():
        return _one_region(request, standing, region, form, status=422)
    try:
        await edit_region(standing.network, region, form.ground(), was=form.was.data or "", by=standing.actor)
    except Stale as stale:
        form.show_now(stale, _region_form(await _region(request, standing)))
        return _one_region(request, standing, region, form, status=409)
    return see_other(f"{standing.path}/desk/regions", flash=_("Saved."))


def _region_form(region: Region) -> RegionForm:
    return RegionForm(obj=region, was=mark_of(ground_of(region)))


def _one_region(
    request: Request, standing: Standing, region: Region, form: RegionForm, *, status: int = 200
) -> Response:
    return desk_page(request, standing, "events/network_desk_region.html", status=status, region=region, form=form)


async def _members(request: Request, standing: Standing, form: MembershipForm, *, status: int = 200) -> Response:
    form.offer(await Region.all())
    found = await Membership.filter(network=standing.network).select_related("region")
    ordered = sorted(found, key=lambda one: (alphabetical(one.region.name), one.start or date.min))
    return desk_page(
        request, standing, "events/network_desk_members.html", status=status, form=form, memberships=ordered,
        today=web.today(),
    )  # fmt: skip


def _member(
    request: Request, standing: Standing, membership: Membership, form: TermForm, *, status: int = 200
) -> Response:
    others = [one for one in MembershipStatus if one != membership.status]
    return desk_page(
        request, standing, "events/network_desk_member.html", status=status, membership=membership, form=form,
        status_form=StatusForm(data={"status": others[0].value, "on": web.today()}, prefix=NEW),
        end_form=EndForm(data={"on": web.today()}), today=web.today(),
    )  # fmt: skip


async def _regions(request: Request, standing: Standing, form: RegionForm, *, status: int = 200) -> Response:
    """Those that are or were in this network: the others are for the desks of theirs."""
    found = await Region.filter(memberships__network_id=standing.network.id).distinct()
    regions = sorted(found, key=lambda region: alphabetical(region.name))
    return desk_page(request, standing, "events/network_desk_regions.html", status=status, form=form, regions=regions)


async def _membership(request: Request, standing: Standing) -> Membership:
    found = Membership.filter(id=request.path_params["id"], network=standing.network)
    membership = await found.select_related("region").first()
    if membership is None:
        raise NotFound
    return membership


async def _region(request: Request, standing: Standing) -> Region:
    found = Region.filter(code=request.path_params["region"], memberships__network_id=standing.network.id)
    region = await found.first()
    if region is None:
        raise NotFound
    return region


def _of(day: date | None) -> date:
    assert day is not None  # validated: a day was given
    return day


routes: list[BaseRoute] = [
    route("/networks/{code}/desk/members", members_page, coordinator),
    route("/networks/{code}/desk/members", admit_member, coordinator, methods=["POST"]),
    route("/networks/{code}/desk/members/{id:int}", member_page, coordinator),
    route("/networks/{code}/desk/members/{id:int}", correct_member, coordinator, methods=["POST"]),
    route("/networks/{code}/desk/members/{id:int}/status", new_status, coordinator, methods=["POST"]),
    route("/networks/{code}/desk/members/{id:int}/end", end_member, coordinator, methods=["POST"]),
    route("/networks/{code}/desk/members/{id:int}/removal", remove_member, coordinator, methods=["POST"]),
    route("/networks/{code}/desk/regions", regions_page, coordinator),
    route("/networks/{code}/desk/regions", new_region, coordinator, methods=["POST"]),
    route("/networks/{code}/desk/regions/{region}", region_page, coordinator),
    route("/networks/{code}/desk/regions/{region}", change_region, coordinator, methods=["POST"]),
]
