"""The desk's page of schedule files: one is uploaded, looked at, and imported with a second button."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute

from app.errors import Refused
from app.i18n import _, later
from app.web import route, see_other, submitted, uploaded
from events.forms import ImportForm, UploadForm
from events.interchange.difference import ScheduleDifference, SessionChange
from events.interchange.importing import said
from events.interchange.schedule import BadSchedule, ImportedSession
from events.interchange.uploading import import_upload, keep_upload, preview
from events.pages import desk_page
from events.scope import Place, desk

MOST_BODY = 25 << 20  # bytes; the readers have a limit of their own, and say so kindly
MOST_LINES = 100  # of each kind: nobody reads more of them

FIELDS = {
    "title": later("title"),
    "subtitle": later("subtitle"),
    "abstract": later("abstract"),
    "kind": later("kind"),
    "language": later("language"),
    "track": later("track"),
    "speakers": later("speakers"),
}


@dataclass(frozen=True, slots=True)
class Spot:
    """Where and when a session is; without `start` it has no time."""

    start: datetime | None
    end: datetime | None
    room: str | None


@dataclass(frozen=True, slots=True)
class Line:
    """What becomes of one session, for the eye; `before` is where it was, if it moves."""

    title: str
    spot: Spot
    before: Spot | None = None
    fields: tuple[str, ...] = ()  # what else is new about it, in words


async def import_page(request: Request, place: Place) -> Response:
    return await _import(request, place, UploadForm())


async def upload(request: Request, place: Place) -> Response:
    form = await submitted(request, UploadForm)
    file = await uploaded(request, "file")
    if file is None:
        form.file.errors = [_("Choose a file first.")]
        return await _import(request, place, form, status=422)
    try:
        await keep_upload(place.event, *file, by=place.actor)
    except BadSchedule as bad:
        form.file.errors = [said(bad.oddity)]
        return await _import(request, place, form, status=422)
    except Refused as refused:
        form.file.errors = [" ".join((str(refused), *refused.hints))]
        return await _import(request, place, form, status=409)
    return see_other(f"{place.path}/desk/import")


async def confirmation(request: Request, place: Place) -> Response:
    form = await submitted(request, ImportForm)
    seen = str(form.seen.data) if form.validate() else ""
    try:
        report = await import_upload(place.event, seen=seen, by=place.actor)
    except Refused as refused:
        form.form_errors.append(" ".join((str(refused), *refused.hints)))
        return await _import(request, place, UploadForm(), confirm=form, status=409)
    return see_other(f"{place.path}/desk/sessions", flash=report.numbers)


async def _import(
    request: Request, place: Place, form: UploadForm, *, confirm: ImportForm | None = None, status: int = 200
) -> Response:
    try:
        shown, obstacle = await preview(place.event), ""
    except BadSchedule as bad:
        shown, obstacle = None, said(bad.oddity)
    except Refused as refused:
        shown, obstacle = None, " ".join((str(refused), *refused.hints))
    return desk_page(
        request,
        place,
        "events/desk_import.html",
        status=status,
        form=form,
        confirm=confirm,
        shown=shown,
        obstacle=obstacle,
        groups=list(_groups(shown.difference)) if shown else [],
        warnings=[said(warning) for warning in shown.report.warnings] if shown else [],
        most=MOST_LINES,
    )


def _groups(found: ScheduleDifference) -> Iterator[tuple[str, list[Line]]]:
    moved = [change for change in found.changed if change.moved and not change.restored]
    edited = [change for change in found.changed if not change.moved and not change.restored]
    yield _("New"), [Line(new.title, _spot(new)) for new in found.created]
    yield _("Moved"), [_line(change) for change in moved]
    yield _("Changed"), [_line(change) for change in edited]
    yield _("Takes place again"), [_line(change) for change in found.changed if change.restored]
    yield _("Cancelled"), [Line(gone.title, _spot(gone)) for gone in found.cancelled]


def _line(change: SessionChange) -> Line:
    spot = _spot(change.session)
    old = {field.name: field.old for field in change.fields}
    before = Spot(*(old.get(name, getattr(spot, name)) for name in ("start", "end", "room")))  # type: ignore[arg-type]
    fields = tuple(_(FIELDS[field.name]) for field in change.fields if field.name in FIELDS)
    return Line(change.session.title, spot, before if change.moved else None, fields)


def _spot(session: ImportedSession) -> Spot:
    return Spot(session.start, session.end, session.room)


routes: list[BaseRoute] = [
    route("/e/{slug}/desk/import", import_page, desk),
    route("/e/{slug}/desk/import", upload, desk, methods=["POST"], most_body=MOST_BODY),
    route("/e/{slug}/desk/import/confirmation", confirmation, desk, methods=["POST"]),
]
