"""From request to answer: guarded routes, pages, redirects, forms, and what a refusal looks like."""

import logging
from collections.abc import Awaitable, Callable, Sequence
from datetime import UTC, date, datetime
from typing import Any, TypeVar
from urllib.parse import quote, unquote

import orjson
from starlette.convertors import IntegerConvertor, register_url_convertor
from starlette.datastructures import FormData, UploadFile
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import HTMLResponse, PlainTextResponse, RedirectResponse, Response
from starlette.routing import Route
from wtforms import Form as WTForm

from app import db, templating
from app.errors import Forbidden, NotFound, Refused
from app.i18n import _

log = logging.getLogger("pilotmatch.web")

Admitted = TypeVar("Admitted")
FormT = TypeVar("FormT", bound=WTForm)
Admit = Callable[[Request], Awaitable[Admitted]]
Endpoint = Callable[[Request, Admitted], Awaitable[Response]]

TRIES = 3
ANSWERED = (Refused, NotFound, Forbidden, HTTPException, ClientDisconnect)  # by ERRORS, or nobody is left to answer
FLASH = "flash"
LONGEST = 2000  # characters of an address to come back to
PERSONAL = {"Cache-Control": "private, no-cache", "Vary": "Cookie, Accept-Language"}


class RowId(IntegerConvertor):
    """What `{id:int}` takes: numbers that a database knows; a longer one leads nowhere."""

    regex = "[0-9]{1,18}"


register_url_convertor("int", RowId())


class GuardedRoute(Route):
    """A route that says who may come in; tests/authorisation.toml must name each one."""

    admit: Admit[Any]


def route(
    path: str,
    endpoint: Endpoint[Admitted],
    admit: Admit[Admitted],
    *,
    methods: Sequence[str] = ("GET",),
    most_body: int | None = None,
) -> GuardedRoute:
    """`admit` lets the request in and returns what the endpoint needs, or raises Forbidden or NotFound.
    `most_body` is how many bytes it takes, instead of the application's limit.

    A deadlock or a lost race for SQLite's writer lock runs the whole request again: nothing was published.
    What nobody foresaw is answered here, inside the guard, so that even our mistakes carry its headers.
    """

    async def guarded(request: Request) -> Response:
        try:
            return await _tried(request, path, endpoint, admit)
        finally:
            await request.close()  # uploaded files

    name = f"{endpoint.__module__}.{endpoint.__name__}"
    made = GuardedRoute(path, guarded, methods=list(methods), name=name, max_body_size=most_body)
    made.admit = admit
    return made


async def _tried(request: Request, path: str, endpoint: Endpoint[Admitted], admit: Admit[Admitted]) -> Response:
    for attempt in range(1, TRIES + 1):
        try:
            return await endpoint(request, await admit(request))
        except ANSWERED:
            raise
        except Exception as error:
            if attempt == TRIES or not db.is_transient(error):
                log.log(_severity(error), "%s %s", request.method, path, exc_info=error)
                return await broken(request, error)
            log.warning("%s %s is run again: %s", request.method, path, error)
    raise AssertionError("unreachable")


def page(request: Request, template: str, *, status: int = 200, **context: Any) -> Response:
    """A page for this reader. Personal by default: caches keep it only if the endpoint says so."""
    flash = unquote(request.cookies.get(FLASH, ""))[:300]
    here = {"request": request, "path": request.url.path, "back": _address(request), "person": _person(request)}
    body = templating.render(template, {**here, "flash": flash, **context})
    response = HTMLResponse(body, status, headers=PERSONAL)
    if flash:
        response.delete_cookie(FLASH)
    return response


def _address(request: Request) -> str:
    """Where to find this page again; what a form answered cannot be asked for, so the start page must do."""
    query = f"?{request.url.query}" if request.url.query else ""
    return request.url.path + query if request.method in ("GET", "HEAD") else "/"


def see_other(url: str, *, flash: str = "") -> Response:
    """Where to look after a POST, with a sentence that the next page shows once."""
    response = RedirectResponse(url, 303)
    if flash:
        response.set_cookie(FLASH, quote(flash), max_age=30, httponly=True, samesite="lax")
    return response


def own_path(url: str) -> str | None:
    """A path of our own, or None for everything a browser could read as another site."""
    ours = url.startswith("/") and not url.startswith("//") and len(url) <= LONGEST
    return url if ours and url.isprintable() and "\\" not in url else None


def keep_language(response: Response, code: str) -> None:
    response.set_cookie("language", code, max_age=31_536_000, samesite="lax", httponly=True)


def answer(request: Request, data: dict[str, Any], *, url: str, flash: str = "") -> Response:
    """JSON for our own modules, a redirect for a form."""
    return json(data) if wants_json(request) else see_other(url, flash=flash)


def json(data: Any, *, status: int = 200) -> Response:
    return Response(orjson.dumps(data), status, media_type="application/json")


