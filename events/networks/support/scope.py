"""Who may come in to an office's pages: its advisers, while they are; to everybody else there is no such address."""

from dataclasses import dataclass

from starlette.requests import Request

from app.auth import person_of
from app.errors import Forbidden, NotFound
from app.i18n import _
from app.models import Person
from events.networks.support.models import Adviser, Client, Office


@dataclass(frozen=True, slots=True)
class AtOffice:
    office: Office  # with its organisation
    adviser: Adviser
    person: Person

    @property
    def path(self) -> str:
        return self.office.path


@dataclass(frozen=True, slots=True)
class AtClient:
    """One of the office's clients, with person and adviser at hand."""

    at: AtOffice
    client: Client


async def advising(request: Request) -> AtOffice:
    return await _at_office(request, request.path_params["id"])


async def at_client(request: Request) -> AtClient:
    person = await _signed_in(request)
    mine = Client.filter(id=request.path_params["id"], office__advisers__person_id=person.id)
    client = await mine.select_related("person", "adviser__person").first()
    if client is None or client.office_id is None:
        raise NotFound
    return AtClient(await _at_office(request, client.office_id), client)


async def _at_office(request: Request, number: int) -> AtOffice:
    person = await _signed_in(request)
    adviser = await Adviser.get_or_none(office_id=number, person=person).select_related("office__organisation__region")
    if adviser is None:
        raise NotFound
    return AtOffice(adviser.office, adviser, person)


async def _signed_in(request: Request) -> Person:
    person = await person_of(request)
    if person is None:
        raise Forbidden(_("Sign in first."))
    return person
