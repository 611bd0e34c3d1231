"""What the pages of a call have in common: its head, its zone and, for coordinators, its navigation."""

from collections.abc import Awaitable, Callable, Sequence
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from app.errors import Refused
from app.i18n import _
from app.navigation import row
from app.text import BadText
from app.texts import in_language
from app.web import page, submitted, uploaded
from events.networks.calls.attaching import MOST_BYTES
from events.networks.calls.forms import FileForm
from events.networks.calls.proposals.models import CallFile
from events.networks.calls.scope import Place

MOST_BODY = MOST_BYTES + (1 << 20)  # of a request with a file


def call_page(request: Request, place: Place, template: str, *, status: int = 200, **context: Any) -> Response:
    """A page about a call, in the zone of its deadline."""
    call = place.call
    return page(
        request,
        template,
        status=status,
        place=place,
        call=call,
        title=in_language(call.titles, call.language),
        zone=call.tz,
        nav=row(_navigation(place), request.url.path, homes={call.path, f"{call.path}/desk"}),
        **context,
    )


def desk_page(request: Request, place: Place, template: str, *, status: int = 200, **context: Any) -> Response:
    """A page of those who run the call."""
    return call_page(request, place, template, status=status, desk=True, **context)


def with_refusal(form: Any, refused: Refused) -> Any:
    """The form, with what the verb said against it."""
    form.form_errors.append(" ".join((str(refused), *refused.hints)))
    return form


async def keep_posted_file(request: Request, keep: Callable[[str, bytes], Awaitable[CallFile]]) -> tuple[FileForm, int]:
    """Hands the file's name and bytes on, to be kept. The status to answer with, and the form that says why not."""
    form, file = await submitted(request, FileForm), await uploaded(request, "file")
    if file is None:
        form.file.errors = [_("Choose a file first.")]
        return form, 422
    try:
        await keep(*file)
    except BadText as bad:
        form.file.errors = [_(bad.sentence) % bad.values]
        return form, 422
    except Refused as refused:
        form.file.errors = [" ".join((str(refused), *refused.hints))]
        return form, 409
    return form, 303


def _navigation(place: Place) -> Sequence[tuple[str, str]]:
    if not place.runs:
        return ()
    path = place.call.path
    return (
        (path, _("As everybody sees it")),
        (f"{path}/desk", _("Proposals")),
        (f"{path}/desk/text", _("Text")),
        (f"{path}/desk/parts", _("Topics, criteria, documents")),
        (f"{path}/desk/people", _("People")),
        (f"{path}/desk/journal", _("Journal")),
    )
