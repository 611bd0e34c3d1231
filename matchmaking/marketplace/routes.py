"""Pages of the marketplace: searching it, one's own opportunities, and the desk's own fields."""

from dataclasses import dataclass

from starlette.requests import HTTPConnection, Request
from starlette.responses import Response
from starlette.routing import BaseRoute

from app import web
from app.errors import NotFound, Refused
from app.i18n import _
from app.web import answer, route, see_other, submitted, wants_json
from events.models import OrganisationKind, Participant
from events.pages import desk_page, event_page
from events.scope import Place, desk, find, member, newcomer
from matchmaking.asking import newest_meeting, standing
from matchmaking.directory import Directory, directory, directory_for
from matchmaking.forms import RequestForm
from matchmaking.marketplace.extras import MOST_EXTRAS, Field
from matchmaking.marketplace.fields import add_field, change_field, remove_field
from matchmaking.marketplace.forms import (
    AddFieldForm,
    ChangeFieldForm,
    OpportunityForm,
    change_field_data,
    change_field_form,
    opportunity_data,
    opportunity_form,
)
from matchmaking.marketplace.market import Wanted, field_of, fields_of, market, own_opportunities
from matchmaking.marketplace.models import Extra, ExtraKind, Opportunity, OpportunityKind
from matchmaking.marketplace.posting import close, edit, post, reopen
from matchmaking.profile_models import ChainRole
from matchmaking.reasons import role_name
from matchmaking.refusals import refusal

A_PAGE = 20
SEARCH = 80  # characters


@dataclass(frozen=True, slots=True)
class AtOpportunity:
    """An opportunity, and whoever may see it: its author, participants who see the author, the desk."""

    place: Place
    opportunity: Opportunity
    everybody: Directory

    @property
    def mine(self) -> bool:
        return self.place.participant is not None and self.place.participant.id == self.opportunity.participant_id

    @property
    def path(self) -> str:
        return f"{self.place.path}/opportunities/{self.opportunity.id}"


async def at_opportunity(request: HTTPConnection) -> AtOpportunity:
    place = await newcomer(request)
    at = AtOpportunity(place, await find(Opportunity, place, request.path_params["id"]), await seen_from(place))
    seen = at.opportunity.open and at.everybody.find(at.opportunity.participant_id) is not None
    if not (place.desk or (place.approved and (at.mine or seen))):
        raise NotFound
    return at


async def at_own_opportunity(request: HTTPConnection) -> AtOpportunity:
    """Its author, or the desk."""
    at = await at_opportunity(request)
    if not (at.place.desk or at.mine):
        raise NotFound
    return at


async def seen_from(place: Place) -> Directory:
    """Whose opportunities the reader may see: the desk everybody's."""
    if place.desk or not place.approved:
        return await directory(place.event)
    return await directory_for(place.event, place.me)


