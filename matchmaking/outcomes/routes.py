"""Pages of outcomes: one tap after a meeting, notes of one's own, one's data to keep, and the desk's report."""

from datetime import UTC, datetime

import orjson
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute

from app.errors import NotFound, Refused
from app.forms import Choice, Form, Line, Text
from app.i18n import _, later
from app.web import answer, route, saved, see_other, submitted
from events.models import Participant
from events.pages import desk_page, event_page
from events.scope import Place, desk, find, member
from matchmaking.admits import AtMeeting, at_meeting
from matchmaking.charts import MOST_CELLS, grid
from matchmaking.outcomes.exports import (
    all_meetings,
    all_outcomes,
    all_participants,
    own_contacts,
    own_data,
    own_meetings,
)
from matchmaking.outcomes.report import report
from matchmaking.outcomes.saying import say, write_note
from matchmaking.outcomes.verdict import Said
from matchmaking.regions_met import of_event


class OutcomeForm(Form):
    """`to` is "list" where the button was in the list of meetings."""

    said = Choice("", [(one.value, one.value) for one in Said])
    note = Text(
        later("Anything to add?"), limit=500, description=later("The organisers read it, your partner does not.")
    )
    to = Line("", limit=10, required=False)


class NoteForm(Form):
    text = Text(later("My note"), limit=2000, description=later("Only you read it."))


async def outcome(request: Request, at: AtMeeting) -> Response:
    if not at.mine or at.place.participant is None:
        raise NotFound
    form = await submitted(request, OutcomeForm)
    if not form.validate():
        raise Refused(" ".join(str(error) for error in form.note.errors) or _("Choose one of the four answers."))
    said = Said(form.said.data)
    await say(at.meeting, at.place.participant, said, note=form.note.data or "", by=at.place.actor)
    url = f"{at.place.path}/meetings#meeting-{at.meeting.id}" if form.to.data == "list" else f"{at.path}#outcome"
    return answer(request, {"said": said.value}, url=url, flash=_("Thank you. Noted."))


async def note(request: Request, place: Place) -> Response:
    about = await find(Participant, place, request.path_params["id"])
    form = await submitted(request, NoteForm)
    if not form.validate():
        raise Refused(" ".join(str(error) for error in form.text.errors))
    await write_note(place.me, about, form.text.data or "", by=place.actor)
    return see_other(f"{place.path}/people/{about.id}#note", flash=_("Saved for you alone."))


async def data_page(request: Request, place: Place) -> Response:
    return event_page(request, place, "matchmaking/outcomes/data.html")


async def data_file(request: Request, place: Place) -> Response:
    body = orjson.dumps(await own_data(place.me), option=orjson.OPT_INDENT_2)
    return saved(body, f"{place.event.slug}-my-data.json", kind="application/json")


async def meetings_file(request: Request, place: Place) -> Response:
    return _file(place, await own_meetings(place.me), "my-meetings")


async def contacts_file(request: Request, place: Place) -> Response:
    return _file(place, await own_contacts(place.me, now=datetime.now(UTC)), "my-contacts")


async def outcomes_page(request: Request, place: Place) -> Response:
    found = await report(place.event, now=datetime.now(UTC), no_pilot=_("no pilot in common"), total=_("all meetings"))
    met = await of_event(place.event)
    drawn = grid(met.counts, met.regions, met.regions[:MOST_CELLS])
    return desk_page(request, place, "matchmaking/outcomes/desk_outcomes.html", report=found, met=met, regions=drawn)


async def all_outcomes_file(request: Request, place: Place) -> Response:
    return _file(place, await all_outcomes(place.event, now=datetime.now(UTC)), "outcomes")


async def all_meetings_file(request: Request, place: Place) -> Response:
    return _file(place, await all_meetings(place.event), "meetings")


async def all_participants_file(request: Request, place: Place) -> Response:
    return _file(place, await all_participants(place.event), "participants")


def _file(place: Place, body: bytes, name: str) -> Response:
    return saved(body, f"{place.event.slug}-{name}.csv")


routes: list[BaseRoute] = [
    route("/e/{slug}/meetings/{id}/outcome", outcome, at_meeting, methods=["POST"]),
    route("/e/{slug}/people/{id}/note", note, member, methods=["POST"]),
    route("/e/{slug}/data", data_page, member),
    route("/e/{slug}/data/all.json", data_file, member),
    route("/e/{slug}/data/meetings.csv", meetings_file, member),
    route("/e/{slug}/data/contacts.csv", contacts_file, member),
    route("/e/{slug}/desk/outcomes", outcomes_page, desk),
    route("/e/{slug}/desk/outcomes.csv", all_outcomes_file, desk),
    route("/e/{slug}/desk/meetings.csv", all_meetings_file, desk),
    route("/e/{slug}/desk/participants.csv", all_participants_file, desk),
]
