"""On one's own account: which support office helps one, and whether it may act; and the offices one advises in."""

from collections.abc import Mapping
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute

from app.auth import signed_in
from app.errors import NotFound, Refused
from app.i18n import _
from app.models import Person
from app.web import route, see_other, submitted
from events.networks.support.assigning import allow, choose, forbid
from events.networks.support.forms import ChoiceForm
from events.networks.support.models import Client
from events.networks.support.reading import advised_offices, helped

HERE = "/account#support"


async def piece(person: Person) -> tuple[str, Mapping[str, Any]]:
    """A part of the account page: its template, and what that shows."""
    found = await helped(person)
    form = None
    if found:
        form = ChoiceForm(data={"office": str(found.client.office_id or "") if found.client else ""})
        form.offer(found.offices)
    shown = {"helped": found, "office_choice": form, "advised": await advised_offices(person)}
    return "events/support_account.html", shown


async def choice(request: Request, person: Person) -> Response:
    form, found = await submitted(request, ChoiceForm), await helped(person)
    if found is None:
        raise NotFound
    form.offer(found.offices)
    if not form.validate():
        raise Refused(_("This office is not there any more."), hints=[_("Choose another one.")])
    office = form.offices.get(str(form.office.data))
    await choose(office, by=person)
    flash = _("%(office)s helps you now.") % {"office": office.organisation.name} if office else ""
    return see_other(HERE, flash=flash or _("No office helps you now, and none sees your meetings."))


async def consent(request: Request, person: Person) -> Response:
    await allow(await _mine(request, person), by=person)
    return see_other(HERE, flash=_("Your support office may act for you now. You can take it back at any time."))


async def withdrawal(request: Request, person: Person) -> Response:
    await forbid(await _mine(request, person), by=person)
    return see_other(HERE, flash=_("Your support office may not act for you any more."))


async def _mine(request: Request, person: Person) -> Client:
    """With the office that the page showed: nobody allows one that they have not seen."""
    client = await Client.get_or_none(person=person)
    if client is None:
        raise NotFound
    posted = str((await request.form()).get("office", ""))
    if posted != str(client.office_id):
        raise Refused(_("You have another office by now."), hints=[_("Look at your account page again.")])
    return client


routes: list[BaseRoute] = [
    route("/account/support", choice, signed_in, methods=["POST"]),
    route("/account/support/consent", consent, signed_in, methods=["POST"]),
    route("/account/support/consent/end", withdrawal, signed_in, methods=["POST"]),
]
