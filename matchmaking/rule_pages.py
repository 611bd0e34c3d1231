"""The desk's page of rules: who sees, asks and accepts whom and why, types, limits and the lock."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute

from app.errors import Refused, Stale
from app.i18n import _
from app.text import plain
from app.web import route, see_other, submitted, wants_json
from app.wording import by_name
from events.models import Organisation, Participant, ParticipantStatus, ParticipantType
from events.pages import desk_page
from events.scope import Place, desk, find
from events.types import add_type, edit_type, headcounts, types_of
from matchmaking.asking import standing
from matchmaking.breakage import Breaks
from matchmaking.breakage_view import confirm
from matchmaking.conditions import change_conditions, conditions_of, matrix_of
from matchmaking.gathering import gathering_for
from matchmaking.matrix import change_matrix, change_type_conditions, give_type, remove_type
from matchmaking.obstacles import free_words, nothing_free
from matchmaking.refusals import refusal
from matchmaking.round_forms import label_of
from matchmaking.rule_forms import (
    LimitsForm,
    MatrixForm,
    OwnTypeForm,
    TypeForm,
    limits_data,
    mark_of_matrix,
    matrix_data,
    name_of,
)
from matchmaking.rule_models import TypeConditions
from matchmaking.rules import pair_of_types


@dataclass(frozen=True, slots=True)
class Question:
    """Can A ask B? With the labels that were typed, and the sentence; `yes` None: nobody was named."""

    asker: str
    invitee: str
    yes: bool | None = None
    sentence: str = ""
    hints: Sequence[str] = ()


async def rules_page(request: Request, place: Place) -> Response:
    return await _rules(request, place)


async def new_type(request: Request, place: Place) -> Response:
    form = await submitted(request, TypeForm)
    if not form.validate():
        return await _rules(request, place, type_form=form, status=422)
    try:
        added = await add_type(place.event, str(form.name.data), open=bool(form.open.data), by=place.actor)
    except Refused as refused:
        form.form_errors.append(str(refused))
        return await _rules(request, place, type_form=form, status=409)
    await _condition(added, form, place)
    return _back(place, _("The type is there. Give it to participants, or let them choose it when they register."))


async def change_type(request: Request, place: Place) -> Response:
    type = await find(ParticipantType, place, request.path_params["id"])
    form = await submitted(request, TypeForm)
    if not form.validate():
        raise Refused(" ".join(error for errors in form.errors.values() for error in errors))
    await edit_type(type, name=str(form.name.data), open=bool(form.open.data), by=place.actor)
    await _condition(type, form, place)
    return _back(place, _("Saved."))


async def drop_type(request: Request, place: Place) -> Response:
    await remove_type(await find(ParticipantType, place, request.path_params["id"]), by=place.actor)
    return _back(place, _("The type is removed."))


async def matrix(request: Request, place: Place) -> Response:
    types = await types_of(place.event)
    form = await submitted(request, MatrixForm.of(types))
    if not form.validate():
        return await _rules(request, place, matrix_form=form, status=422)
    try:
        was, seen = form.was.data or "", form.seen.data or ""
        await change_matrix(place.event, form.cells(types), was=was, seen=seen, by=place.actor)
    except Breaks as breaks:
        return await confirm(request, place, breaks, title=_("Change the rules?"), back=f"{place.path}/desk/rules")
    except Stale as stale:
        form.form_errors.append(" ".join((str(stale), *stale.hints)))
        form.was.data = mark_of_matrix(await matrix_of(place.event.id))  # whoever saves once more has seen it
        return await _rules(request, place, matrix_form=form, status=409)
    return _back(place, _("Saved."))


async def limits(request: Request, place: Place) -> Response:
    form = await submitted(request, LimitsForm)
    if not form.validate():
        return await _rules(request, place, limits_form=form, status=422)
    try:
        await change_conditions(place.event, form.terms(), was=form.was.data or "", by=place.actor)
    except Stale as stale:
        if wants_json(request):
            raise
        form.form_errors.append(" ".join((str(stale), *stale.hints)))
        form.show_now(await conditions_of(place.event.id))
        return await _rules(request, place, limits_form=form, status=409)
    return _back(place, _("Saved. What was agreed before stays."))


async def own_type(request: Request, place: Place) -> Response:
    participant = await find(Participant, place, request.path_params["id"])
    form = await submitted(request, OwnTypeForm)
    form.offer(await types_of(place.event))
    if not form.validate():
        raise Refused(" ".join(error for errors in form.errors.values() for error in errors))
    page = f"{place.path}/desk/participants/{participant.id}"
    try:
        await give_type(participant, form.chosen(), seen=form.seen.data or "", by=place.actor)
    except Breaks as breaks:
        title = _("Change the type of %(name)s?") % {"name": participant.name}
        return await confirm(request, place, breaks, title=title, back=page)
    return see_other(page, flash=_("Saved."))


async def _condition(type: ParticipantType, form: TypeForm, place: Place) -> None:
    await change_type_conditions(
        type,
        most_meetings=form.most_meetings.data,
        accepts_at_once=bool(form.accepts_at_once.data),
        by=place.actor,
    )


async def _rules(
    request: Request,
    place: Place,
    *,
    type_form: TypeForm | None = None,
    matrix_form: MatrixForm | None = None,
    limits_form: LimitsForm | None = None,
    status: int = 200,
) -> Response:
    types = await types_of(place.event)
    named = await named_participants(place)
    cells = matrix_data(await matrix_of(place.event.id), types)
    return desk_page(
        request,
        place,
        "matchmaking/desk_rules.html",
        status=status,
        types=types,
        heads=[(type.id, type.name) for type in types] + [(0, _("without a type"))],
        field_of=lambda one, other: name_of(pair_of_types(one, other)),
        type_form=type_form or TypeForm(),
        type_forms=await _type_forms(types),
        matrix_form=matrix_form or MatrixForm.of(types)(data=cells),
        limits_form=limits_form or LimitsForm(data=limits_data(await conditions_of(place.event.id))),
        question=await _answered(request, place, named),
        known=list(named),
    )


async def _type_forms(types: Sequence[ParticipantType]) -> list[tuple[ParticipantType, int, TypeForm]]:
    """Each type with how many are of it, and its form."""
    ids = [type.id for type in types]
    own = {one.type_id: one for one in await TypeConditions.filter(type_id__in=ids)}
    people = await headcounts(ids)
    return [
        (
            type,
            people.get(type.id, 0),
            TypeForm(
                data={
                    "name": type.name,
                    "open": type.open,
                    "most_meetings": own[type.id].most_meetings if type.id in own else None,
                    "accepts_at_once": type.id in own and own[type.id].accepts_at_once,
                }
            ),
        )
        for type in types
    ]


async def _answered(request: Request, place: Place, named: Mapping[str, Participant]) -> Question:
    """In the words of the function that the verb asks."""
    one, other = (request.query_params.get(name, "").strip()[:400] for name in ("asker", "invitee"))
    asked = Question(one, other)
    if not (one or other):
        return asked
    known = {plain(label): participant for label, participant in named.items()}
    asker, invitee = known.get(plain(one)), known.get(plain(other))
    if asker is None or invitee is None:
        return replace(asked, yes=False, sentence=_("Choose both from the list."))
    found = await standing(asker, invitee, desk_reads=True)
    if found.against is None:
        words = {"you": asker.name, "name": invitee.name}
        sentence = _("Yes: %(you)s may ask %(name)s, who may accept.") % words
        return replace(asked, yes=True, sentence=sentence, hints=await _times(place, asker, invitee))
    refused = refusal(found, desk_reads=True)
    return replace(asked, yes=False, sentence=str(refused), hints=refused.hints)


async def _times(place: Place, asker: Participant, invitee: Participant) -> Sequence[str]:
    """When they could meet, or why they could not."""
    found = await gathering_for(place.event, asker, invitee, now=datetime.now(UTC), desk_reads=True)
    if free := found.free():
        return [free_words(found, free)]
    nothing = nothing_free(found)
    return [str(nothing), *nothing.hints]


async def named_participants(place: Place) -> dict[str, Participant]:
    """Everybody who takes part, by a name that is theirs alone."""
    people = by_name(await Participant.filter(event=place.event, status=ParticipantStatus.APPROVED))
    found = await Organisation.filter(id__in={one.organisation_id for one in people if one.organisation_id})
    houses = {house.id: house.name for house in found}
    return {label_of(one, houses): one for one in people}


def _back(place: Place, flash: str) -> Response:
    return see_other(f"{place.path}/desk/rules", flash=flash)


HERE = "/e/{slug}/desk/rules"
routes: list[BaseRoute] = [
    route(HERE, rules_page, desk),
    route(f"{HERE}/matrix", matrix, desk, methods=["POST"]),
    route(f"{HERE}/limits", limits, desk, methods=["POST"]),
    route(f"{HERE}/types", new_type, desk, methods=["POST"]),
    route(f"{HERE}/types/{{id}}", change_type, desk, methods=["POST"]),
    route(f"{HERE}/types/{{id}}/removal", drop_type, desk, methods=["POST"]),
    route("/e/{slug}/desk/participants/{id}/own-type", own_type, desk, methods=["POST"]),
]
