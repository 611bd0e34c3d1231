"""The desk's page of what belongs to a call: its topics, criteria, documents and briefings."""

from collections.abc import Mapping
from functools import partial
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute

from app.errors import Refused
from app.i18n import _
from app.web import route, see_other, submitted
from events.networks.calls import arranging, attaching
from events.networks.calls.forms import BriefingForm, CriterionForm, FileForm, TopicForm
from events.networks.calls.models import CallBriefing, CallCriterion, CallTopic
from events.networks.calls.pages import MOST_BODY, desk_page, keep_posted_file, with_refusal
from events.networks.calls.reading import briefings, call_page, could_brief
from events.networks.calls.scope import Place, briefing, coordinator, criterion, topic


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
    form, status = await keep_posted_file(request, partial(attaching.add_document, place.call, by=place.actor))
    if status != 303:
        return await _parts(request, place, file_form=form, status=status)
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


routes: list[BaseRoute] = [
    route("/calls/{id:int}/desk/parts", parts_page, coordinator),
    route("/calls/{id:int}/desk/topics", add_topic, coordinator, methods=["POST"]),
    route("/calls/topics/{id:int}/removal", remove_topic, topic, methods=["POST"]),
    route("/calls/{id:int}/desk/criteria", add_criterion, coordinator, methods=["POST"]),
    route("/calls/criteria/{id:int}/removal", remove_criterion, criterion, methods=["POST"]),
    route("/calls/{id:int}/desk/documents", add_document, coordinator, methods=["POST"], most_body=MOST_BODY),
    route("/calls/{id:int}/desk/briefings", tie_briefing, coordinator, methods=["POST"]),
    route("/calls/briefings/{id:int}/removal", untie_briefing, briefing, methods=["POST"]),
]
