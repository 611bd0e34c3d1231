"""Who may come in to an event's pages: each admit turns a request into a `Place`, or refuses."""

from dataclasses import dataclass
from typing import TypeVar

from starlette.requests import HTTPConnection
from tortoise.models import Model

from app import journal
from app.auth import person_of
from app.errors import Forbidden, NotFound
from app.i18n import _
from app.models import Person
from events.models import Event, Participant, ParticipantStatus

Thing = TypeVar("Thing", bound=Model)


@dataclass(frozen=True, slots=True)
class Place:
    """An event and whoever stands in it. `revision` was read before anything a page shows: live pages go on from it."""

    event: Event
    person: Person | None
    participant: Participant | None
    desk: bool
    revision: int

    @property
    def sees_programme(self) -> bool:
        return self.event.released or self.desk

    @property
    def approved(self) -> bool:
        return self.participant is not None and self.participant.status == ParticipantStatus.APPROVED

    @property
    def me(self) -> Participant:
        """The participant, where `member` has let them in."""
        assert self.participant is not None
        return self.participant

    @property
    def actor(self) -> Person:
        """The person, where signing in was needed to get here."""
        assert self.person is not None
        return self.person

    @property
    def path(self) -> str:
        return f"/e/{self.event.slug}"


async def visitor(request: HTTPConnection) -> Place:
    """Anybody, at an event that exists."""
    event = await Event.get_or_none(slug=request.path_params["slug"]).select_related("network")
    if event is None:
        raise NotFound
    person = await person_of(request)
    participant = await _presence(event, person) if person else None
    desk = bool(person and person.admin) or bool(participant and participant.runs_desk)
    return Place(event, person, participant, desk, await journal.revision(event.scope))


async def newcomer(request: HTTPConnection) -> Place:
    """Somebody who has signed in."""
    await _signed_in(request)
    return await visitor(request)


async def member(request: HTTPConnection) -> Place:
    """A participant whom the organisers have approved."""
    place = await newcomer(request)
    if not place.approved:
        raise Forbidden(_("This is for approved participants of the event."))
    return place


async def desk(request: HTTPConnection) -> Place:
    """Organisers and desk staff of this event, and administrators; to everybody else there is no such address."""
    place = await newcomer(request)
    if not place.desk:
        raise NotFound
    return place


async def find(model: type[Thing], place: Place, number: str) -> Thing:
    """The event's own thing of that number; unknown ones and other events' are the same NotFound."""
    if not (number.isascii() and number.isdigit() and len(number) < 16):
        raise NotFound
    thing = await model.get_or_none(id=int(number), event_id=place.event.id)
    if thing is None:
        raise NotFound
    return thing


async def _signed_in(request: HTTPConnection) -> None:
    """Before the event is looked for, so that the way to the sign-in page tells nobody which events exist."""
    if await person_of(request) is None:
        raise Forbidden(_("Sign in first."))


async def _presence(event: Event, person: Person) -> Participant | None:
    return await Participant.get_or_none(event=event, person=person).select_related("organisation")
