"""Creating an event and changing what it says about itself; the creator becomes its first organiser."""

from dataclasses import asdict, dataclass, field
from datetime import date, timedelta

from app.db import IntegrityError
from app.errors import Refused, Stale
from app.i18n import _
from app.journal import Actor, Changes, changing, person_topic
from app.models import Person
from app.texts import Translations
from events.audience import audience
from events.models import Event, EventKind, Participant, ParticipantKind, ParticipantStatus, Session
from events.networks.models import Network

LONGEST = 31  # days: a board, a feed and a solver all walk through every one of them


@dataclass(frozen=True, slots=True, kw_only=True)
class About:
    """What an event says about itself. `zone` is an IANA name, `country` an ISO 3166-1 code or empty."""

    title: str
    kind: EventKind
    zone: str
    first_day: date
    last_day: date
    summary: str = ""
    venue: str = ""
    city: str = ""
    country: str = ""
    language: str = "en"  # of title and summary
    translations: Translations = field(default_factory=dict)


async def create_event(network: Network, slug: str, about: About, *, by: Person) -> Event:
    """A new event of the network. Everybody sees that it will be; its programme is the desk's until released."""
    _refuse_days(about)
    async with changing(network.scope, by=by) as changes:
        try:
            event = await Event.create(network=network, slug=slug, **asdict(about))
        except IntegrityError as error:
            raise Refused(
                _("The address “%(slug)s” belongs to another event.") % {"slug": slug},
                hints=[_("Add the year or the city to it.")],
            ) from error
        organiser = await Participant.create(
            event=event,
            person=by,
            kind=ParticipantKind.ORGANISER,
            status=ParticipantStatus.APPROVED,
            name=by.name,
            created_at=changes.at,
        )
        changes.record(
            "event.created", event, topics=[network.scope, organiser.topic], data={"title": event.title, "slug": slug}
        )
    return event


async def edit_event(event: Event, about: About, *, version: int, by: Actor) -> Event:
    """`version` is the `about_version` that the page saw. Raises Stale for an old one, Refused when sessions that
    have a time would fall out of the days or shift with the zone."""
    _refuse_days(about)
    async with changing(event.scope, by=by) as changes:
        current = await Event.get(id=event.id)
        _refuse_stale(current, version)
        scheduled = await Session.filter(event=current, start__isnull=False).order_by("start")
        _refuse_shift(current, about, scheduled)
        shown = _shown_in_calendars(current)
        current.update_from_dict(asdict(about))
        _refuse_outside(current, scheduled)
        current.about_version += 1
        topics = await audience(current, scheduled)
        if _shown_in_calendars(current) != shown:
            # Later than what an entry may be ahead by: see Session.touch.
            current.about_changed_at = max(changes.at, current.about_changed_at) + timedelta(seconds=2)
            topics += await _guests(current)
        await current.save()
        await _touch(scheduled, changes)
        changes.record("event.edited", current, topics=topics, data={"title": current.title})
    return current


def _refuse_days(about: About) -> None:
    if about.last_day < about.first_day:
        raise Refused(_("The last day is before the first."))
    if (about.last_day - about.first_day).days >= LONGEST:
        raise Refused(_("An event lasts at most %(days)d days.") % {"days": LONGEST})


def _refuse_stale(event: Event, version: int) -> None:
    if event.about_version != version:
        raise Stale(
            _("Somebody else changed “%(title)s” a moment ago.") % {"title": event.title},
            hints=[_("Look at it again, then repeat your change if you still want it.")],
        )


def _refuse_shift(event: Event, about: About, scheduled: list[Session]) -> None:
    if scheduled and about.zone != event.zone:
        raise Refused(
            _("Sessions have their times already, and another time zone would shift them all."),
            hints=[_("Take the sessions off the schedule first, then change the zone.")],
        )


def _refuse_outside(event: Event, scheduled: list[Session]) -> None:
    for session in scheduled:
        if session.start and session.end and not event.spans(session.start, session.end):
            raise Refused(
                _("“%(title)s” would fall outside the event.") % {"title": session.title},
                hints=[_("Move it first, or keep its day.")],
            )


def _shown_in_calendars(event: Event) -> tuple[object, ...]:
    titles = event.language, event.title, event.translations.get("title")
    return titles, event.venue, event.city, event.first_day, event.last_day


async def _guests(event: Event) -> list[str]:
    """`person:7` of everybody who takes part: whatever is in their calendar names the event and its place."""
    guests = Participant.filter(event=event, status=ParticipantStatus.APPROVED, person_id__isnull=False)
    return [person_topic(int(number)) for number in await guests.values_list("person_id", flat=True)]  # type: ignore[call-overload]


async def _touch(sessions: list[Session], changes: Changes) -> None:
    """Every calendar entry names the event and its venue."""
    for session in sessions:
        session.touch(changes.at)
    if sessions:
        await Session.bulk_update(sessions, ["changed_at"])
