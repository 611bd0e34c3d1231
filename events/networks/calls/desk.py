"""The desk of a call: drafting it, its parts and people, the overview of proposals, opening and publishing."""

from collections.abc import Mapping
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute

from app.errors import Refused
from app.i18n import _, language
from app.text import BadText
from app.web import route, see_other, submitted, uploaded
from events.networks.calls import announcing, arranging, attaching, deciding, reviewing
from events.networks.calls.forms import (
    AssignForm,
    BriefingForm,
    CriterionForm,
    FileForm,
    OfficerForm,
    TermsForm,
    TopicForm,
    terms_of,
)
from events.networks.calls.models import CallBriefing, CallCriterion, CallOfficer, CallTopic, OfficerRole
from events.networks.calls.pages import desk_page, with_refusal
from events.networks.calls.reading import (
    assignments,
    briefings,
    call_page,
    could_brief,
    offered,
    officers,
    overview,
)
from events.networks.calls.scope import Place, briefing, coordinator, criterion, officer, topic
from events.networks.pages import desk_page as network_desk_page
from events.networks.scope import Standing
from events.networks.scope import coordinator as network_coordinator

MOST_BODY = attaching.MOST_BYTES + (1 << 20)


async def new_page(request: Request, standing: Standing) -> Response:
    return await _new(request, standing, TermsForm(data={"language": language(), "currency": "EUR"}))


async def draft(request: Request, standing: Standing) -> Response:
    form = await submitted(request, TermsForm)
    await _offer(form, standing.network.id)
    if not form.validate():
        return await _new(request, standing, form, status=422)
    made = await announcing.draft_call(standing.network, form.terms(), by=standing.actor)
    return see_other(f"{made.path}/desk", flash=_("The call is there. Nobody else sees it before you open it."))


async def desk(request: Request, place: Place) -> Response:
    return desk_page(
        request,
        place,
        "events/call_desk.html",
        found=await overview(place.call, place.now),
        reviewers=await officers(place.call, OfficerRole.REVIEWER),
    )


async def text_page(request: Request, place: Place) -> Response:
    form = TermsForm(data=terms_of(place.call, await place.call.pilots.all()))
    return await _text(request, place, form)


async def edit(request: Request, place: Place) -> Response:
    form = await submitted(request, TermsForm)
    await _offer(form, place.call.network_id)
    if not form.validate():
        return await _text(request, place, form, status=422)
    try:
        await announcing.edit_call(place.call, form.terms(), version=int(form.version.data or 0), by=place.actor)
    except Refused as refused:
        return await _text(request, place, with_refusal(form, refused), status=409)
    return see_other(f"{place.call.path}/desk", flash=_("Saved."))


async def open_call(request: Request, place: Place) -> Response:
    await announcing.open_call(place.call, by=place.actor)
    return see_other(place.call.path, flash=_("The call is open."))


async def publish(request: Request, place: Place) -> Response:
    await deciding.publish(place.call, by=place.actor)
    return see_other(place.call.path, flash=_("The decisions are published, and the applicants get a mail."))


async def parts_page(request: Request, place: Place) -> Response:
    return await _parts(request, place)


async def add_topic(request: Request, place: Place) -> Response:
    form = await submitted(request, TopicForm)
    if not form.validate():
        return await _parts(request, place, topic_form=form, status=422)
    try:
        await arranging.add_topic(place.call, str(form.code.data), form.titles.data, by=place.actor)
    except Refused as refused:
        return await _parts(request, place, topic_form=with_refusal(form, refused), status=409)
    return _to_parts(place, "topics", _("The topic is there."))


async def remove_topic(request: Request, found: tuple[Place, CallTopic]) -> Response:
    place, one = found
    await arranging.remove_topic(one, by=place.actor)
    return _to_parts(place, "topics", _("The topic is gone."))


async def add_criterion(request: Request, place: Place) -> Response:
    form = await submitted(request, CriterionForm)
    if not form.validate():
        return await _parts(request, place, criterion_form=form, status=422)
    weight, most = int(form.weight.data or 0), int(form.most.data or 0)
    try:
        await arranging.add_criterion(place.call, form.titles.data, weight=weight, most=most, by=place.actor)
    except Refused as refused:
        return await _parts(request, place, criterion_form=with_refusal(form, refused), status=409)
    return _to_parts(place, "criteria", _("The criterion is there."))


async def remove_criterion(request: Request, found: tuple[Place, CallCriterion]) -> Response:
    place, one = found
    await arranging.remove_criterion(one, by=place.actor)
    return _to_parts(place, "criteria", _("The criterion is gone."))


async def add_document(request: Request, place: Place) -> Response:
    form = await submitted(request, FileForm)
    file = await uploaded(request, "file")
    if file is None:
        form.file.errors = [_("Choose a file first.")]
        return await _parts(request, place, file_form=form, status=422)
    try:
        await attaching.add_document(place.call, *file, by=place.actor)
    except BadText as bad:
        form.file.errors = [_(bad.sentence) % bad.values]
        return await _parts(request, place, file_form=form, status=422)
    except Refused as refused:
        form.file.errors = [" ".join((str(refused), *refused.hints))]
        return await _parts(request, place, file_form=form, status=409)
    return _to_parts(place, "documents", _("The file is there."))


async def tie_briefing(request: Request, place: Place) -> Response:
    form = await submitted(request, BriefingForm)
    form.offer(await could_brief(place.call.network, place.now.date()))
    if not form.validate():
        return await _parts(request, place, briefing_form=form, status=422)
    event, session = form.chosen()
    await arranging.tie_briefing(place.call, event, session, by=place.actor)
    return _to_parts(place, "briefings", _("The call and the briefing name each other now."))


