"""The programme as pages show it: a few queries whatever its size, and frozen results that a cache may keep."""

from collections import OrderedDict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from itertools import groupby

from tortoise.queryset import QuerySet

from app.intervals import Interval, merge
from app.models import Topic
from app.text import plain
from app.texts import Translations, name_in
from events.models import Event, Participant, Room, Session, SessionStatus, Track
from events.networks.models import Pilot
from events.partaking_models import Booking

PAUSES = {"", "break", "coffee", "lunch", "pause", "przerwa", "tauko"}
KEPT = 20  # programmes, of a few hundred kilobytes


@dataclass(frozen=True, slots=True)
class RoomTag:
    """A room."""

    id: int
    name: str
    capacity: int | None
    shared: bool


@dataclass(frozen=True, slots=True)
class TrackTag:
    id: int
    name: str
    colour: str


@dataclass(frozen=True, slots=True)
class PilotTag:
    id: int
    code: str
    names: Mapping[str, str]  # language → name
    position: int

    def name_in(self, language: str) -> str:
        return name_in(self.names, language)


@dataclass(frozen=True, slots=True)
class Employer:
    name: str


@dataclass(frozen=True, slots=True)
class Speaker:
    id: int  # of the participant
    name: str
    position: str
    organisation: Employer | None


@dataclass(frozen=True, slots=True)
class Item:
    """A session; `start` and `end` are UTC, or both None while it is not on the schedule."""

    id: int
    title: str
    subtitle: str
    abstract: str
    kind: str
    language: str  # of its texts; "": the event's
    translations: Translations
    start: datetime | None
    end: datetime | None
    room: RoomTag | None
    track: TrackTag | None
    pilots: tuple[PilotTag, ...]
    speakers: tuple[Speaker, ...]
    capacity: int | None
    booked: int
    online_url: str
    cancelled: bool
    version: int

    @property
    def seats_left(self) -> int | None:
        return None if self.capacity is None else self.capacity - self.booked

    @property
    def pause(self) -> bool:
        """Coffee, lunch: nobody speaks, nobody books, and it is of no kind, track or pilot; or it says it is one."""
        said = self.speakers or self.track or self.pilots or self.capacity or self.abstract
        return not said and self.kind.lower() in PAUSES


@dataclass(frozen=True, slots=True)
class Day:
    date: date
    items: tuple[Item, ...]


@dataclass(frozen=True, slots=True)
class Programme:
    """All of an event: what is on each day, by start and room, and what has no time yet."""

    days: tuple[Day, ...]
    unscheduled: tuple[Item, ...]
    rooms: tuple[RoomTag, ...]
    tracks: tuple[TrackTag, ...]
    pilots: tuple[PilotTag, ...]

    @property
    def items(self) -> list[Item]:
        return [item for day in self.days for item in day.items]

    def only(
        self, *, day: date | None = None, room: int | None = None, track: int | None = None, pilot: str | None = None
    ) -> "Programme":
        """What is left of the days after these filters; a filter that is None keeps all."""

        def kept(item: Item) -> bool:
            return (
                (room is None or (item.room is not None and item.room.id == room))
                and (track is None or (item.track is not None and item.track.id == track))
                and (pilot is None or pilot in {tag.code for tag in item.pilots})
            )

        days = [Day(d.date, tuple(filter(kept, d.items))) for d in self.days if day is None or d.date == day]
        return replace(self, days=tuple(d for d in days if d.items))


_read: OrderedDict[object, Programme] = OrderedDict()


async def programme(event: Event) -> Programme:
    """The whole programme, whoever may see it: that is for the caller to know. Read once a change: the desk hears
    of every one. (The time is in the key because a restored database counts its revisions again.)"""
    heard = await Topic.get_or_none(scope=event.scope, name=event.desk)
    key = (event.id, heard.revision, heard.at) if heard else None
    if key is None or key not in _read:
        _read[key] = await read_programme(event)
        while len(_read) > KEPT:
            _read.popitem(last=False)
    return _read[key]