async def opportunities_page(request: Request, place: Place) -> Response:
    everybody = await seen_from(place)
    found = await market(place.event, everybody)
    wanted = _wanted(request, found.fields)
    kept = found.only(wanted)
    pages = max(1, -(-len(kept) // A_PAGE))
    number = min(web.number(request.query_params.get("page")) or 1, pages)
    return event_page(
        request,
        place,
        "matchmaking/marketplace/opportunities.html",
        directory=everybody,
        market=found,
        wanted=wanted,
        found=len(kept),
        shown=kept[(number - 1) * A_PAGE : number * A_PAGE],
        number=number,
        pages=pages,
        mine=await own_opportunities(place.me),
        kinds=list(OpportunityKind),
        houses=list(OrganisationKind),
        roles=[(role.value, role_name(role.value)) for role in ChainRole],
    )


async def opportunity_page(request: Request, at: AtOpportunity) -> Response:
    one, place = at.opportunity, at.place
    author = await Participant.get(id=one.participant_id).select_related("organisation")
    me = place.participant if place.approved and not at.mine else None
    against = await standing(me, author) if me else None
    newest = await newest_meeting(me, author) if me else None
    live = newest and newest.live
    return event_page(
        request,
        place,
        "matchmaking/marketplace/opportunity.html",
        at=at,
        one=one,
        card=at.everybody.find(author.id),
        author=author,
        directory=at.everybody,
        fields=[(field.label, words) for field, words in await _answers(at)],
        asks=me is not None,
        refused=refusal(against) if against and against.against else None,
        meeting=newest if live else None,
        form=RequestForm(data={"invitee": author.id}),
        role_name=role_name,
    )


async def new_opportunity(request: Request, place: Place) -> Response:
    query = request.query_params
    wished = {"kind": _known(query.get("kind"), OpportunityKind), "call_topic": query.get("topic", "")[:SEARCH]}
    return await _form(request, place, opportunity_form(await fields_of(place.event))(data=wished))


async def create_opportunity(request: Request, place: Place) -> Response:
    form = await submitted(request, opportunity_form(await fields_of(place.event)))
    _offer(form, await directory(place.event))
    if not form.validate():
        return await _form(request, place, form, status=422)
    try:
        made = await post(place.me, form.draft(), by=place.actor)
    except Refused as refused:
        if wants_json(request):
            raise
        form.form_errors.append(" ".join((str(refused), *refused.hints)))
        return await _form(request, place, form, status=409)
    url = f"{place.path}/opportunities/{made.id}"
    return answer(request, {"opportunity": made.id}, url=url, flash=_("It stands in the marketplace."))


async def edit_page(request: Request, at: AtOpportunity) -> Response:
    form = opportunity_form(await fields_of(at.place.event))(data=opportunity_data(at.opportunity))
    return await _form(request, at.place, form, one=at.opportunity)


async def edit_opportunity(request: Request, at: AtOpportunity) -> Response:
    form = await submitted(request, opportunity_form(await fields_of(at.place.event)))
    _offer(form, at.everybody, at.opportunity)
    if not form.validate():
        return await _form(request, at.place, form, one=at.opportunity, status=422)
    try:
        await edit(at.opportunity, form.draft(), version=form.version.data or 0, by=at.place.actor)
    except Refused as refused:
        form.form_errors.append(" ".join((str(refused), *refused.hints)))
        return await _form(request, at.place, form, one=at.opportunity, status=409)
    return see_other(at.path, flash=_("Saved."))


async def closing(request: Request, at: AtOpportunity) -> Response:
    await close(at.opportunity, by=at.place.actor)
    return see_other(at.path, flash=_("It is closed: others find it no more."))


async def reopening(request: Request, at: AtOpportunity) -> Response:
    await reopen(at.opportunity, by=at.place.actor)
    return see_other(at.path, flash=_("It stands in the marketplace again."))


async def fields_page(request: Request, place: Place) -> Response:
    return await _fields(request, place, AddFieldForm())


async def new_field(request: Request, place: Place) -> Response:
    form = await submitted(request, AddFieldForm)
    if not form.validate():
        return await _fields(request, place, form, status=422)
    try:
        await add_field(
            place.event,
            str(form.label.data),
            ExtraKind(form.kind.data),
            options=form.options.data or [],
            required=bool(form.required.data),
            by=place.actor,
        )
    except Refused as refused:
        form.form_errors.append(str(refused))
        return await _fields(request, place, form, status=409)
    return see_other(f"{place.path}/desk/fields", flash=_("Saved."))


async def edit_field(request: Request, place: Place) -> Response:
    extra = await find(Extra, place, request.path_params["id"])
    form = await submitted(request, change_field_form(field_of(extra)))
    if not form.validate():
        return await _fields(request, place, AddFieldForm(), changed=(extra.id, form), status=422)
    await change_field(
        extra,
        str(form.label.data),
        labels=form.labels(),
        more=form.more.data or [],
        required=bool(form.required.data),
        by=place.actor,
    )
    return see_other(f"{place.path}/desk/fields", flash=_("Saved."))


async def field_removal(request: Request, place: Place) -> Response:
    await remove_field(await find(Extra, place, request.path_params["id"]), by=place.actor)
    return see_other(f"{place.path}/desk/fields", flash=_("The field is gone."))


async def _answers(at: AtOpportunity) -> list[tuple[Field, str]]:
    """The answers there are to the event's own fields, in words."""
    fields = await fields_of(at.place.event)
    said = [(field, field.words(at.opportunity.answers.get(str(field.id)))) for field in fields]
    return [(field, words) for field, words in said if words]


async def _form(
    request: Request, place: Place, form: OpportunityForm, *, one: Opportunity | None = None, status: int = 200
) -> Response:
    _offer(form, await directory(place.event), one)
    return event_page(
        request, place, "matchmaking/marketplace/opportunity_form.html", status=status, form=form, one=one
    )


def _offer(form: OpportunityForm, everybody: Directory, one: Opportunity | None = None) -> None:
    """What is closed only where the entry is about it already."""
    pilot, case = (one.pilot_id, one.demo_case_id) if one else (None, None)
    pilots = [each for each in everybody.pilots if not each.closed or each.id == pilot]
    offered = {each.id for each in pilots}
    cases = [each for each in everybody.demo_cases if each.id == case or (not each.closed and each.pilot_id in offered)]
    form.offer(pilots, cases)


async def _fields(
    request: Request,
    place: Place,
    form: AddFieldForm,
    *,
    changed: tuple[int, ChangeFieldForm] | None = None,
    status: int = 200,
) -> Response:
    """`changed`: the field whose form was not right, and that form."""
    own = await fields_of(place.event)
    forms = {field.id: change_field_form(field)(data=change_field_data(field), prefix="") for field in own}
    if changed:
        forms[changed[0]] = changed[1]
    return desk_page(
        request,
        place,
        "matchmaking/marketplace/desk_fields.html",
        status=status,
        form=form,
        fields=[(field, forms[field.id]) for field in own],
        room=MOST_EXTRAS - len(own),
    )


def _wanted(request: Request, fields: tuple[Field, ...]) -> Wanted:
    """What of the address makes sense; the rest is no filter."""
    query = request.query_params
    options = {field.id: web.number(query.get(f"field-{field.id}")) for field in fields if field.listed}
    return Wanted(
        kind=_known(query.get("kind"), OpportunityKind),
        pilot=web.number(query.get("pilot")),
        demo_case=web.number(query.get("case")),
        region=web.number(query.get("region")),
        house=_known(query.get("house"), OrganisationKind),
        role=_known(query.get("role"), ChainRole),
        trl=web.number(query.get("trl")),
        language=query.get("language", "")[:8] or None,
        call_topic=query.get("topic", "")[:SEARCH],
        words=query.get("q", "")[:SEARCH],
        options={id: option for id, option in options.items() if option is not None},
    )


def _known(value: str | None, kinds: type[OpportunityKind] | type[OrganisationKind] | type[ChainRole]) -> str | None:
    return value if value in {one.value for one in kinds} else None


routes: list[BaseRoute] = [
    route("/e/{slug}/opportunities", opportunities_page, member),
    route("/e/{slug}/opportunities", create_opportunity, member, methods=["POST"]),
    route("/e/{slug}/opportunities/new", new_opportunity, member),
    route("/e/{slug}/opportunities/{id}", opportunity_page, at_opportunity),
    route("/e/{slug}/opportunities/{id}/edit", edit_page, at_own_opportunity),
    route("/e/{slug}/opportunities/{id}/edit", edit_opportunity, at_own_opportunity, methods=["POST"]),
    route("/e/{slug}/opportunities/{id}/closing", closing, at_own_opportunity, methods=["POST"]),
    route("/e/{slug}/opportunities/{id}/reopening", reopening, at_own_opportunity, methods=["POST"]),
    route("/e/{slug}/desk/fields", fields_page, desk),
    route("/e/{slug}/desk/fields", new_field, desk, methods=["POST"]),
    route("/e/{slug}/desk/fields/{id}", edit_field, desk, methods=["POST"]),
    route("/e/{slug}/desk/fields/{id}/removal", field_removal, desk, methods=["POST"]),
]