def saved(body: bytes, filename: str, *, kind: str = "text/csv; charset=utf-8") -> Response:
    """A file of a person's own to keep; `filename` is plain ASCII."""
    headers = {"Content-Disposition": f'attachment; filename="{filename}"', "Cache-Control": "private, no-store"}
    return Response(body, media_type=kind, headers=headers)


def number(value: str | None) -> int | None:
    """Out of a query string; None for anything that no row has."""
    return int(value) if value and value.isascii() and value.isdigit() and len(value) < 10 else None


def today() -> date:
    """For pages outside of events, which have no zone of their own: UTC's."""
    return datetime.now(UTC).date()


def wants_json(request: Request) -> bool:
    return "application/json" in request.headers.get("accept", "")


async def submitted(request: Request, form: type[FormT], **kwargs: Any) -> FormT:
    """The posted form, bound; what its fields say is known after `validate()`."""
    posted = await request.form(max_fields=500, max_files=5)
    return form(_Posted(posted), **kwargs)


async def uploaded(request: Request, name: str) -> tuple[str, bytes] | None:
    """The posted file of that field, its own name and its bytes; None where none was chosen."""
    file = (await request.form(max_fields=500, max_files=5)).get(name)
    if not isinstance(file, UploadFile) or not file.filename:
        return None
    await file.seek(0)  # a request that runs again reads it again
    return file.filename, await file.read()


class _Posted:
    """Starlette's form data under the one name that WTForms asks for."""

    def __init__(self, posted: FormData) -> None:
        self._posted = posted

    def __contains__(self, name: str) -> bool:
        return name in self._posted

    def __iter__(self) -> Any:
        return iter(self._posted)

    def __len__(self) -> int:
        return len(self._posted)

    def getlist(self, name: str) -> list[Any]:
        """Texts only: a file where a text belongs is as good as nothing."""
        return [value for value in self._posted.getlist(name) if isinstance(value, str)]


async def refused(request: Request, error: Exception) -> Response:
    assert isinstance(error, Refused)
    return problem(request, 409, _("That did not work"), str(error), hints=error.hints)


async def not_found(request: Request, error: Exception) -> Response:
    return problem(request, 404, _("Nothing here"), _("This address leads nowhere, or not for you."))


async def forbidden(request: Request, error: Exception) -> Response:
    if request.url.path.endswith(".ics"):  # a 403 or a sign-in page would make calendar programs ask for a password
        return await not_found(request, error)
    if _person(request) is None and request.method in ("GET", "HEAD") and not wants_json(request):
        return see_other(f"/sign-in?next={quote(_address(request))}")
    return problem(request, 403, _("Not for you"), str(error) or _("Sign in as somebody who may do this."))


async def http_error(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    if error.status_code == 404:
        return await not_found(request, error)
    sentence = {
        400: _("The form could not be read. Go back and send it again."),
        405: _("This address does not do that."),
        413: _("That is more than this page takes."),
    }.get(error.status_code, str(error.detail))
    response = problem(request, error.status_code, _("That did not work"), sentence)
    response.headers.update(error.headers or {})
    return response


async def broken(request: Request, error: Exception) -> Response:
    """Our mistake, or a database that is away: the log has the trace, the person a sentence."""
    if db.is_away(error) or db.is_transient(error):
        sentence = _("The database does not answer at the moment. Nothing was changed; try again in a minute.")
        response = problem(request, 503, _("One moment"), sentence)
        response.headers["Retry-After"] = "10"
        return response
    sentence = _("Something went wrong on our side. Nothing was changed, and we can see it in our log.")
    return problem(request, 500, _("Our mistake"), sentence)


def problem(request: Request, status: int, title: str, sentence: str, *, hints: Sequence[str] = ()) -> Response:
    """A sentence as a page, as JSON for our own modules, or as plain text for calendar programs."""
    if request.url.path.endswith(".ics"):
        return PlainTextResponse(sentence, status)
    if wants_json(request):
        return json({"error": sentence, "hints": list(hints)}, status=status)
    back = _came_from(request)
    return page(request, "app/problem.html", status=status, title=title, sentence=sentence, hints=hints, back=back)


def _came_from(request: Request) -> str | None:
    """The page of ours that led here, such as the one with the form: what was typed there is still in the browser."""
    base, referrer = request.app.state.settings.base_url, request.headers.get("Referer", "")
    path = own_path(referrer.removeprefix(base)) if referrer.startswith(base) else None
    return path if path and (request.method == "POST" or path != _address(request)) else None


ERRORS: dict[Any, Any] = {
    Refused: refused,
    NotFound: not_found,
    Forbidden: forbidden,
    HTTPException: http_error,
    Exception: broken,
}


def _severity(error: Exception) -> int:
    return logging.WARNING if db.is_away(error) or db.is_transient(error) else logging.ERROR


def _person(request: Request) -> Any:
    return getattr(request.state, "person", None)
