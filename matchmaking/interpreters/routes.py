"""The desk's page of interpreters: who they are, what they speak, when they work and how booked they are."""

from collections.abc import Iterable, Sequence

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute
from wtforms.validators import InputRequired

from app.errors import NotFound, Refused
from app.forms import Choice, Form, Ticks
from app.i18n import _, later
from app.web import route, see_other, submitted
from app.wording import alphabetical, several, tongue
from events.models import Participant, ParticipantStatus
from events.pages import desk_page
from events.scope import Place, desk
from matchmaking.admits import number_of
from matchmaking.interpreters.models import Interpreter
from matchmaking.interpreters.registering import interpreters, register_interpreter, remove_interpreter
from matchmaking.profile_forms import SPOKEN
from matchmaking.round_models import Round


class InterpreterForm(Form):
    who = Choice(later("Who"), [], validators=[InputRequired()])
    languages = Ticks(later("Languages"), [], validators=[InputRequired()])
    rounds = Ticks(later("Works in"), [])

    def offer(self, participants: Iterable[Participant], rounds: Iterable[Round]) -> None:
        self.people = {str(one.id): one for one in participants}
        self.opened = {str(one.id): one for one in rounds}
        self.who.choices = [(key, one.name) for key, one in self.people.items()]
        self.rounds.choices = [(key, one.name) for key, one in self.opened.items()]
        self.languages.choices = sorted(((code, tongue(code)) for code in SPOKEN), key=lambda one: alphabetical(one[1]))


async def interpreters_page(request: Request, place: Place) -> Response:
    rounds = await Round.filter(event=place.event)
    return await _page(request, place, InterpreterForm(data={"rounds": [str(one.id) for one in rounds]}))


async def registration(request: Request, place: Place) -> Response:
    form = await submitted(request, InterpreterForm)
    await _offer(form, place)
    if not form.validate():
        return await _page(request, place, form, status=422)
    chosen = form.people[str(form.who.data)]
    rounds = [form.opened[key] for key in form.rounds.data or ()]
    try:
        await register_interpreter(chosen, languages=form.languages.data or [], rounds=rounds, by=place.actor)
    except Refused as refused:
        form.form_errors.append(" ".join((str(refused), *refused.hints)))
        return await _page(request, place, form, status=409)
    flash = _("%(name)s is booked from now on where people share no language.") % {"name": chosen.name}
    return see_other(f"{place.path}/desk/interpreters", flash=flash)


async def removal(request: Request, place: Place) -> Response:
    number = number_of(request.path_params["id"])
    interpreter = await Interpreter.get_or_none(id=number, participant__event=place.event)
    if interpreter is None:
        raise NotFound
    await remove_interpreter(interpreter, by=place.actor)
    return see_other(f"{place.path}/desk/interpreters", flash=_("They are booked no more."))


async def _page(request: Request, place: Place, form: InterpreterForm, *, status: int = 200) -> Response:
    await _offer(form, place)
    found = await interpreters(place.event)
    return desk_page(
        request,
        place,
        "matchmaking/desk_interpreters.html",
        status=status,
        form=form,
        working=[(one, several(map(tongue, one.interpreter.languages))) for one in found],
    )


async def _offer(form: InterpreterForm, place: Place) -> None:
    able = Participant.filter(event=place.event, status=ParticipantStatus.APPROVED, person_id__isnull=False)
    people = sorted(await able, key=lambda one: alphabetical(one.name))
    form.offer(people, await Round.filter(event=place.event).order_by("start"))


routes: Sequence[BaseRoute] = [
    route("/e/{slug}/desk/interpreters", interpreters_page, desk),
    route("/e/{slug}/desk/interpreters", registration, desk, methods=["POST"]),
    route("/e/{slug}/desk/interpreters/{id}/removal", removal, desk, methods=["POST"]),
]
