"""The desk's pages of the brokerage event: profiles to approve, rounds, meetings; and where all its pages are."""

from collections.abc import Sequence
from datetime import UTC, datetime, time, timedelta

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, WebSocketRoute

from app.errors import NotFound, Refused
from app.i18n import _, ngettext
from app.web import route, see_other, submitted
from events.models import Participant
from events.pages import Link, desk_page
from events.scope import Place, desk, find
from matchmaking.admits import at_draft, number_of
from matchmaking.away import find_table, lose_table
from matchmaking.directory import queue
from matchmaking.draft_pages import (
    absence,
    ask_draft,
    discarding,
    draft_page,
    drafts_page,
    follow,
    mending,
    releasing,
    undoing,
)
from matchmaking.figures import profile_counts, rounds
from matchmaking.fit_view import fit_view
from matchmaking.forms import LossForm, ReturnForm, RoundForm, TableForm, TablesForm
from matchmaking.leaving import withdraw
from matchmaking.models import Profile, ProfileStatus, Round
from matchmaking.overview import desk_list
from matchmaking.profile_pages import leaving_reason
from matchmaking.profiles import approve_profile, return_profile
from matchmaking.reasons import role_name
from matchmaking.reshaping import change_tables, close_round
from matchmaking.rounds import cut, open_round

A_PAGE = 20


def navigation(place: Place) -> Sequence[Link]:
    here = f"{place.path}/desk"
    return [
        (f"{here}/profiles", _("Profiles")),
        (f"{here}/rounds", _("Meeting rounds")),
        (f"{here}/meetings", _("Meetings")),
        (f"{here}/outcomes", _("Outcomes")),
        (f"{here}/reports", _("Reports")),
        (f"{here}/fields", _("Fields of opportunities")),
        (f"{here}/drafts", _("Schedule")),
    ]


async def profiles_page(request: Request, place: Place) -> Response:
    return await _profiles(request, place)


async def approval(request: Request, place: Place) -> Response:
    profile, author = await _profile(request, place)
    await approve_profile(profile, by=place.actor)
    return _next_profile(place, _("The profile of %(name)s is approved.") % {"name": author.name})


async def return_(request: Request, place: Place) -> Response:
    profile, author = await _profile(request, place)
    form = await submitted(request, ReturnForm)
    if not form.validate():
        raise Refused(_("Say what is missing: the author reads it."))
    await return_profile(profile, reason=str(form.reason.data), by=place.actor)
    return _next_profile(place, _("%(name)s is asked to complete the profile.") % {"name": author.name})


async def withdrawal(request: Request, place: Place) -> Response:
    participant = await find(Participant, place, request.path_params["id"])
    await withdraw(participant, reason=await leaving_reason(request), by=place.actor)
    flash = _("%(name)s does not come. Those concerned are told.") % {"name": participant.name}
    return see_other(f"{place.path}/desk/participants/{participant.id}", flash=flash)


async def rounds_page(request: Request, place: Place) -> Response:
    morning = datetime.combine(place.event.first_day, time(10), place.event.tz)
    form = RoundForm(data={"start": morning, "end": morning + timedelta(hours=2)}, zone=place.event.tz)
    return await _rounds(request, place, form)


async def new_round(request: Request, place: Place) -> Response:
    form = await submitted(request, RoundForm, zone=place.event.tz)
    if not form.validate():
        return await _rounds(request, place, form, status=422)
    try:
        opened = await open_round(place.event, form.shape(), by=place.actor)
    except Refused as refused:
        form.form_errors.append(" ".join((str(refused), *refused.hints)))
        return await _rounds(request, place, form, status=409)
    slots = len(cut(form.shape()))
    flash = ngettext("“%(name)s” is open: %(slots)d slot.", "“%(name)s” is open: %(slots)d slots.", slots)
    return see_other(f"{place.path}/desk/rounds", flash=flash % {"name": opened.name, "slots": slots})


async def tables(request: Request, place: Place) -> Response:
    opened = await find(Round, place, request.path_params["id"])
    form = await submitted(request, TablesForm)
    if not form.validate():
        raise Refused(" ".join(str(error) for error in form.tables.errors))
    await change_tables(opened, tables=int(form.tables.data or 0), by=place.actor)
    return see_other(f"{place.path}/desk/rounds", flash=_("Saved."))


