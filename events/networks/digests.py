"""The worker that mails followers what is new in their pilots: once a day at most, and nothing twice."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from app import outbox
from app.config import Settings
from app.i18n import ngettext, speaking
from app.ical.itip import Mailbox
from app.journal import changing
from app.letters import letter
from app.models import Mail, Person, Reminder, ReminderKind
from app.unsubscribing import address
from events.models import Participant, ParticipantStatus
from events.networks.models import Follow, Pilot
from events.networks.news import Item, News
from events.networks.wording import ZONE

SCOPE = "mail:news"
LOOK = timedelta(minutes=10)
A_DAY = timedelta(hours=24)
OLDEST = timedelta(days=14)
DAYTIME = range(8, 20)


@dataclass(frozen=True, slots=True)
class Digest:
    """One mail to be: the person's pilots with news, in their order."""

    person: Person
    parts: tuple[tuple[Pilot, tuple[Item, ...]], ...]

    @property
    def items(self) -> list[Item]:
        return [item for _pilot, items in self.parts for item in items]

    @property
    def keys(self) -> set[str]:
        """An item in two pilots that somebody follows is told once."""
        return {item.key for item in self.items}


class Looking:
    """Looks every ten minutes in the daytime."""

    def __init__(self, sources: Sequence[News], settings: Settings) -> None:
        self.sources, self.settings = sources, settings
        self.next = datetime.min.replace(tzinfo=UTC)

    async def work(self) -> bool:
        now = datetime.now(UTC)
        if now < self.next or now.astimezone(ZONE).hour not in DAYTIME:
            return False
        self.next = now + LOOK
        return await send(await due(self.sources, now=now), self.settings, now=now) > 0


async def due(sources: Sequence[News], *, now: datetime) -> list[Digest]:
    """For everybody who follows, wants mail and has had none for a day: what they have not been told."""
    follows = Follow.filter(person__news_digest=True).select_related("person", "pilot")
    following = await follows.order_by("pilot__network_id", "pilot__position", "id")
    if not following:
        return []
    told = await Reminder.filter(kind=ReminderKind.NEWS, at__gt=now - 2 * OLDEST).values_list("person_id", "key", "at")
    spared = {person for person, _key, at in told if at > now - A_DAY}
    known = {(person, key) for person, key, _at in told}
    waiting = [one for one in following if one.person_id not in spared]
    members = await _members({one.person_id for one in waiting})
    found: list[Digest] = []
    for language in {one.person.language for one in waiting}:
        readers = [one for one in waiting if one.person.language == language]
        with speaking(language):
            items = [
                item for source in sources for item in await source({one.pilot_id for one in readers}, now - OLDEST)
            ]
        found += _digests(readers, items, known, members)
    return found


async def send(found: Sequence[Digest], settings: Settings, *, now: datetime) -> int:
    """Queue the mails; how many. Another worker may have been faster: what it told is not told again."""
    sent = 0
    for digest in found:
        async with changing(SCOPE, by="worker") as changes:
            person = await Person.get_or_none(id=digest.person.id, news_digest=True)
            told = Reminder.filter(person_id=digest.person.id, kind=ReminderKind.NEWS, key__in=list(digest.keys))
            if person is None or await told.exists():
                continue
            await outbox.post_all([_mail(digest, settings, now)])
            await Reminder.bulk_create(
                [Reminder(person=person, kind=ReminderKind.NEWS, key=key, at=now) for key in sorted(digest.keys)]
            )
            changes.record(
                "reminder.sent", person, topics=[], data={"kind": ReminderKind.NEWS, "keys": sorted(digest.keys)}
            )
            sent += 1
    return sent


def _digests(
    following: Sequence[Follow],
    items: Sequence[Item],
    known: Collection[tuple[int, str]],
    members: Mapping[int, set[int]],
) -> list[Digest]:
    parts: dict[int, list[tuple[Pilot, tuple[Item, ...]]]] = {}
    for one in following:
        new = tuple(
            item
            for item in sorted(items, key=lambda item: item.at)
            if item.pilot == one.pilot_id
            and item.at > one.at
            and one.person_id not in item.not_for
            and (one.person_id, item.key) not in known
            and (item.members_of is None or item.members_of in members.get(one.person_id, ()))
        )
        if new:
            parts.setdefault(one.person_id, []).append((one.pilot, new))
    people = {one.person_id: one.person for one in following}
    return [Digest(people[number], tuple(theirs)) for number, theirs in parts.items()]


async def _members(people: Collection[int]) -> dict[int, set[int]]:
    """Person → the events that they take part in."""
    rows = Participant.filter(person_id__in=list(people), status=ParticipantStatus.APPROVED)
    found: dict[int, set[int]] = {}
    for person, event in await rows.values_list("person_id", "event_id"):
        found.setdefault(person, set()).add(event)
    return found


def _mail(digest: Digest, settings: Settings, now: datetime) -> Mail:
    person = digest.person
    count = len(digest.keys)
    with speaking(person.language):
        subject = ngettext("One thing is new in your pilots", "%(n)d things are new in your pilots", count) % {
            "n": count
        }
        return letter(
            "events/mail/news",
            {"digest": digest, "account": f"{settings.base_url}/account"},
            scope=SCOPE,
            sender=Mailbox("Pilotmatch", settings.mail_from),
            recipient=Mailbox(person.name, person.email),
            subject=subject,
            settings=settings,
            now=now,
            unsubscribe=address(person, ReminderKind.NEWS, key=settings.secret_key),
        )
