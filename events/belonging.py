"""Where an event stands within its network: in a series over several cities, at a convention, or by itself."""

from app.errors import Refused
from app.i18n import _
from app.journal import Actor, changing
from events.audience import audience
from events.models import Event
from events.networks.models import Series


async def belong(event: Event, *, series: Series | None, part_of: Event | None, by: Actor) -> Event:
    """Raises Refused for what is of another network, and for a host that is no convention or is the event itself."""
    async with changing(event.scope, by=by) as changes:
        current = await Event.get(id=event.id)
        host = await Event.get(id=part_of.id) if part_of else None
        _refuse_series(current, series)
        _refuse_host(current, host)
        belongs = (series.id if series else None, host.id if host else None)
        if (current.series_id, current.part_of_id) == belongs:
            return current
        current.series_id, current.part_of_id = belongs
        current.about_version += 1
        await current.save()
        changes.record("event.edited", current, topics=await audience(current), data={"title": current.title})
    return current


def _refuse_series(event: Event, series: Series | None) -> None:
    if series and series.network_id != event.network_id:
        raise Refused(_("“%(title)s” is a series of another network.") % {"title": series.title})


def _refuse_host(event: Event, host: Event | None) -> None:
    if host is None:
        return
    if host.network_id != event.network_id or not host.nature.parts:
        raise Refused(
            _("“%(title)s” is no convention of this network.") % {"title": host.title},
            hints=[_("Only conventions hold other events.")],
        )
    if host.id == event.id or event.nature.parts:
        raise Refused(_("A convention is not held at another one."))