async def untie_briefing(request: Request, found: tuple[Place, CallBriefing]) -> Response:
    place, one = found
    await arranging.untie_briefing(one, by=place.actor)
    return _to_parts(place, "briefings", _("The briefing is no longer named."))


async def people_page(request: Request, place: Place) -> Response:
    return await _people(request, place, OfficerForm())


async def name_officer(request: Request, place: Place) -> Response:
    form = await submitted(request, OfficerForm)
    if not form.validate():
        return await _people(request, place, form, status=422)
    role, name = OfficerRole(form.role.data), str(form.name.data)
    try:
        await arranging.name_officer(
            place.call, role, email=str(form.email.data), name=name, organisation=form.organisation.data or "",
            by=place.actor,
        )  # fmt: skip
    except Refused as refused:
        return await _people(request, place, with_refusal(form, refused), status=409)
    return see_other(f"{place.call.path}/desk/people", flash=_("%(name)s is named.") % {"name": name})


async def dismiss_officer(request: Request, found: tuple[Place, CallOfficer]) -> Response:
    place, one = found
    await arranging.dismiss_officer(one, by=place.actor)
    return see_other(f"{place.call.path}/desk/people", flash=_("%(name)s is dismissed.") % {"name": one.name})


async def assign(request: Request, found: tuple[Place, CallOfficer]) -> Response:
    place, one = found
    form = await submitted(request, AssignForm)
    form.offer([line.proposal for line in (await overview(place.call, place.now)).lines])
    if not form.validate():
        return await _people(request, place, OfficerForm(), status=422)
    await reviewing.assign(one, form.chosen(), by=place.actor)
    return see_other(f"{place.call.path}/desk/people", flash=_("%(name)s gets a mail.") % {"name": one.name})


async def _new(request: Request, standing: Standing, form: TermsForm, *, status: int = 200) -> Response:
    await _offer(form, standing.network.id)
    return network_desk_page(request, standing, "events/call_new.html", status=status, form=form)


async def _text(request: Request, place: Place, form: TermsForm, *, status: int = 200) -> Response:
    await _offer(form, place.call.network_id)
    return desk_page(request, place, "events/call_desk_text.html", status=status, form=form)


async def _offer(form: TermsForm, network_id: int) -> None:
    regions, pilots = await offered(network_id)
    form.offer(regions=regions, pilots=pilots)


async def _parts(request: Request, place: Place, *, status: int = 200, **forms: Any) -> Response:
    """Four lists, each with a form that adds to it; one of them may come back with errors."""
    fresh: Mapping[str, Any] = {
        "topic_form": TopicForm(),
        "criterion_form": CriterionForm(),
        "file_form": FileForm(),
        "briefing_form": BriefingForm(),
    }
    shown = {**fresh, **forms}
    shown["briefing_form"].offer(await could_brief(place.call.network, place.now.date()))
    return desk_page(
        request,
        place,
        "events/call_desk_parts.html",
        status=status,
        shown=await call_page(place.call, place.now),
        briefings=await briefings(place.call, public=False),
        **shown,
    )


def _to_parts(place: Place, part: str, flash: str) -> Response:
    return see_other(f"{place.call.path}/desk/parts#{part}", flash=flash)


async def _people(request: Request, place: Place, form: OfficerForm, *, status: int = 200) -> Response:
    return desk_page(
        request,
        place,
        "events/call_desk_people.html",
        status=status,
        form=form,
        coordinators=await officers(place.call, OfficerRole.COORDINATOR),
        assignments=await assignments(place.call, place.now),
    )


routes: list[BaseRoute] = [
    route("/networks/{code}/calls/new", new_page, network_coordinator),
    route("/networks/{code}/calls", draft, network_coordinator, methods=["POST"]),
    route("/calls/{id:int}/desk", desk, coordinator),
    route("/calls/{id:int}/desk/text", text_page, coordinator),
    route("/calls/{id:int}/desk/text", edit, coordinator, methods=["POST"]),
    route("/calls/{id:int}/desk/parts", parts_page, coordinator),
    route("/calls/{id:int}/desk/topics", add_topic, coordinator, methods=["POST"]),
    route("/calls/topics/{id:int}/removal", remove_topic, topic, methods=["POST"]),
    route("/calls/{id:int}/desk/criteria", add_criterion, coordinator, methods=["POST"]),
    route("/calls/criteria/{id:int}/removal", remove_criterion, criterion, methods=["POST"]),
    route("/calls/{id:int}/desk/documents", add_document, coordinator, methods=["POST"], most_body=MOST_BODY),
    route("/calls/{id:int}/desk/briefings", tie_briefing, coordinator, methods=["POST"]),
    route("/calls/briefings/{id:int}/removal", untie_briefing, briefing, methods=["POST"]),
    route("/calls/{id:int}/desk/people", people_page, coordinator),
    route("/calls/{id:int}/desk/officers", name_officer, coordinator, methods=["POST"]),
    route("/calls/officers/{id:int}/assignment", assign, officer, methods=["POST"]),
    route("/calls/officers/{id:int}/removal", dismiss_officer, officer, methods=["POST"]),
    route("/calls/{id:int}/desk/opening", open_call, coordinator, methods=["POST"]),
    route("/calls/{id:int}/desk/publication", publish, coordinator, methods=["POST"]),
]
