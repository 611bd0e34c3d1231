"""Desk pages of drafts: asking for one, watching it being made, and what to do with it."""

from datetime import UTC, datetime

from starlette.requests import Request
from starlette.responses import Response
from starlette.websockets import WebSocket

from app import journal, sockets
from app.auth import sign_in_of
from app.errors import Forbidden, NotFound
from app.i18n import _, ngettext
from app.web import answer, see_other, submitted
from events.pages import desk_page
from events.scope import Place
from matchmaking.admits import AtDraft, at_draft
from matchmaking.away import expected, mark_away
from matchmaking.charts import curve
from matchmaking.draft_forms import AwayForm, DraftForm, WishesForm
from matchmaking.draft_models import Draft, DraftKind, DraftState
from matchmaking.draft_view import view
from matchmaking.drafting import discard_draft, draft_schedule, failure, scope_of
from matchmaking.figures import rounds
from matchmaking.orders import Order
from matchmaking.overview import desk_list
from matchmaking.releasing import can_be_undone, release_draft, undo_release

MENDING_SECONDS = 3
WISHES = "wishes-"  # before the names of that form's fields: two forms stand on the page


async def drafts_page(request: Request, place: Place) -> Response:
    return await _drafts(request, place)


async def ask_draft(request: Request, place: Place) -> Response:
    form = await submitted(request, DraftForm)
    if not form.validate():
        return await _drafts(request, place, form=form, status=422)
    draft = await draft_schedule(
        place.event,
        kind=DraftKind.WAITING if form.keep.data else DraftKind.WHOLE,
        order=form.order(),
        seed=int(form.seed.data or 1),
        seconds=int(form.seconds.data or 1),
        by=place.actor,
    )
    return answer(request, {"draft": draft.id}, url=f"{place.path}/desk/drafts/{draft.id}")


async def wishes(request: Request, place: Place) -> Response:
    form = await submitted(request, WishesForm, prefix=WISHES)
    if not form.validate():
        return await _drafts(request, place, wishes=form, status=422)
    draft = await draft_schedule(
        place.event,
        kind=DraftKind.WISHES,
        order=form.order(),
        seed=int(form.seed.data or 1),
        seconds=int(form.seconds.data or 1),
        by=place.actor,
    )
    return answer(request, {"draft": draft.id}, url=f"{place.path}/desk/drafts/{draft.id}")


async def mending(request: Request, place: Place) -> Response:
    draft = await draft_schedule(place.event, kind=DraftKind.MEND, seconds=MENDING_SECONDS, by=place.actor)
    return answer(request, {"draft": draft.id}, url=f"{place.path}/desk/drafts/{draft.id}")


async def absence(request: Request, place: Place) -> Response:
    form = await submitted(request, AwayForm, zone=place.event.tz)
    form.offer(await expected(place.event, now=datetime.now(UTC)))
    if not form.validate():
        return await _drafts(request, place, away=form, status=422)
    participant = form.participant()
    await mark_away(participant, form.span(), by=place.actor)
    flash = _("Nobody expects %(name)s in that time any more. Mend the schedule to find other times.")
    return see_other(f"{place.path}/desk/drafts", flash=flash % {"name": participant.name})


async def draft_page(request: Request, at: AtDraft) -> Response:
    seen = await journal.revision(scope_of(at.draft))
    draft = await Draft.get(id=at.draft.id).select_related("by")
    return desk_page(
        request,
        at.place,
        "matchmaking/desk_draft.html",
        draft=draft,
        path_of_draft=at.path,
        seen=seen,
        order=Order.from_json(draft.terms),
        view=await view(draft, at.place.event),
        curve=curve(draft.progress.get("points", [])),
        failure=failure(draft) if draft.state == DraftState.FAILED else "",
        undoable=await can_be_undone(draft),
        working=draft.state in (DraftState.QUEUED, DraftState.RUNNING),
    )


async def releasing(request: Request, at: AtDraft) -> Response:
    draft = await release_draft(at.draft, by=at.place.actor)
    found = await view(draft, at.place.event)
    count = found.changes if found else 0
    told = ngettext("Released: %(count)d meeting is changed.", "Released: %(count)d meetings are changed.", count)
    return answer(request, {"ok": True}, url=at.path, flash=told % {"count": count})


async def discarding(request: Request, at: AtDraft) -> Response:
    await discard_draft(at.draft, by=at.place.actor)
    return see_other(f"{at.place.path}/desk/drafts", flash=_("The draft is discarded."))


async def undoing(request: Request, at: AtDraft) -> Response:
    await undo_release(at.draft, by=at.place.actor)
    return see_other(at.path, flash=_("Undone: every meeting is where it was before."))


async def follow(websocket: WebSocket) -> None:
    """The socket of a draft that is being made; its event's own socket tells when it is done."""
    websocket.state.sign_in = await sign_in_of(websocket)
    websocket.state.person = websocket.state.sign_in.person if websocket.state.sign_in else None
    try:
        at = await at_draft(websocket)
    except (NotFound, Forbidden):
        return await websocket.close(1008)
    since = websocket.query_params.get("since", "")
    seen = int(since) if since.isascii() and since.isdigit() and len(since) < 16 else 0
    return await sockets.serve(websocket, scope=scope_of(at.draft), topics=[at.place.event.desk], since=seen)


async def _drafts(
    request: Request,
    place: Place,
    *,
    form: DraftForm | None = None,
    wishes: WishesForm | None = None,
    away: AwayForm | None = None,
    status: int = 200,
) -> Response:
    if away is None:
        away = AwayForm(zone=place.event.tz)
        away.offer(await expected(place.event, now=datetime.now(UTC)))
    return desk_page(
        request,
        place,
        "matchmaking/desk_drafts.html",
        status=status,
        form=form or DraftForm(),
        wishes=wishes or WishesForm(prefix=WISHES),
        away=away,
        drafts=await Draft.filter(event=place.event).order_by("-id").limit(50).select_related("by"),
        rounds=await rounds(place.event),
        counts=(await desk_list(place.event)).counts,
    )
