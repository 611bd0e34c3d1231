"""What a slice's `ical` module gives to `app.agenda` and `app.invitations`, so that neither imports a slice."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from typing import Protocol

from app.texts import Texts, in_language


@dataclass(frozen=True, slots=True)
class Entry:
    """One thing in somebody's calendar, worded for that reader. Times are aware; texts are plain text.

    `subject` ("meeting:7", "session:12") is its identity and never reused. `sequence` rises on time, place and
    status; `changed` rises strictly on every change that a reader can see (RFC 5545 3.8.7.3, 3.8.7.4).
    """

    subject: str
    summary: str
    start: datetime
    end: datetime
    zone: str  # IANA name: texts say the time in it, calendars get UTC
    sequence: int
    created: datetime
    changed: datetime
    company: str = ""  # ids of whom the reader meets: other people are news, another name is not
    location: str = ""
    description: tuple[str, ...] = ()  # lines
    categories: tuple[str, ...] = ()
    url: str = ""  # a path of ours; see `at`
    online_url: str = ""  # the join link: leave it empty for a reader who may not have it
    geo: tuple[float, float] | None = None  # latitude, longitude
    cancelled: bool = False
    transparent: bool = False  # a mark or somebody else's session: does not make the reader busy
    private: bool = False

    def at(self, base_url: str) -> "Entry":
        """For somebody outside: with the whole address."""
        return replace(self, url=base_url + self.url) if self.url else self


@dataclass(frozen=True, slots=True)
class Occasion:
    """What a scope is called: it heads a feed, spans its umbrella and signs its invitations."""

    name: str
    slug: str
    url: str  # a path of ours; see `at`
    place: str
    zone: str  # IANA name
    first_day: date
    last_day: date
    changed: datetime = datetime(2000, 1, 1, tzinfo=UTC)  # rises on every change of the above
    names: Texts = field(default_factory=dict)  # in other languages than its own

    @property
    def said(self) -> str:
        """Its name as the reader gets it; `name` is the same for everybody."""
        return str(in_language({**self.names, "": self.name}, ""))

    def at(self, base_url: str) -> "Occasion":
        return replace(self, url=base_url + self.url)


@dataclass(frozen=True, slots=True)
class Waiting:
    """Somebody waits for a person's answer, or an answer of theirs waits to be read."""

    person_id: int
    scope: str
    subject: str  # "meeting:7"
    name: str  # who waits
    since: datetime
    url: str  # a path of ours: where to answer
    open: bool = True  # else nothing is left to do but to read
    why: tuple[str, ...] = ()  # sentences (see `Reminding.reasons`)


class Source(Protocol):
    """A slice's `ical` module, as the composition root hands it over."""

    async def agendas(self, person_ids: Sequence[int], scope: str) -> Mapping[int, Sequence[Entry]]:
        """For each of these people everything they have, may see, or lost by cancellation, in few queries for all
        of them; `scope` as in Feed.scope ("event:3", "all")."""

    async def occasion(self, scope: str) -> Occasion | None:
        """The event behind a scope; None if the scope is no event of this slice."""


class Reminding(Source, Protocol):
    """What `app.reminders` asks besides."""

    async def starting(self, after: datetime, before: datetime) -> set[tuple[int, str]]:
        """Who has something that starts then, and in which scope: (person, "event:3")."""

    async def waiting(self, now: datetime) -> Sequence[Waiting]:
        """All that waits for an answer, and the answers of the last days."""

    async def unread(self, now: datetime) -> Sequence[Waiting]:
        """All messages that nobody has looked at; without a `name` they are from the organisers."""

    async def reasons(self, subjects: Sequence[str]) -> Mapping[str, Sequence[str]]:
        """By subject of what waits, why it is worth an answer, or what it says: sentences in the language being
        spoken, where there are any."""
