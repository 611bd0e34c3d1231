"""Reminders by mail: before what binds one, of tomorrow, of those who wait for an answer or have given theirs; each at
most once.

A worker looks every few seconds who is due. What was sent stands in a table, so neither a second worker nor a crash
repeats it; every such mail ends them for good with one click (RFC 8058, see app.unsubscribing).
"""

import asyncio
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from itertools import groupby
from zoneinfo import ZoneInfo

from tortoise.expressions import Q

from app import outbox
from app.config import Settings
from app.i18n import _, ngettext, speaking
from app.ical.itip import Mailbox
from app.invitations import occasion_of, organiser_of
from app.journal import Changes, changing
from app.letters import letter
from app.models import Mail, Person, Reminder, ReminderKind
from app.source import Entry, Occasion, Reminding, Waiting
from app.unsubscribing import address

ON_SITE, ONLINE = 15, 5  # minutes before, for those who chose nothing else
LONGEST = timedelta(minutes=60)
EVENING = range(18, 24)  # hours by the event's clock
DAYTIME = range(8, 20)
GATHERING = timedelta(hours=1)  # five requests make one mail
A_DAY = timedelta(hours=24)
A_WEEK = timedelta(days=7)  # longer than any answer waits to be read
REMEMBERED = timedelta(days=30)
LOOK = timedelta(seconds=20)
LONG_LOOK = timedelta(minutes=10)
A_READ = 10_000  # subjects: PostgreSQL takes 32,767 variables a statement


@dataclass(frozen=True, slots=True)
class Due:
    """One mail to be: of what, and how it is remembered."""

    person: Person
    scope: str
    kind: ReminderKind
    keys: tuple[str, ...]
    entries: tuple[Entry, ...] = ()
    waiting: tuple[Waiting, ...] = ()


class Looking:
    """The worker: looks every twenty seconds for what starts soon, every ten minutes for the rest."""

    def __init__(self, sources: Sequence[Reminding], settings: Settings) -> None:
        self.sources, self.settings = sources, settings
        self.next = self.next_long = datetime.min.replace(tzinfo=UTC)

    async def work(self) -> bool:
        now = datetime.now(UTC)
        if now < self.next:
            return False
        self.next = now + LOOK
        found = await soon(self.sources, now=now)
        if now >= self.next_long:
            self.next_long = now + LONG_LOOK
            found += await evenings(self.sources, now=now) + await requests(self.sources, now=now)
            found += await messages(self.sources, now=now)
            await forget(now=now)
        return await send(found, self.sources, self.settings, now=now) > 0


async def soon(sources: Sequence[Reminding], *, now: datetime) -> list[Due]:
    """What binds somebody and starts within the minutes they chose."""
    found: list[Due] = []
    for scope, people in (await _starting(sources, now, now + LONGEST)).items():
        for person, entries in await _agendas(sources, people, scope):
            found += [
                Due(person, scope, ReminderKind.SOON, (_key(entry),), (entry,))
                for entry in entries
                if now < entry.start <= now + timedelta(minutes=_minutes(person, entry))
            ]
    return found


async def evenings(sources: Sequence[Reminding], *, now: datetime) -> list[Due]:
    """Tomorrow's agenda, once it is evening where the event is."""
    found: list[Due] = []
    for scope, people in (await _starting(sources, now, now + timedelta(hours=31))).items():
        occasion = await occasion_of(sources, scope)
        local = now.astimezone(ZoneInfo(occasion.zone)) if occasion else now
        if occasion is None or local.hour not in EVENING:
            continue
        tomorrow = local.date() + timedelta(days=1)
        for person, entries in await _agendas(sources, people, scope):
            then = tuple(entry for entry in entries if entry.start.astimezone(local.tzinfo).date() == tomorrow)
            if then and person.evening_digest:
                found.append(Due(person, scope, ReminderKind.EVENING, (f"{scope}@{tomorrow}",), then))
    return found


async def requests(sources: Sequence[Reminding], *, now: datetime) -> list[Due]:
    """Who waits for an answer, or gave one: when somebody new did, in the daytime, and once a day at most."""
    waiting = [one for source in sources for one in await source.waiting(now)]
    found = await _digests(sources, ReminderKind.REQUESTS, waiting, now=now)
    return [due for due in found if due.person.request_digest]


