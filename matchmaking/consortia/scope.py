"""Who may come in to a board: everybody who has signed in may read what it lacks; more is for who is in, or decides."""

from dataclasses import dataclass
from datetime import UTC, datetime

from starlette.requests import Request

from app.auth import signed_in
from app.errors import NotFound
from app.models import Person
from events.networks.calls.models import Call, CallStatus
from events.networks.calls.scope import Place
from matchmaking.consortia.models import Consortium, ConsortiumMember, ConsortiumPart
from matchmaking.consortia.reading import Board, board


@dataclass(frozen=True, slots=True)
class AtBoard:
    place: Place
    board: Board

    @property
    def consortium(self) -> Consortium:
        return self.board.consortium

    @property
    def actor(self) -> Person:
        return self.place.actor


async def at_board(request: Request) -> AtBoard:
    """A closed one is there for those who are in."""
    person = await signed_in(request)
    return await _at(await Consortium.get_or_none(id=request.path_params["id"]), person)


async def decider(request: Request) -> AtBoard:
    """Its coordinator, or, while it has none, its members."""
    return _deciding(await at_board(request))


async def insider(request: Request) -> AtBoard:
    """Its members."""
    at = await at_board(request)
    if not at.board.inside:
        raise NotFound
    return at


async def decided_part(request: Request) -> tuple[AtBoard, ConsortiumPart]:
    person = await signed_in(request)
    part = await ConsortiumPart.get_or_none(id=request.path_params["id"]).select_related("consortium")
    if part is None:
        raise NotFound
    return _deciding(await _at(part.consortium, person)), part


async def decided_member(request: Request) -> tuple[AtBoard, ConsortiumMember]:
    at, member = await _member(request)
    return _deciding(at), member


async def own_or_decided_member(request: Request) -> tuple[AtBoard, ConsortiumMember]:
    """The member, and who decides about them."""
    at, member = await _member(request)
    return (at if member.email == at.actor.email else _deciding(at)), member


async def _member(request: Request) -> tuple[AtBoard, ConsortiumMember]:
    person = await signed_in(request)
    member = await ConsortiumMember.get_or_none(id=request.path_params["id"]).select_related("consortium")
    if member is None:
        raise NotFound
    return await _at(member.consortium, person), member


async def _at(consortium: Consortium | None, person: Person) -> AtBoard:
    if consortium is None:
        raise NotFound
    call = await Call.get(id=consortium.call_id).select_related("network", "region")
    await consortium.fetch_related("topic")
    shown = await board(consortium, person)
    if call.status == CallStatus.DRAFT or (consortium.closed_at and not shown.inside):
        raise NotFound
    return AtBoard(Place(call, person, False, datetime.now(UTC)), shown)


def _deciding(at: AtBoard) -> AtBoard:
    if not at.board.decides:
        raise NotFound
    return at