async def loss(request: Request, place: Place) -> Response:
    opened = await find(Round, place, request.path_params["id"])
    form = await submitted(request, LossForm, zone=place.event.tz)
    if not form.validate():
        raise Refused(_("Say which table is lost, and from when."))
    assert form.start.data
    table = await lose_table(opened, int(form.number.data or 0), form.start.data, by=place.actor)
    flash = _("Table %(number)d is lost. Mend the schedule for those who meet there.") % {"number": table.number}
    return see_other(f"{place.path}/desk/rounds", flash=flash)


async def finding(request: Request, place: Place) -> Response:
    opened = await find(Round, place, request.path_params["id"])
    form = await submitted(request, TableForm)
    await find_table(opened, int(form.number.data or 0), by=place.actor)
    return see_other(f"{place.path}/desk/rounds", flash=_("Saved."))


async def closing(request: Request, place: Place) -> Response:
    opened = await find(Round, place, request.path_params["id"])
    await close_round(opened, by=place.actor)
    return see_other(f"{place.path}/desk/rounds", flash=_("“%(name)s” is closed.") % {"name": opened.name})


async def meetings_page(request: Request, place: Place) -> Response:
    query = request.query_params
    state, words, number = query.get("state", ""), query.get("q", "")[:80], query.get("page", "1")
    page = int(number) if number.isascii() and number.isdigit() and len(number) < 6 else 1
    found = await desk_list(place.event, state=state, words=words, page=page)
    return desk_page(request, place, "matchmaking/desk_meetings.html", list=found, state=state, words=words)


async def _profiles(request: Request, place: Place) -> Response:
    wanted = request.query_params.get("status", "")
    status = ProfileStatus(wanted) if wanted in {one.value for one in ProfileStatus} else ProfileStatus.PENDING
    found = await queue(place.event, status)
    return desk_page(
        request,
        place,
        "matchmaking/desk_profiles.html",
        directory=found,
        shown=found.cards[:A_PAGE],
        status_shown=status.value,
        counts=await profile_counts(place.event),
        form=ReturnForm(),
        role_name=role_name,
    )


async def _profile(request: Request, place: Place) -> tuple[Profile, Participant]:
    number = number_of(request.path_params["id"])
    profile = await Profile.get_or_none(id=number, participant__event_id=place.event.id)
    if profile is None:
        raise NotFound
    return profile, await Participant.get(id=profile.participant_id)


def _next_profile(place: Place, flash: str) -> Response:
    return see_other(f"{place.path}/desk/profiles", flash=flash)


async def _rounds(request: Request, place: Place, form: RoundForm, *, status: int = 200) -> Response:
    return desk_page(
        request,
        place,
        "matchmaking/desk_rounds.html",
        status=status,
        form=form,
        rounds=await rounds(place.event),
        loss=LossForm(zone=place.event.tz),
        fit=await fit_view(place.event, now=datetime.now(UTC)),
    )


routes: list[BaseRoute] = [
    route("/e/{slug}/desk/profiles", profiles_page, desk),
    route("/e/{slug}/desk/profiles/{id}/approval", approval, desk, methods=["POST"]),
    route("/e/{slug}/desk/profiles/{id}/return", return_, desk, methods=["POST"]),
    route("/e/{slug}/desk/participants/{id}/withdrawal", withdrawal, desk, methods=["POST"]),
    route("/e/{slug}/desk/rounds", rounds_page, desk),
    route("/e/{slug}/desk/rounds", new_round, desk, methods=["POST"]),
    route("/e/{slug}/desk/rounds/{id}/tables", tables, desk, methods=["POST"]),
    route("/e/{slug}/desk/rounds/{id}/losses", loss, desk, methods=["POST"]),
    route("/e/{slug}/desk/rounds/{id}/recovery", finding, desk, methods=["POST"]),
    route("/e/{slug}/desk/rounds/{id}/closing", closing, desk, methods=["POST"]),
    route("/e/{slug}/desk/meetings", meetings_page, desk),
    route("/e/{slug}/desk/drafts", drafts_page, desk),
    route("/e/{slug}/desk/drafts", ask_draft, desk, methods=["POST"]),
    route("/e/{slug}/desk/absences", absence, desk, methods=["POST"]),
    route("/e/{slug}/desk/drafts/mending", mending, desk, methods=["POST"]),
    route("/e/{slug}/desk/drafts/{id}", draft_page, at_draft),
    route("/e/{slug}/desk/drafts/{id}/release", releasing, at_draft, methods=["POST"]),
    route("/e/{slug}/desk/drafts/{id}/discarding", discarding, at_draft, methods=["POST"]),
    route("/e/{slug}/desk/drafts/{id}/undoing", undoing, at_draft, methods=["POST"]),
    WebSocketRoute("/e/{slug}/desk/drafts/{id}/live", follow),
]