async def read_programme(event: Event) -> Programme:
    """Eight queries, whatever its size."""
    rooms = await Room.filter(event=event).order_by("position", "name")
    tracks = await Track.filter(event=event).order_by("position", "name")
    sessions = await _whole(Session.filter(event=event))
    timed = sorted((s for s in sessions if s.start), key=_when_and_where)
    pilots = {pilot.id: pilot for session in sessions for pilot in session.pilots}
    return Programme(
        days=tuple(_days(event, timed)),
        unscheduled=tuple(item_of(s) for s in sessions if not s.start and s.status == SessionStatus.CONFIRMED),
        rooms=tuple(_room(room) for room in rooms),
        tracks=tuple(_track(track) for track in tracks),
        pilots=tuple(_pilot(pilot) for pilot in sorted(pilots.values(), key=lambda pilot: pilot.position)),
    )


async def item(session: Session) -> Item:
    """One session with all it shows."""
    (whole,) = await _whole(Session.filter(id=session.id))
    return item_of(whole)


async def busy(participants: Sequence[Participant]) -> dict[int, list[Interval]]:
    """For each participant's id the time they speak or have a seat, merged, in order; three queries.

    A mark on a session without seats keeps nobody from being met: it is as transparent here as in calendars.
    """
    ids = {participant.id for participant in participants}
    taken: dict[int, list[Interval]] = {participant_id: [] for participant_id in ids}
    confirmed = Session.filter(status=SessionStatus.CONFIRMED, start__isnull=False)
    for session in await confirmed.filter(speakers__id__in=ids).distinct().prefetch_related("speakers"):
        for speaker in session.speakers:
            if speaker.id in ids:
                taken[speaker.id].append(_span(session))
    seats = Booking.filter(participant_id__in=ids, session__status=SessionStatus.CONFIRMED)
    with_time = seats.filter(session__capacity__isnull=False, session__start__isnull=False)
    for booking in await with_time.select_related("session"):
        taken[booking.participant_id].append(_span(booking.session))
    return {participant_id: merge(spans) for participant_id, spans in taken.items()}


async def in_agenda(participant: Participant | None) -> frozenset[int]:
    """The ids of sessions this participant speaks in, has a seat in, or marked."""
    if participant is None:
        return frozenset()
    mine = await Session.filter(speakers=participant).values_list("id", flat=True)
    booked = await Booking.filter(participant=participant).values_list("session_id", flat=True)
    return frozenset((*mine, *booked))  # type: ignore[arg-type]  # flat lists, which Tortoise's types do not know


async def _whole(sessions: QuerySet[Session]) -> list[Session]:
    found = sessions.select_related("room", "track").prefetch_related("pilots", "speakers__organisation")
    return await found.order_by("title", "id")


def _when_and_where(session: Session) -> tuple[datetime, int, str]:
    assert session.start is not None
    return session.start, session.room.position if session.room else -1, session.title


def _days(event: Event, sessions: Sequence[Session]) -> Iterator[Day]:
    def day(session: Session) -> date:
        assert session.start is not None
        return session.start.astimezone(event.tz).date()

    for on, of_day in groupby(sessions, key=day):
        yield Day(on, tuple(item_of(session) for session in of_day))


def item_of(session: Session) -> Item:
    """Its room, track, pilots, speakers and their organisations are fetched."""
    return Item(
        id=session.id,
        title=session.title,
        subtitle=session.subtitle,
        abstract=session.abstract,
        kind=session.kind,
        language=session.language,
        translations=session.translations,
        start=session.start,
        end=session.end,
        room=_room(session.room) if session.room else None,
        track=_track(session.track) if session.track else None,
        pilots=tuple(_pilot(pilot) for pilot in sorted(session.pilots, key=lambda pilot: pilot.position)),
        speakers=tuple(
            _speaker(speaker) for speaker in sorted(session.speakers, key=lambda speaker: plain(speaker.name))
        ),
        capacity=session.capacity,
        booked=session.booked,
        online_url=session.online_url,
        cancelled=session.status == SessionStatus.CANCELLED,
        version=session.version,
    )


def _room(room: Room) -> RoomTag:
    return RoomTag(room.id, room.name, room.capacity, room.shared)


def _track(track: Track) -> TrackTag:
    return TrackTag(track.id, track.name, track.colour)


def _pilot(pilot: Pilot) -> PilotTag:
    return PilotTag(pilot.id, pilot.code, pilot.names, pilot.position)


def _speaker(participant: Participant) -> Speaker:
    organisation = participant.organisation
    employer = Employer(organisation.name) if organisation else None
    return Speaker(participant.id, participant.name, participant.position, employer)


def _span(session: Session) -> Interval:
    assert session.start is not None
    assert session.end is not None
    return Interval(session.start, session.end)
