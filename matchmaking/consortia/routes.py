"""Pages of the partner search: a call's boards and searches, one board, and what can be done on it."""

from collections.abc import Sequence

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute

from app import web
from app.errors import NotFound, Refused
from app.i18n import _, language
from app.models import Person
from app.web import route, see_other, submitted
from events.choosing import house_data
from events.networks.calls.models import Call, CallTopic
from events.networks.calls.pages import call_page, with_refusal
from events.networks.calls.scope import Place, applicant
from events.networks.following import houses
from events.networks.models import Region
from matchmaking.consortia import forming
from matchmaking.consortia.forms import (
    AskForm,
    BoardForm,
    GatherForm,
    InviteForm,
    MemberPartForm,
    PartForm,
    SearchForm,
    TextForm,
)
from matchmaking.consortia.models import Consortium, ConsortiumMember, ConsortiumPart
from matchmaking.consortia.reading import board, boards, meetings_of, places_to_meet, searches
from matchmaking.consortia.scope import AtBoard, at_board, decided_member, decided_part, decider, insider
from matchmaking.consortia.scope import own_or_decided_member as own_or_decided
from matchmaking.groups.membership import propose_group
from matchmaking.groups.models import FEWEST, MOST
from matchmaking.profile_models import ChainRole
from matchmaking.reasons import role_name


def navigation(call: Call) -> Sequence[tuple[str, str]]:
    """Of a call's page."""
    return [(f"{call.path}/partners", _("Find partners"))]


async def partners_page(request: Request, place: Place) -> Response:
    return await _partners(request, place, BoardForm(data=await _wished(place)))


async def open_board(request: Request, place: Place) -> Response:
    form = await submitted(request, BoardForm)
    await _offer(form, place)
    if not form.validate():
        return await _partners(request, place, form, status=422)
    try:
        made = await forming.open_board(
            form.topics[str(form.topic.data)],
            title=str(form.title.data),
            about=form.about.data or "",
            language=str(form.language.data),
            affiliation=form.affiliation(),
            coordinates=bool(form.coordinates.data),
            parts=form.named_parts(),
            by=place.actor,
        )
    except Refused as refused:
        return await _partners(request, place, with_refusal(form, refused), status=409)
    return see_other(made.path, flash=_("The board is open: others find it on the page of the call."))


async def board_page(request: Request, at: AtBoard) -> Response:
    return await _board(request, at)


async def asking(request: Request, at: AtBoard) -> Response:
    form = await submitted(request, AskForm)
    form.offer([part for part, _members in at.board.parts])
    form.offer_regions(await Region.all())
    if not form.validate():
        return await _board(request, at, ask=form, status=422)
    try:
        made = await forming.ask(
            at.consortium, form.affiliation(), part=form.chosen(), note=form.note.data or "", by=at.actor
        )
    except Refused as refused:
        return await _board(request, at, ask=with_refusal(form, refused), status=409)
    inside = made.state == "in"
    return see_other(at.consortium.path, flash=_("You are in.") if inside else _("Asked. You get a mail."))


async def invitation(request: Request, at: AtBoard) -> Response:
    form = await submitted(request, InviteForm)
    form.offer([part for part, _members in at.board.parts])
    if not form.validate():
        return await _board(request, at, invite=form, status=422)
    name = str(form.name.data)
    try:
        await forming.invite(at.consortium, email=str(form.email.data), name=name, part=form.chosen(), by=at.actor)
    except Refused as refused:
        return await _board(request, at, invite=with_refusal(form, refused), status=409)
    return see_other(at.consortium.path, flash=_("%(name)s gets a mail.") % {"name": name})


