"""Screens at the hall: made and revoked by the desk, each at a secret address; and what one shows."""

import base64
import hashlib
import hmac
import re
import secrets
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from app.errors import NotFound
from app.journal import Actor, changing
from events.models import Event, Participant
from matchmaking.models import Meeting, MeetingStatus
from matchmaking.onsite.models import Display, Presence
from matchmaking.parties import desk_only, principals, with_people
from matchmaking.round_models import Slot

ROWS = 6  # tables that fill a screen of 1080 lines in letters one reads from five metres
SOON = timedelta(days=3)  # a screen that hangs before the event says when it begins


@dataclass(frozen=True, slots=True)
class Sitter:
    """Somebody at a table who agreed to be shown; `house` is their organisation."""

    name: str
    house: str


@dataclass(frozen=True, slots=True)
class Seating:
    """Who meets at a table: those who agreed to be shown, and whether others do too."""

    sitters: tuple[Sitter, ...]
    reserved: bool


@dataclass(frozen=True, slots=True)
class Row:
    """A table, now and next; None: nobody."""

    table: int
    now: Seating | None
    following: Seating | None


@dataclass(frozen=True, slots=True)
class Board:
    """What a screen shows at one moment: nothing of it is anybody's who did not agree to it."""

    current: Slot | None
    following: Slot | None
    place: str
    pages: tuple[tuple[Row, ...], ...]

    @property
    def changes_at(self) -> datetime | None:
        """When it is out of date by itself."""
        return self.current.end if self.current else self.following.start if self.following else None


async def make_display(event: Event, name: str, *, by: Actor) -> Display:
    async with changing(event.scope, by=by) as changes:
        await desk_only(event, by=by)
        display = await Display.create(event=event, name=name, seed=secrets.token_hex(16), created_at=changes.at)
        changes.record("display.opened", display, topics=[event.desk], data={"name": name})
    return display


async def revoke_display(display: Display, *, by: Actor) -> None:
    """Its address leads nowhere from now on; a screen that shows it goes dark with its next look."""
    event = await Event.get(id=display.event_id)
    async with changing(event.scope, by=by) as changes:
        await desk_only(event, by=by)
        current = await Display.get(id=display.id)
        if not current.revoked:
            current.revoked = True
            await current.save(update_fields=["revoked"])
            changes.record("display.revoked", current, topics=[event.desk], data={"name": current.name})


async def displays_of(event: Event) -> Sequence[Display]:
    return await Display.filter(event=event, revoked=False).order_by("id")


async def display_at(token: str, *, key: bytes) -> Display:
    """Raises NotFound for an address that leads to none, or to a revoked one."""
    found = re.fullmatch(r"([0-9]{1,9})-[a-z2-7]{32}", token)
    display = await Display.get_or_none(id=int(found[1]), revoked=False).select_related("event") if found else None
    if display is None or not hmac.compare_digest(token, _token(display, key)):
        raise NotFound
    return display


def address_of(display: Display, *, key: bytes) -> str:
    """Its path."""
    return f"/display/{_token(display, key)}"


async def board(event: Event, *, now: datetime) -> Board:
    coming = Slot.filter(round__event=event, end__gt=now, start__lt=now + SOON).order_by("start", "id").limit(3)
    slots = await coming.select_related("round")
    current = next((slot for slot in slots if slot.start <= now), None)
    following = next((slot for slot in slots if slot.start > now), None)
    shown = await _shown(event)
    seated = {slot.id: await _seated(slot, shown) for slot in (current, following) if slot}
    rows = tuple(_rows(seated.get(current.id if current else 0, {}), seated.get(following.id if following else 0, {})))
    pages = tuple(rows[first : first + ROWS] for first in range(0, len(rows), ROWS))
    at_hand = current or following
    return Board(current, following, at_hand.round.place if at_hand else "", pages)


def _rows(now: Mapping[int, Seating], following: Mapping[int, Seating]) -> Iterator[Row]:
    for number in sorted({*now, *following}):
        yield Row(number, now.get(number), following.get(number))


async def _seated(slot: Slot, shown: frozenset[int]) -> dict[int, Seating]:
    """By the table's number; meetings by video have no place at the hall."""
    found = Meeting.filter(slot=slot, status=MeetingStatus.ACCEPTED, table__line=False)
    meetings = await with_people(found, "organisation").select_related("table")
    return {one.table.number: _seating(principals(one), shown) for one in meetings if one.table}


def _seating(people: Sequence[Participant], shown: frozenset[int]) -> Seating:
    agreed = [one for one in people if one.id in shown]
    sitters = tuple(Sitter(one.name, one.organisation.name if one.organisation else "") for one in agreed)
    return Seating(sitters, len(agreed) < len(people))


async def _shown(event: Event) -> frozenset[int]:
    """Participants (ids) who agreed to be shown."""
    ids = await Presence.filter(participant__event=event, shown=True).values_list("participant_id", flat=True)
    return frozenset(ids)  # type: ignore[arg-type]  # a flat list, which Tortoise's types do not know


def _token(display: Display, key: bytes) -> str:
    """Derived: it can be shown again, and a stolen database has none."""
    digest = hmac.digest(key, f"display|{display.id}|{display.seed}".encode(), hashlib.sha256)
    return f"{display.id}-{base64.b32encode(digest[:20]).decode().lower()}"
