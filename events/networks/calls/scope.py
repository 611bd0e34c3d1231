"""Who may come in to the pages of calls: each admit turns a request into where somebody stands, or refuses.

Drafts are there for coordinators only; to everybody else there is no such address.
"""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TypeVar

from starlette.requests import Request
from tortoise.models import Model

from app.auth import person_of, signed_in
from app.errors import NotFound
from app.models import Person
from events.networks.calls.models import (
    Call,
    CallBriefing,
    CallCriterion,
    CallOfficer,
    CallStatus,
    CallTopic,
    OfficerRole,
    Phase,
)
from events.networks.models import NetworkRole

Thing = TypeVar("Thing", bound=Model)


@dataclass(frozen=True, slots=True)
class Place:
    """A call and whoever stands before it; `runs`: they coordinate it. `now` is when they came."""

    call: Call
    person: Person | None
    runs: bool
    now: datetime

    @property
    def actor(self) -> Person:
        """The person, where signing in was needed to get here."""
        assert self.person is not None
        return self.person

    @property
    def phase(self) -> Phase:
        return self.call.phase(self.now)


async def visitor(request: Request) -> Place:
    """Anybody, at a call that is public."""
    return await place_at(request, await find(Call, request))


async def applicant(request: Request) -> Place:
    """Somebody who has signed in."""
    await signed_in(request)
    return await visitor(request)


async def coordinator(request: Request) -> Place:
    """Coordinators of the call or of its network, and administrators."""
    place = await applicant(request)
    if not place.runs:
        raise NotFound
    return place


async def topic(request: Request) -> tuple[Place, CallTopic]:
    return await _owned(request, CallTopic)


async def criterion(request: Request) -> tuple[Place, CallCriterion]:
    return await _owned(request, CallCriterion)


async def officer(request: Request) -> tuple[Place, CallOfficer]:
    return await _owned(request, CallOfficer)


async def briefing(request: Request) -> tuple[Place, CallBriefing]:
    return await _owned(request, CallBriefing)


async def find(model: type[Thing], request: Request) -> Thing:
    found = await model.get_or_none(id=request.path_params["id"])
    if found is None:
        raise NotFound
    return found


async def _owned(request: Request, model: type[Thing]) -> tuple[Place, Thing]:
    """A part of a call, for the call's coordinators."""
    await signed_in(request)
    found = await find(model, request)
    place = await place_at(request, await Call.get(id=found.call_id))  # type: ignore[attr-defined]  # all parts have it
    if not place.runs:
        raise NotFound
    return place, found


async def place_at(request: Request, call: Call) -> Place:
    await call.fetch_related("network", "region")
    person = await person_of(request)
    runs = person is not None and await _runs(call, person)
    if call.status == CallStatus.DRAFT and not runs:
        raise NotFound
    return Place(call, person, runs, datetime.now(UTC))


async def _runs(call: Call, person: Person) -> bool:
    if person.admin:
        return True
    named = CallOfficer.filter(call=call, role=OfficerRole.COORDINATOR, email=person.email)
    return (
        await named.exists()
        or await NetworkRole.filter(network_id=call.network_id, pilot_id__isnull=True, person=person).exists()
    )