async def invitation_of_author(request: Request, place: Place) -> Response:
    """Of a partner search that the reader sees, to a board of theirs; nobody is shown the address."""
    form = await submitted(request, SearchForm)
    if not form.validate():
        raise Refused(_("Say whom you invite to which board."))
    found = await searches(await _topics(place.call), place.actor)
    one = next((search for search in found if search.opportunity.id == form.opportunity.data), None)
    consortium = await Consortium.get_or_none(id=form.board.data, call=place.call, closed_at__isnull=True)
    if one is None or consortium is None or not (await board(consortium, place.actor)).decides:
        raise NotFound
    person = await Person.get(id=one.author.person_id)
    await forming.invite(consortium, email=person.email, name=person.name, by=place.actor)
    return see_other(consortium.path, flash=_("%(name)s gets a mail.") % {"name": person.name})


async def text_page(request: Request, at: AtBoard) -> Response:
    one = at.consortium
    return _text(request, at, TextForm(data={name: getattr(one, name) for name in ("title", "about", "language")}))


async def rewriting(request: Request, at: AtBoard) -> Response:
    form = await submitted(request, TextForm)
    if not form.validate():
        return _text(request, at, form, status=422)
    told = {"title": str(form.title.data), "about": form.about.data or "", "language": str(form.language.data)}
    try:
        await forming.rewrite(at.consortium, **told, version=int(form.version.data or 0), by=at.actor)
    except Refused as refused:
        return _text(request, at, with_refusal(form, refused), status=409)
    return see_other(at.consortium.path, flash=_("Saved."))


async def new_part(request: Request, at: AtBoard) -> Response:
    form = await submitted(request, PartForm)
    if not form.validate():
        return await _board(request, at, part=form, status=422)
    await forming.name_part(at.consortium, ChainRole(form.role.data), str(form.task.data), by=at.actor)
    return see_other(f"{at.consortium.path}#parts", flash=_("Saved."))


async def part_removal(request: Request, found: tuple[AtBoard, ConsortiumPart]) -> Response:
    at, part = found
    await forming.drop_part(part, by=at.actor)
    return see_other(f"{at.consortium.path}#parts", flash=_("Saved."))


async def part_giving(request: Request, found: tuple[AtBoard, ConsortiumMember]) -> Response:
    at, member = found
    form = await submitted(request, MemberPartForm)
    form.offer([part for part, _members in at.board.parts])
    if not form.validate():
        raise Refused(_("This part is not on the board any more."))
    await forming.give_part(member, form.chosen(), by=at.actor)
    return see_other(f"{at.consortium.path}#parts", flash=_("Saved."))


async def acceptance(request: Request, found: tuple[AtBoard, ConsortiumMember]) -> Response:
    at, member = found
    await forming.take_in(member, by=at.actor)
    return see_other(at.consortium.path, flash=_("%(name)s is in.") % {"name": member.name})


async def removal(request: Request, found: tuple[AtBoard, ConsortiumMember]) -> Response:
    at, member = found
    await forming.part_with(member, by=at.actor)
    left = member.email == at.actor.email
    url = f"{at.place.call.path}/partners" if left else at.consortium.path
    return see_other(url, flash=_("You are off the board.") if left else _("Taken off the board."))


async def coordination(request: Request, found: tuple[AtBoard, ConsortiumMember]) -> Response:
    at, member = found
    await forming.coordinate(member, by=at.actor)
    return see_other(at.consortium.path, flash=_("%(name)s coordinates it now.") % {"name": member.name})


async def closing(request: Request, at: AtBoard) -> Response:
    await forming.close(at.consortium, by=at.actor)
    return see_other(at.consortium.path, flash=_("The board is closed: others find it no more."))


async def group_meeting(request: Request, at: AtBoard) -> Response:
    """Gathered at an event where the reader is; the other members join it there."""
    form = await submitted(request, GatherForm)
    form.offer(await places_to_meet(at.actor, web.today()))
    if not form.validate():
        return await _board(request, at, gather=form, status=422)
    me = form.places[str(form.event.data)]
    seats = max(FEWEST, min(MOST, len(at.board.members)))
    title, about = at.consortium.title, form.about.data or ""
    try:
        group = await propose_group(
            me.event, None, title=title, about=about, seats=seats, consortium=at.consortium, proposer=me, by=at.actor
        )
    except Refused as refused:
        return await _board(request, at, gather=with_refusal(form, refused), status=409)
    path = f"/e/{me.event.slug}/groups/{group.id}"
    await forming.tell_of_meeting(at.consortium, path, by=at.actor)
    return see_other(path, flash=_("The members get a mail. With three people it becomes a meeting."))


