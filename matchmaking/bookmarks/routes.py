"""The buttons that mark somebody, wherever a page shows them."""

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute

from app.errors import Refused
from app.forms import Choice, Form, Line
from app.i18n import _
from app.web import answer, route, submitted
from events.models import Participant
from events.scope import Place, find, member
from matchmaking.bookmarks.marking import mark
from matchmaking.bookmarks.models import Mark


class MarkForm(Form):
    """`mark` is a value of models.Mark, or "none" to take it off; `back` the page with the button."""

    mark = Choice("", [("none", "–"), *((one.value, one.value) for one in Mark)])
    back = Line("", limit=500, required=False)


async def marking(request: Request, place: Place) -> Response:
    other = await find(Participant, place, request.path_params["id"])
    form = await submitted(request, MarkForm)
    if not form.validate():
        raise Refused(_("Choose one of the marks."))
    wanted = None if form.mark.data == "none" else Mark(form.mark.data)
    await mark(place.me, other, wanted, by=place.actor)
    return answer(request, {"mark": form.mark.data}, url=_back(place, form.back.data or "", other))


def _back(place: Place, url: str, other: Participant) -> str:
    """A list of this event where the button was pressed, or the person's page."""
    lists = (f"{place.path}/people?", f"{place.path}/matches")
    return (
        f"{url}#person-{other.id}" if url.startswith(lists) and url.isprintable() else f"{place.path}/people/{other.id}"
    )


routes: list[BaseRoute] = [route("/e/{slug}/people/{id}/mark", marking, member, methods=["POST"])]
