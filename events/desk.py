"""The organisers' desk: what to do next, the event's own facts, the journal, releases; and where its pages are."""

from collections.abc import Sequence
from datetime import UTC, datetime

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute

from app.errors import Refused
from app.i18n import _
from app.models import Change
from app.navigation import Tab
from app.web import route, see_other, submitted
from events import board, editing, import_page, mailroom, roster, venue
from events.forms import AboutForm, ReleaseForm, VersionForm, about_of
from events.hosting import edit_event
from events.journal import by_day, journal, named
from events.models import Event
from events.networks.event_pages import belonging_of
from events.pages import DeskSection, desk_page
from events.programme import programme
from events.release_models import Release
from events.releasing import changes_since_release, release_programme
from events.scope import Place, desk
from events.tasks import Stage


def navigation(place: Place) -> Sequence[Tab]:
    here = f"{place.path}/desk"
    people = [Tab(DeskSection.PEOPLE, f"{here}/participants", _("Participants"))]
    if place.event.nature.attendance:
        people.append(Tab(DeskSection.PEOPLE, f"{here}/attendance", _("Attendance")))
    return [
        Tab(DeskSection.OVERVIEW, here, _("What to do next")),
        Tab(DeskSection.OVERVIEW, f"{here}/about", _("The event’s facts")),
        Tab(DeskSection.PROGRAMME, f"{here}/sessions", _("Sessions")),
        Tab(DeskSection.PROGRAMME, f"{here}/board", _("Board")),
        Tab(DeskSection.PROGRAMME, f"{here}/rooms", _("Rooms and tracks")),
        Tab(DeskSection.PROGRAMME, f"{here}/import", _("Import")),
        Tab(DeskSection.PROGRAMME, f"{here}/release", _("Release")),
        *people,
        Tab(DeskSection.PEOPLE, f"{here}/waiting", _("Waiting lists")),
        Tab(DeskSection.RECORD, f"{here}/outbox", _("Outbox")),
        Tab(DeskSection.RECORD, f"{here}/journal", _("Journal")),
    ]


async def desk_home(request: Request, place: Place) -> Response:
    now = datetime.now(UTC)
    steps = [step for slice_steps in request.app.state.desk_steps for step in await slice_steps(place.event, now)]
    return desk_page(request, place, "events/desk.html", steps=steps, stages=list(Stage))


async def about_page(request: Request, place: Place) -> Response:
    return await _about(request, place, AboutForm(data=about_of(place.event)))


async def edit_about(request: Request, place: Place) -> Response:
    form, seen = await submitted(request, AboutForm), await submitted(request, VersionForm)
    if not (form.validate() & seen.validate()):
        return await _about(request, place, form, status=422)
    try:
        await edit_event(place.event, form.about(), version=int(seen.version.data or 0), by=place.actor)
    except Refused as refused:
        form.form_errors.append(" ".join((str(refused), *refused.hints)))
        return await _about(request, place, form, status=409)
    return see_other(f"{place.path}/desk", flash=_("Saved."))


async def _about(request: Request, place: Place, form: AboutForm, *, status: int = 200) -> Response:
    belonging = await belonging_of(place.event)
    return desk_page(request, place, "events/desk_about.html", status=status, form=form, belonging=belonging)


async def journal_page(request: Request, place: Place) -> Response:
    """What concerns one person only (topics without the desk) is not for the desk to read."""

    def sentence(fact: Change) -> str:
        return _sentence(request, fact, place.event) if place.event.desk in fact.topics else ""

    facts, before = Change.filter(scope=place.event.scope), request.query_params.get("before", "")
    found = await journal(facts, sentence, zone=place.event.tz, before=before)
    lead = _("Everything that was done at this event, newest first. Nothing is written without a line here.")
    return desk_page(request, place, "events/journal.html", journal=found, lead=lead)


async def release_page(request: Request, place: Place) -> Response:
    count = await Release.filter(event=place.event).count()
    return await _release(request, place, ReleaseForm(data={"version": f"v{count + 1}"}))


async def release(request: Request, place: Place) -> Response:
    form = await submitted(request, ReleaseForm)
    if not form.validate():
        return await _release(request, place, form, status=422)
    try:
        await release_programme(place.event, str(form.version.data), form.note.data or "", by=place.actor)
    except Refused as refused:
        form.form_errors.append(" ".join((str(refused), *refused.hints)))
        return await _release(request, place, form, status=409)
    return see_other(f"{place.path}/desk/release", flash=_("The programme is released. Everybody sees it now."))


async def _release(request: Request, place: Place, form: ReleaseForm, *, status: int = 200) -> Response:
    changes = await changes_since_release(place.event)
    return desk_page(
        request,
        place,
        "events/desk_release.html",
        status=status,
        form=form,
        days=await by_day(changes, lambda fact: _sentence(request, fact, place.event), zone=place.event.tz),
        releases=await Release.filter(event=place.event).order_by("-revision").select_related("by"),
        shown=await programme(place.event),
    )


def _sentence(request: Request, change: Change, event: Event) -> str:
    """In the words of the slice that knows the kind."""
    told = (sentence(change, event) for sentence in request.app.state.sentences)
    return next(filter(None, told), named(change))


routes: list[BaseRoute] = [
    route("/e/{slug}/desk", desk_home, desk),
    route("/e/{slug}/desk/about", about_page, desk),
    route("/e/{slug}/desk/about", edit_about, desk, methods=["POST"]),
    route("/e/{slug}/desk/journal", journal_page, desk),
    route("/e/{slug}/desk/release", release_page, desk),
    route("/e/{slug}/desk/release", release, desk, methods=["POST"]),
    *board.routes,
    *editing.routes,
    *import_page.routes,
    *venue.routes,
    *roster.routes,
    *mailroom.routes,
]