async def _partners(request: Request, place: Place, form: BoardForm, *, status: int = 200) -> Response:
    await _offer(form, place)
    topics = await _topics(place.call)
    shown = await boards(place.call, place.actor)
    return call_page(
        request,
        place,
        "matchmaking/consortia/partners.html",
        status=status,
        form=form,
        topics=topics,
        boards=shown,
        own=[one for one in shown if one.decides],
        searches=await searches(topics, place.actor),
        markets=await places_to_meet(place.actor, web.today()),
        role_name=role_name,
    )


async def _board(
    request: Request,
    at: AtBoard,
    *,
    ask: AskForm | None = None,
    invite: InviteForm | None = None,
    part: PartForm | None = None,
    gather: GatherForm | None = None,
    status: int = 200,
) -> Response:
    """The one page of a board; one of its forms may come back with errors."""
    parts = [each for each, _members in at.board.parts]
    ask, invite, gather = ask or AskForm(data=await _house(at)), invite or InviteForm(), gather or GatherForm()
    ask.offer(parts)
    ask.offer_regions(await Region.all())
    invite.offer(parts)
    gather.offer(await places_to_meet(at.actor, web.today()) if at.board.inside else [])
    return call_page(
        request,
        at.place,
        "matchmaking/consortia/board.html",
        status=status,
        board=at.board,
        consortium=at.consortium,
        ask=ask,
        invite=invite,
        part_form=part or PartForm(),
        gather=gather,
        meetings=await meetings_of(at.consortium) if at.board.inside else [],
        role_name=role_name,
    )


def _text(request: Request, at: AtBoard, form: TextForm, *, status: int = 200) -> Response:
    return call_page(
        request, at.place, "matchmaking/consortia/text.html", status=status, consortium=at.consortium, form=form
    )


async def _wished(place: Place) -> dict[str, object]:
    known = await houses(place.actor)
    wished: dict[str, object] = {"language": language()}
    return wished | house_data(known[-1].organisation) if known else wished


async def _house(at: AtBoard) -> dict[str, str]:
    known = await houses(at.actor)
    return house_data(known[-1].organisation) if known else {}


async def _offer(form: BoardForm, place: Place) -> None:
    form.offer(await _topics(place.call), await Region.all(), place.call.language)


async def _topics(call: Call) -> Sequence[CallTopic]:
    return await CallTopic.filter(call=call)


routes: list[BaseRoute] = [
    route("/calls/{id:int}/partners", partners_page, applicant),
    route("/calls/{id:int}/consortia", open_board, applicant, methods=["POST"]),
    route("/calls/{id:int}/partners/invitation", invitation_of_author, applicant, methods=["POST"]),
    route("/consortia/{id:int}", board_page, at_board),
    route("/consortia/{id:int}/text", text_page, decider),
    route("/consortia/{id:int}/text", rewriting, decider, methods=["POST"]),
    route("/consortia/{id:int}/asking", asking, at_board, methods=["POST"]),
    route("/consortia/{id:int}/invitations", invitation, decider, methods=["POST"]),
    route("/consortia/{id:int}/parts", new_part, decider, methods=["POST"]),
    route("/consortia/{id:int}/groups", group_meeting, insider, methods=["POST"]),
    route("/consortia/{id:int}/closing", closing, decider, methods=["POST"]),
    route("/consortia/parts/{id:int}/removal", part_removal, decided_part, methods=["POST"]),
    route("/consortia/members/{id:int}/part", part_giving, own_or_decided, methods=["POST"]),
    route("/consortia/members/{id:int}/acceptance", acceptance, decided_member, methods=["POST"]),
    route("/consortia/members/{id:int}/removal", removal, own_or_decided, methods=["POST"]),
    route("/consortia/members/{id:int}/coordination", coordination, decided_member, methods=["POST"]),
]
