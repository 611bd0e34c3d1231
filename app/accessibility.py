"""The published statement on accessibility: which standard, what was tested and how, what is known to be missing."""

from datetime import date

from starlette.requests import Request
from starlette.responses import Response

from app.auth import anyone
from app.config import Settings
from app.models import Person
from app.web import GuardedRoute, page, route

LOOKED_AT = date(2026, 11, 22)  # move it with every change of what the page says


async def statement(request: Request, person: Person | None) -> Response:
    settings: Settings = request.app.state.settings
    contact = settings.contact_address or settings.mail_from
    return page(request, "app/accessibility.html", contact=contact, looked_at=LOOKED_AT)


routes: list[GuardedRoute] = [route("/accessibility", statement, anyone)]