async def messages(sources: Sequence[Reminding], *, now: datetime) -> list[Due]:
    """Who has written and was not read: as `requests`."""
    waiting = [one for source in sources for one in await source.unread(now)]
    found = await _digests(sources, ReminderKind.MESSAGES, waiting, now=now)
    return [due for due in found if due.person.message_digest]


async def send(found: Sequence[Due], sources: Sequence[Reminding], settings: Settings, *, now: datetime) -> int:
    """Queue those that nobody got yet; how many."""
    fresh = await _fresh(found)
    for scope in dict.fromkeys(due.scope for due in fresh):
        occasion = await occasion_of(sources, scope)
        if occasion is None:
            continue
        ones = await _reasoned(sources, [due for due in fresh if due.scope == scope])
        # In a thread: a digest for five hundred people takes a second, and pages must not wait for it.
        mails = await asyncio.to_thread(lambda: [_mail(due, occasion, settings, now) for due in ones])  # noqa: B023
        async with changing(outbox.mail_scope(scope), by="worker") as changes:
            await _queue(changes, list(zip(ones, mails, strict=True)), now)
    return len(fresh)


async def forget(*, now: datetime) -> None:
    """What was remembered so as not to be told twice, and is long over. Requests may wait on, and so stay."""
    passing = Q(kind__in=[ReminderKind.SOON, ReminderKind.EVENING]) | Q(key__startswith="answer:")
    old = Reminder.filter(passing, at__lt=now - REMEMBERED)
    if first := await old.first():
        async with changing("mail:0", by="worker") as changes:
            changes.record("reminder.forgotten", first, topics=[], data={"number": await old.delete()})


async def _digests(
    sources: Sequence[Reminding], kind: ReminderKind, waiting: Iterable[Waiting], *, now: datetime
) -> list[Due]:
    recent = await Reminder.filter(kind=kind, at__gt=now - A_WEEK)
    spared = {one.person_id for one in recent if one.at > now - A_DAY}
    told = {(one.person_id, one.key) for one in recent}
    waiting = sorted((one for one in waiting if one.open or (one.person_id, one.subject) not in told), key=_whose)
    people = await Person.in_bulk({one.person_id for one in waiting}, "id")
    found: list[Due] = []
    for (person_id, scope), group in groupby(waiting, key=_whose):
        ones = tuple(group)
        if person_id not in spared and ones[0].since <= now - GATHERING:
            occasion = await occasion_of(sources, scope)
            if occasion and now.astimezone(ZoneInfo(occasion.zone)).hour in DAYTIME:
                new = tuple(one.subject for one in ones)
                found.append(Due(people[person_id], scope, kind, new, waiting=ones))
    return found


async def _reasoned(sources: Sequence[Reminding], found: Iterable[Due]) -> list[Due]:
    """With why it is worth an answer, in each one's language."""
    by_language: dict[str, list[Due]] = {}
    for due in found:
        by_language.setdefault(due.person.language, []).append(due)
    reasoned: list[Due] = []
    for code, ones in by_language.items():
        subjects = [one.subject for due in ones for one in due.waiting]
        parts = [subjects[first : first + A_READ] for first in range(0, len(subjects), A_READ)]
        with speaking(code):
            told = [await source.reasons(part) for source in sources for part in parts]
        said = {subject: tuple(why) for source in told for subject, why in source.items()}
        for due in ones:
            waiting = tuple(replace(one, why=said.get(one.subject, ())) for one in due.waiting)
            reasoned.append(replace(due, waiting=waiting))
    return reasoned


async def _queue(changes: Changes, letters: Sequence[tuple[Due, Mail]], now: datetime) -> None:
    """Looks once more, now that nobody else can write: another worker may have been faster."""
    mine = await _fresh([due for due, _mail in letters])
    fresh = {(due.person.id, due.kind, due.keys) for due in mine}
    await outbox.post_all([mail for due, mail in letters if (due.person.id, due.kind, due.keys) in fresh])
    reminders = [Reminder(person_id=due.person.id, kind=due.kind, key=key, at=now) for due in mine for key in due.keys]
    await Reminder.bulk_create(reminders, ignore_conflicts=True)  # a digest lists also who waited before
    for due in mine:
        changes.record("reminder.sent", due.person, topics=[], data={"kind": due.kind, "keys": due.keys})


