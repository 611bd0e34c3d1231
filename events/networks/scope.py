"""Who may come in to a network's pages: each admit turns a request into a `Standing`, or refuses."""

from dataclasses import dataclass

from starlette.requests import Request

from app.auth import person_of
from app.errors import Forbidden, NotFound
from app.i18n import _
from app.models import Person
from events.networks.models import Network, NetworkRole, Pilot


@dataclass(frozen=True, slots=True)
class Standing:
    """A network and whoever stands before it: `whole` runs its desk, `pilots` are the ids of those they coordinate."""

    network: Network
    person: Person | None
    whole: bool
    pilots: frozenset[int]

    @property
    def desk(self) -> bool:
        """Whether any page of the desk is theirs."""
        return self.whole or bool(self.pilots)

    @property
    def actor(self) -> Person:
        """The person, where signing in was needed to get here."""
        assert self.person is not None
        return self.person

    @property
    def path(self) -> str:
        return f"/networks/{self.network.code}"

    def coordinates(self, pilot: Pilot) -> bool:
        return self.whole or pilot.id in self.pilots


async def visitor(request: Request) -> Standing:
    """Anybody, at a network that exists."""
    network = await Network.get_or_none(code=request.path_params["code"])
    if network is None:
        raise NotFound
    person = await person_of(request)
    roles = await NetworkRole.filter(network=network, person=person) if person else []
    whole = bool(person and person.admin) or any(role.pilot_id is None for role in roles)
    pilots = frozenset(role.pilot_id for role in roles if role.pilot_id is not None)
    return Standing(network, person, whole, pilots)


async def reader(request: Request) -> Standing:
    """Somebody who has signed in."""
    if await person_of(request) is None:
        raise Forbidden(_("Sign in first."))
    return await visitor(request)


async def desk(request: Request) -> Standing:
    """Coordinators of the network or of one of its pilots, and administrators; to others there is no such address."""
    standing = await reader(request)
    if not standing.desk:
        raise NotFound
    return standing


async def coordinator(request: Request) -> Standing:
    """Coordinators of the whole network, and administrators."""
    standing = await reader(request)
    if not standing.whole:
        raise NotFound
    return standing


async def pilot_of(standing: Standing, code: str) -> Pilot:
    """The network's own pilot of that code."""
    pilot = await Pilot.get_or_none(network=standing.network, code=code)
    if pilot is None:
        raise NotFound
    return pilot


async def coordinated(standing: Standing, code: str) -> Pilot:
    """The same, for whoever coordinates it."""
    pilot = await pilot_of(standing, code)
    if not standing.coordinates(pilot):
        raise NotFound
    return pilot


async def pilot_desk(request: Request) -> tuple[Standing, Pilot]:
    """Whoever coordinates the pilot in the address."""
    standing = await desk(request)
    return standing, await coordinated(standing, request.path_params["pilot"])
