"""A typical year of the four networks around the demo event: tours, trainings, a convention; who coordinates, follows
and agrees to be listed. Made with the verbs that coordinators and participants use."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from app.models import Person
from events.belonging import belong
from events.hosting import About, create_event
from events.models import Event, EventKind, Participant
from events.networks.coordinators import appoint
from events.networks.following import agree, follow
from events.networks.keeping import Words, add_series
from events.networks.models import Network, Pilot, Series
from events.releasing import release_programme
from events.schedule import Details, create_session
from matchmaking.demo.cast import table
from matchmaking.profile_models import Interest

LISTED, FOLLOWING = 2, 3  # every second delegate agrees to be listed, every third follows what they work on


async def play_year(first_day: date, coordinator: Person) -> None:
    """Their slugs have the day in them, as the demo event's: a later load makes a year of its own."""
    told = table("year")
    networks = {network.code: network for network in await Network.all()}
    series: dict[str, Series] = {}
    for one in told["series"]:
        network = networks[one["network"]]
        known = await Series.get_or_none(network=network, slug=one["slug"])
        series[one["slug"]] = known or await add_series(
            network, one["slug"], Words(titles=one["titles"], abouts=one["abouts"]), by=coordinator
        )
    made: dict[str, Event] = {}
    for one in told["events"]:
        event = await _announce(networks[one["network"]], one, first_day, coordinator)
        made[one["slug"]] = await belong(
            event, series=series.get(one.get("series", "")), part_of=made.get(one.get("part_of", "")), by=coordinator
        )


async def gather_round(participants: Mapping[str, Participant]) -> None:
    """Whom the networks' pages name, and who hears of news."""
    network = await Network.get(code="vanguard")
    pilots = {pilot.id: pilot for pilot in await Pilot.filter(network=network)}
    present = Participant.filter(id__in=[one.id for one in participants.values()], organisation_id__isnull=False)
    delegates = await present.order_by("id").select_related("organisation", "person")
    for participant in delegates[::LISTED]:
        if participant.organisation and participant.person:
            await agree(participant.organisation, by=participant.person)
    for participant in delegates[::FOLLOWING]:
        interests = await Interest.filter(profile__participant=participant)
        for number in dict.fromkeys(line.pilot_id for line in interests):
            if participant.person:
                await follow(pilots[number], by=participant.person)
    await _appoint(pilots.values(), delegates)


async def _appoint(pilots: Iterable[Pilot], delegates: Sequence[Participant]) -> None:
    """A pilot is coordinated by somebody of a region that leads it, if one is there."""
    for pilot in pilots:
        leads = {region.id for region in await pilot.leads.all()}
        found = (one for one in delegates if one.organisation and one.organisation.region_id in leads and one.person)
        one = next(found, None)
        if one and one.person:
            await appoint(await pilot.network, one.person.email, pilot=pilot, by="system")


async def _announce(network: Network, told: Mapping[str, Any], base: date, by: Person) -> Event:
    first_day = base + timedelta(days=told["days"])
    about = About(
        title=told["title"], kind=EventKind(told["kind"]), zone=told["zone"], summary=told["summary"],
        first_day=first_day, last_day=first_day + timedelta(days=told.get("length", 1) - 1),
        city=told["city"], country=told["country"],
        language=told.get("language", "en"), translations=told.get("translations", {}),
    )  # fmt: skip
    event = await create_event(network, f"{told['slug']}-{first_day}", about, by=by)
    pilots = {pilot.code: pilot for pilot in await Pilot.filter(network=network)}
    for each in told.get("sessions", ()):
        details = Details(
            title=each["title"],
            language=each.get("language", ""),
            translations=each.get("translations", {}),
            capacity=each.get("capacity"),
            pilots=[pilots[code] for code in each.get("pilots", ())],
        )
        await create_session(
            event, details, room=None, start=_at(event, each["start"]), end=_at(event, each["end"]), by=by
        )
    if told.get("sessions"):
        await release_programme(event, "v1", by=by)
    return event


def _at(event: Event, clock: str) -> datetime:
    return datetime.combine(event.first_day, time.fromisoformat(clock), event.tz).astimezone(UTC)