async def _starting(sources: Sequence[Reminding], after: datetime, before: datetime) -> Mapping[str, set[int]]:
    people: dict[str, set[int]] = {}
    for source in sources:
        for person_id, scope in await source.starting(after, before):
            people.setdefault(scope, set()).add(person_id)
    return people


async def _agendas(sources: Sequence[Reminding], people: Iterable[int], scope: str) -> list[tuple[Person, list[Entry]]]:
    """What binds each of them, in their language, by start."""
    found: list[tuple[Person, list[Entry]]] = []
    everybody = await Person.filter(id__in=list(people))
    for code in {person.language for person in everybody}:
        readers = [person for person in everybody if person.language == code]
        with speaking(code):
            agendas = [await source.agendas([person.id for person in readers], scope) for source in sources]
        for person in readers:
            mine = [entry for agenda in agendas for entry in agenda.get(person.id, ())]
            binding = [entry for entry in mine if not (entry.transparent or entry.cancelled)]
            found.append((person, sorted(binding, key=lambda entry: (entry.start, entry.subject))))
    return found


async def _fresh(found: Sequence[Due]) -> list[Due]:
    """Those of which at least one key is new."""
    rows = Reminder.filter(person_id__in=[due.person.id for due in found]) if found else None
    known = set(await rows.values_list("person_id", "kind", "key")) if rows else set()
    return [due for due in found if any((due.person.id, due.kind, key) not in known for key in due.keys)]


def _minutes(person: Person, entry: Entry) -> int:
    if person.remind_minutes is not None:
        return person.remind_minutes
    return ONLINE if entry.online_url else ON_SITE


def _key(entry: Entry) -> str:
    """With its time: what moved is told again."""
    return f"{entry.subject}@{entry.start.astimezone(UTC).isoformat()}"


def _mail(due: Due, occasion: Occasion, settings: Settings, now: datetime) -> Mail:
    with speaking(due.person.language):
        path = due.waiting[0].url if due.waiting else f"{occasion.url}/agenda"
        context = {
            "due": due,
            "entries": [entry.at(settings.base_url) for entry in due.entries],
            "names": list(dict.fromkeys(one.name or _("the organisers") for one in due.waiting if one.open)),
            "url": settings.base_url + path,
            "occasion": occasion,
            "zone": ZoneInfo(occasion.zone),
        }
        return letter(
            "app/mail/reminder",
            context,
            scope=outbox.mail_scope(due.scope),
            sender=organiser_of(occasion, settings),
            recipient=Mailbox(due.person.name, due.person.email),
            subject=SUBJECTS[due.kind](due, ZoneInfo(occasion.zone)),
            settings=settings,
            now=now,
            unsubscribe=address(due.person, due.kind, key=settings.secret_key),
        )


def _soon(due: Due, zone: ZoneInfo) -> str:
    (entry,) = due.entries
    return _("%(time)s: %(what)s") % {"time": f"{entry.start.astimezone(zone):%H:%M}", "what": entry.summary}


def _evening(due: Due, zone: ZoneInfo) -> str:
    words = ngettext("Tomorrow: one thing in your agenda", "Tomorrow: %(n)d things in your agenda", len(due.entries))
    return words % {"n": len(due.entries)}


def _requests(due: Due, zone: ZoneInfo) -> str:
    waiting = [one for one in due.waiting if one.open]
    words = ngettext("%(name)s waits for your answer", "%(n)d people wait for your answer", len(waiting))
    if not waiting:
        waiting = list(due.waiting)
        words = ngettext("News of your meeting: %(name)s", "News of %(n)d of your meetings", len(waiting))
    return words % {"n": len(waiting), "name": waiting[0].name}


def _messages(due: Due, zone: ZoneInfo) -> str:
    words = ngettext("A message waits for you", "%(n)d messages wait for you", len(due.waiting))
    return words % {"n": len(due.waiting)}


def _whose(one: Waiting) -> tuple[int, str]:
    return one.person_id, one.scope


SUBJECTS: Mapping[ReminderKind, Callable[[Due, ZoneInfo], str]] = {
    ReminderKind.SOON: _soon,
    ReminderKind.EVENING: _evening,
    ReminderKind.REQUESTS: _requests,
    ReminderKind.MESSAGES: _messages,
}
