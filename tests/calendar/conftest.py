"""The checklist of what real calendar programs need, one test an item, on the whole application.

fair       people, a round and an event on a fresh database (tests/matchmaking/conftest.py)
stage      the same with a programme, and the application to ask: calendars as programs get them
"""

from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime

import httpx2
import pytest
from icalendar import Calendar, Event

from app import feeds, journal, main, polls, slices
from app.config import Settings
from app.invitations import settle_due
from app.known import Known
from app.models import Mail, MailState, Person
from events.models import Room, Session
from events.releasing import release_programme
from events.rooms import add_room
from events.schedule import Details, create_session
from matchmaking.meetings import accept, request_meeting
from matchmaking.models import Meeting
from tests.answering import invitation_in
from tests.app.plumbing import sign_in_row
from tests.conftest import settings_for
from tests.matchmaking.conftest import Fair, make_fair


@dataclass
class Stage:
    fair: Fair
    settings: Settings
    program: httpx2.AsyncClient  # somebody's calendar program: no cookies, and no word on where it comes from
    known: Known  # the server's memory, which trusts itself for three seconds after each `look`
    hall: Room

    @property
    def path(self) -> str:
        return f"/e/{self.fair.event.slug}"

    async def session(self, title: str, start: str = "14:00", end: str = "14:45", **details: object) -> Session:
        room = details.pop("room", self.hall)
        made = Details(title=title, **details)  # type: ignore[arg-type]
        return await create_session(
            self.fair.event, made, room=room, start=self.fair.at(start), end=self.fair.at(end), by=self.fair.organiser
        )  # type: ignore[arg-type]

    async def release(self, version: str = "v1") -> None:
        await release_programme(self.fair.event, version, by=self.fair.organiser)
        await self.fair.event.refresh_from_db()

    async def meeting(self) -> Meeting:
        """Anna and Mikko at 10:00, at the one table there is in Morning."""
        morning = await self.fair.round("10:00", "11:00", tables=2)
        anna, mikko = [await self.fair.delegate(name, morning) for name in ("Anna", "Mikko")]
        asked = await request_meeting(anna, mikko, message="", by=self.fair[anna])
        return await accept(asked, by=self.fair[mikko])

    async def feed(self, address: str = "") -> bytes:
        """The bytes of a feed, the event's if no other."""
        answer = await self.program.get(address or f"{self.path}/feed.ics")
        assert answer.status_code == 200, answer.text
        return answer.content

    async def events(self, address: str = "") -> dict[str, Event]:
        """By SUMMARY."""
        return {str(one["SUMMARY"]): one for one in Calendar.from_ical(await self.feed(address)).events}

    async def private(self, person: Person, scope: str = "") -> str:
        """The address of somebody's own feed."""
        opened = await feeds.open_feed(person, scope or self.fair.event.scope, key=self.settings.secret_key)
        return feeds.address_of(opened, self.settings)

    async def mails(self) -> list[Mail]:
        """What was mailed since the last time, after everybody was told."""
        while await settle_due(slices.SOURCES, self.settings):
            pass
        found = await Mail.filter(state=MailState.QUEUED).order_by("id")
        await Mail.filter(state=MailState.QUEUED).update(state=MailState.SENT, sent_at=datetime.now(UTC))
        return found

    async def invitation(self, person: Person) -> Event:
        mail = await Mail.filter(recipient=person.email, uid__isnull=False).order_by("-id").first()
        assert mail
        return invitation_in(bytes(mail.body))

    async def cookie(self, name: str = "Anna") -> dict[str, str]:
        """The header of a browser in which they are signed in."""
        return {"Cookie": f"sid={await sign_in_row(await Person.get(name=name))}"}


@pytest.fixture
async def stage(sqlite_database: str) -> AsyncIterator[Stage]:
    polls.shelf.clear()  # of the test before, whose revisions counted from one as well
    settings = replace(settings_for(sqlite_database), quiet_seconds=0.0)
    fair = await make_fair()
    hall = await add_room(fair.event, "Hall", by=fair.organiser)
    app = main.create_app(settings)
    known = app.state.hub.known
    async with httpx2.AsyncClient(transport=httpx2.ASGITransport(app=app), base_url=settings.base_url) as program:
        journal.wakers.add(known.moved)
        yield Stage(fair, settings, program, known, hall)
        journal.wakers.discard(known.moved)
