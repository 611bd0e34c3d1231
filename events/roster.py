"""The desk's page of participants: who waits, who comes, as what; and speakers known by name only."""

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute

from app.errors import NotFound
from app.i18n import _
from app.text import has_words, sought
from app.web import route, see_other, submitted
from app.wording import alphabetical
from events.forms import ReasonForm, SpeakerForm, TypeForm
from events.models import Participant, ParticipantKind, ParticipantStatus
from events.pages import desk_page
from events.participants import add_speaker, appoint, approve, return_with_reason
from events.scope import Place, desk, find
from events.types import types_of

A_PAGE = 50


async def roster_page(request: Request, place: Place) -> Response:
    return await _roster(request, place)


async def participant_page(request: Request, place: Place) -> Response:
    participant = await find(Participant, place, request.path_params["id"])
    return await _participant(request, place, participant)


async def approval(request: Request, place: Place) -> Response:
    approved = await approve(await find(Participant, place, request.path_params["id"]), by=place.actor)
    return _back(place, _("%(name)s is approved.") % {"name": approved.name})


async def return_(request: Request, place: Place) -> Response:
    participant = await find(Participant, place, request.path_params["id"])
    form = await submitted(request, ReasonForm)
    if not form.validate():
        return await _participant(request, place, participant, reason_form=form, status=422)
    returned = await return_with_reason(participant, str(form.reason.data), by=place.actor)
    return _back(place, _("%(name)s is asked to change the registration.") % {"name": returned.name})


async def appointment(request: Request, place: Place) -> Response:
    participant = await find(Participant, place, request.path_params["id"])
    form = await submitted(request, TypeForm)
    if not form.validate():
        return await _participant(request, place, participant, type_form=form, status=422)
    await appoint(participant, ParticipantKind(form.kind.data), by=place.actor)
    return see_other(f"{place.path}/desk/participants/{participant.id}", flash=_("Saved."))


async def new_speaker(request: Request, place: Place) -> Response:
    form = await submitted(request, SpeakerForm)
    if not form.validate():
        return await _roster(request, place, form=form, status=422)
    added = await add_speaker(place.event, str(form.name.data), position=form.position.data or "", by=place.actor)
    return _back(place, _("%(name)s can be chosen as a speaker now.") % {"name": added.name})


async def _roster(request: Request, place: Place, *, form: SpeakerForm | None = None, status: int = 200) -> Response:
    wanted = request.query_params.get("status", "")
    words = request.query_params.get("q", "").strip()[:100]
    number = request.query_params.get("page", "1")
    if not (number.isascii() and number.isdigit() and 0 < int(number[:9]) < 10**6):
        raise NotFound
    found = Participant.filter(event=place.event)
    waiting = await found.filter(status=ParticipantStatus.PENDING).count()
    if wanted in set(ParticipantStatus):
        found = found.filter(status=wanted)
    typed = sought(words)
    named = [(id, name) for id, name in await found.values_list("id", "name") if has_words(name, typed)]
    named.sort(key=lambda one: alphabetical(one[1]))
    total, first = len(named), (int(number) - 1) * A_PAGE
    ids = [id for id, _name in named[first : first + A_PAGE]]
    shown = {one.id: one for one in await Participant.filter(id__in=ids).select_related("organisation__region")}
    return desk_page(
        request,
        place,
        "events/desk_participants.html",
        status=status,
        participants=[shown[id] for id in ids],
        total=total,
        waiting=waiting,
        wanted=wanted,
        words=words,
        number=int(number),
        pages=-(-total // A_PAGE),
        statuses=[status.value for status in ParticipantStatus],
        form=form or SpeakerForm(),
    )


async def _participant(
    request: Request,
    place: Place,
    participant: Participant,
    *,
    reason_form: ReasonForm | None = None,
    type_form: TypeForm | None = None,
    status: int = 200,
) -> Response:
    await participant.fetch_related("organisation__region", "person", "type")
    return desk_page(
        request,
        place,
        "events/desk_participant.html",
        status=status,
        shown=participant,
        reason_form=reason_form or ReasonForm(),
        type_form=type_form or TypeForm(data={"kind": participant.kind.value}),
        types=await types_of(place.event),
    )


def _back(place: Place, flash: str) -> Response:
    return see_other(f"{place.path}/desk/participants?status=pending", flash=flash)


ONE = "/e/{slug}/desk/participants/{id}"
routes: list[BaseRoute] = [
    route("/e/{slug}/desk/participants", roster_page, desk),
    route(ONE, participant_page, desk),
    route(f"{ONE}/approval", approval, desk, methods=["POST"]),
    route(f"{ONE}/return", return_, desk, methods=["POST"]),
    route(f"{ONE}/type", appointment, desk, methods=["POST"]),
    route("/e/{slug}/desk/speakers", new_speaker, desk, methods=["POST"]),
]
