"""Who coordinates a network or one of its pilots: appointed by the address of their account, and dismissed."""

from app.db import IntegrityError
from app.errors import Refused
from app.i18n import _
from app.journal import Actor, changing
from app.models import Person
from events.networks.models import Network, NetworkRole, Pilot


async def appoint(network: Network, email: str, *, pilot: Pilot | None = None, by: Actor) -> NetworkRole:
    """`email` is canonical. Without a pilot they run the whole desk of the network."""
    async with changing(network.scope, by=by) as changes:
        person = await Person.get_or_none(email=email)
        if person is None:
            raise Refused(
                _("Nobody with the address %(email)s has an account here.") % {"email": email},
                hints=[_("Ask them to sign in once; then appoint them.")],
            )
        try:
            role = await NetworkRole.create(network=network, pilot=pilot, person=person, at=changes.at)
        except IntegrityError as error:
            raise Refused(_("%(name)s coordinates this already.") % {"name": person.name}) from error
        changes.record(
            "coordinator.appointed", role, topics=[network.scope],
            data={"name": person.name, "pilot": pilot.code if pilot else ""},
        )  # fmt: skip
    return role


async def dismiss(role: NetworkRole, *, by: Actor) -> None:
    async with changing(Network.scope_of(role.network_id), by=by) as changes:
        current = await NetworkRole.get(id=role.id).select_related("person", "pilot", "network")
        changes.record(
            "coordinator.dismissed", current, topics=[current.network.scope],
            data={"name": current.person.name, "pilot": current.pilot.code if current.pilot else ""},
        )  # fmt: skip
        await current.delete()
