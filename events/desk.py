"""The organisers' desk: what to do next, the event's own facts, the journal, releases; and where its pages are."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from itertools import groupby

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute

from app.errors import NotFound, Refused
from app.i18n import _, later
from app.models import Change, Person
from app.navigation import Tab
from app.web import route, see_other, submitted
from events import board, editing, import_page, mailroom, roster, venue
from events.forms import AboutForm, ReleaseForm, VersionForm, about_of
from events.hosting import edit_event
from events.models import Event
from events.networks.event_pages import belonging_of
from events.pages import DeskSection, desk_page
from events.programme import programme
from events.release_models import Release
from events.releasing import changes_since_release, release_programme
from events.scope import Place, desk
from events.tasks import Stage

A_PAGE = 100
# Who did it, where it was none of the people.
PROGRAMS = {
    "worker": later("by itself"),
    "system": later("by itself"),
    "import": later("from a schedule file"),
    "console": later("on the command line"),
}


@dataclass(frozen=True, slots=True)
class Line:
    """A fact of the journal for the eye."""

    change: Change
    words: str
    who: str
    day: date  # by the event's clock


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
    """Newest first. What concerns one person only (topics without the desk) is not for the desk to read."""
    before = request.query_params.get("before", "")
    if before and not re.fullmatch(r"[0-9]{1,15}", before):
        raise NotFound
    facts = Change.filter(scope=place.event.scope)
    facts = facts.filter(id__lt=int(before)) if before else facts
    found = await facts.order_by("-id").limit(A_PAGE)
    lines = await _lines(request, place, [change for change in found if place.event.desk in change.topics])
    older = found[-1].id if len(found) == A_PAGE else None
    return desk_page(request, place, "events/desk_journal.html", days=_by_day(lines), older=older)


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
    return desk_page(
        request,
        place,
        "events/desk_release.html",
        status=status,
        form=form,
        days=_by_day(await _lines(request, place, await changes_since_release(place.event))),
        releases=await Release.filter(event=place.event).order_by("-revision").select_related("by"),
        shown=await programme(place.event),
    )


async def _lines(request: Request, place: Place, changes: Sequence[Change]) -> list[Line]:
    names = await _names({change.by for change in changes})
    return [
        Line(
            change,
            _sentence(request, change, place.event),
            names.get(change.by) or _(PROGRAMS.get(change.by, change.by)),
            change.at.astimezone(place.event.tz).date(),
        )
        for change in changes
    ]


def _sentence(request: Request, change: Change, event: Event) -> str:
    """In the words of the slice that knows the kind; a kind that none knows by its name: “mail bounced”."""
    told = (sentence(change, event) for sentence in request.app.state.sentences)
    return next(filter(None, told), change.kind.replace(".", " ").replace("_", " "))


def _by_day(lines: Sequence[Line]) -> list[tuple[date, list[Line]]]:
    return [(day, list(of_day)) for day, of_day in groupby(lines, key=lambda line: line.day)]


async def _names(actors: set[str]) -> Mapping[str, str]:
    """person:7 → a name."""
    ids = [int(actor.removeprefix("person:")) for actor in actors if actor.startswith("person:")]
    return {f"person:{person.id}": person.name for person in await Person.filter(id__in=ids)}


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
