"""On one's own account: the pilots one follows, and the organisations on whose pages one may be read about."""

from collections.abc import Mapping
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute

from app.auth import signed_in
from app.errors import NotFound
from app.i18n import _
from app.models import Person
from app.web import route, see_other
from events.models import Organisation
from events.networks.following import agree, disagree, followed, houses


async def piece(person: Person) -> tuple[str, Mapping[str, Any]]:
    """A part of the account page: its template, and what that shows."""
    return "events/account_piece.html", {"followed": await followed(person), "houses": await houses(person)}


async def agree_to_be_listed(request: Request, person: Person) -> Response:
    await agree(await _organisation(request), by=person)
    return see_other("/account#listings", flash=_("You are listed there now."))


async def take_listing_back(request: Request, person: Person) -> Response:
    await disagree(await _organisation(request), by=person)
    return see_other("/account#listings", flash=_("You are no longer listed there."))


async def _organisation(request: Request) -> Organisation:
    organisation = await Organisation.get_or_none(id=request.path_params["id"])
    if organisation is None:
        raise NotFound
    return organisation


routes: list[BaseRoute] = [
    route("/account/listings/{id:int}", agree_to_be_listed, signed_in, methods=["POST"]),
    route("/account/listings/{id:int}/end", take_listing_back, signed_in, methods=["POST"]),
]
