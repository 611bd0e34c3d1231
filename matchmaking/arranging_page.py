"""The desk's form that brings two people together."""

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute

from app.errors import Refused
from app.forms import Choice, Form, Line, Text
from app.i18n import _, later
from app.text import plain
from app.web import answer, route, submitted, wants_json
from app.wording import when
from events.models import Participant
from events.pages import desk_page
from events.scope import Place, desk
from matchmaking.admits import number_of
from matchmaking.arranging import arrange
from matchmaking.round_models import Slot
from matchmaking.rule_pages import named_participants

FIRST, LATER = "first", "later"


class ArrangeForm(Form):
    """Two people by their labels, and a time: a slot's id, "first" or "later"."""

    asker = Line(later("Who asks"), limit=400)
    invitee = Line(later("Who is asked"), limit=400)
    time = Choice(later("Time"), [], default=FIRST)
    message = Text(later("Message"), limit=600)


async def arranging_page(request: Request, place: Place) -> Response:
    return await _page(request, place, ArrangeForm())


async def arranging(request: Request, place: Place) -> Response:
    form = await submitted(request, ArrangeForm)
    await _offer(form, place)
    if not form.validate():
        return await _page(request, place, form, status=422)
    try:
        asker, invitee = await _both(form, place)
        chosen = str(form.time.data)
        slot = None if chosen in (FIRST, LATER) else await Slot.get(id=number_of(chosen))
        made = await arrange(
            asker, invitee, slot=slot, waiting=chosen == LATER, message=form.message.data or "", by=place.actor
        )
    except Refused as refused:
        if wants_json(request):
            raise
        form.form_errors.append(" ".join((str(refused), *refused.hints)))
        return await _page(request, place, form, status=409)
    flash = _("They meet. Both are told that you arranged it.")
    return answer(request, {"meeting": made.id}, url=f"{place.path}/meetings/{made.id}", flash=flash)


async def _both(form: ArrangeForm, place: Place) -> tuple[Participant, Participant]:
    known = {plain(label): one for label, one in (await named_participants(place)).items()}
    found = [known.get(plain(str(field.data))) for field in (form.asker, form.invitee)]
    if found[0] is None or found[1] is None:
        raise Refused(_("Choose both from the list."))
    return found[0], found[1]


async def _offer(form: ArrangeForm, place: Place) -> None:
    slots = await Slot.filter(round__event=place.event).order_by("start")
    form.time.choices = [
        (FIRST, _("the first that is free for both")),
        (LATER, _("later: the schedule finds one")),
        *((str(slot.id), when(slot.start, place.event.tz)) for slot in slots),
    ]


async def _page(request: Request, place: Place, form: ArrangeForm, *, status: int = 200) -> Response:
    await _offer(form, place)
    known = list(await named_participants(place))
    return desk_page(request, place, "matchmaking/desk_arrange.html", status=status, form=form, known=known)


routes: list[BaseRoute] = [
    route("/e/{slug}/desk/meetings/new", arranging_page, desk),
    route("/e/{slug}/desk/meetings", arranging, desk, methods=["POST"]),
]
