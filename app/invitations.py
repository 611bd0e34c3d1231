"""Invitations are reconciled, not triggered: what each person should have in their calendar against what they
were last told, after a quiet period, so that five quick moves make one mail and a crash loses none.

`settle` runs in a worker for every person whose topic moved. It reads and words everything first and then
writes in one short block, which is given up if somebody else told them something meanwhile.
"""

import secrets
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from itertools import chain
from zoneinfo import ZoneInfo

from tortoise.expressions import F

from app import outbox, templating
from app.config import Settings
from app.i18n import _, speaking
from app.ical.imip import invite_mail
from app.ical.itip import Cancel, Mailbox, Message, Request, Told, Wanted, Withdraw, reconcile, uid_for
from app.journal import changing
from app.models import Invitation, Person, Topic
from app.source import Occasion, Source

REVISION = F("revision")
PEOPLE_A_BLOCK = 20
PATIENCE = 5  # quiet periods: somebody whose agenda never rests is told after these


@dataclass(frozen=True, slots=True)
class Letter:
    """One message, worded and frozen."""

    message: Message
    message_id: str = ""
    subject: str = ""
    body: bytes = b""


async def settle_due(sources: Sequence[Source], settings: Settings) -> bool:
    """Settle some of the people whose quiet period is over. True if there were any."""
    now, quiet = datetime.now(UTC), timedelta(seconds=settings.quiet_seconds)
    unsettled = Topic.filter(name__startswith="person:", settled__lt=REVISION)
    due = [
        topic
        for topic in await unsettled.order_by("unsettled_since").limit(500)
        if topic.at <= now - quiet or topic.unsettled_since <= now - PATIENCE * quiet
    ]
    if not due:
        return False
    scope = due[0].scope
    await settle(scope, [topic for topic in due if topic.scope == scope][:PEOPLE_A_BLOCK], sources, settings)
    return True


async def settle(scope: str, topics: Sequence[Topic], sources: Sequence[Source], settings: Settings) -> None:
    """Tell these people of one event what is new for them, and remember having done so."""
    now = datetime.now(UTC)
    people = await Person.filter(id__in=[int(topic.name.partition(":")[2]) for topic in topics])
    occasion = await occasion_of(sources, scope)
    told = await _told(scope, people)
    letters: dict[int, list[Letter]] = {}
    if occasion:
        occasion = occasion.at(settings.base_url)
        wanted = await _wanted(sources, scope, people, settings)
        organiser = organiser_of(occasion, settings)
        earlier = await outbox.left([one.uid for ones in told.values() for one in ones])
        for person in people:
            messages = reconcile(wanted[person.id], told[person.id], now=now)
            threads = {uid: [mail.message_id for mail in mails] for uid, mails in earlier.items()}
            letters[person.id] = [_worded(message, person, occasion, organiser, threads, now) for message in messages]
    await _write(scope, topics, people, told, letters, occasion, settings)


async def occasion_of(sources: Iterable[Source], scope: str) -> Occasion | None:
    for source in sources:
        if occasion := await source.occasion(scope):
            return occasion
    return None


def organiser_of(occasion: Occasion, settings: Settings) -> Mailbox:
    """One stable address per event: it is who invites, and what a mail program learns to know."""
    local, _at, domain = settings.mail_from.partition("@")
    return Mailbox(occasion.name, f"{local}+{occasion.slug}@{domain}")


async def _told(scope: str, people: Sequence[Person]) -> dict[int, list[Told]]:
    """What each person was last told, and whether the mail that told it has left."""
    told: dict[int, list[Told]] = {person.id: [] for person in people}
    invitations = await Invitation.filter(scope=scope, person_id__in=list(told)).order_by("id")
    left = await outbox.left([invitation.uid for invitation in invitations])
    for invitation in invitations:
        one = Told.from_json(invitation.told)
        gone = any(mail.sequence == one.sequence for mail in left.get(one.uid, ()))
        told[invitation.person_id].append(replace(one, left=one.left or gone))
    return told


async def _wanted(
    sources: Sequence[Source], scope: str, people: Sequence[Person], settings: Settings
) -> dict[int, list[Wanted]]:
    """What each person should have by mail: their commitments, unless they take them from their feed."""
    wanted: dict[int, list[Wanted]] = {person.id: [] for person in people}
    for code in {person.language for person in people}:
        by_mail = [person.id for person in people if person.invited_by_mail and person.language == code]
        with speaking(code):
            agendas = [await source.agendas(by_mail, scope) for source in sources]
        for person_id, entries in chain.from_iterable(agenda.items() for agenda in agendas):
            wanted[person_id] += [
                Wanted(
                    uid_for(settings.secret_key, entry.subject, person_id, domain=settings.mail_domain),
                    entry.at(settings.base_url),
                )
                for entry in entries
                if not entry.transparent
            ]
    return wanted


def _worded(
    message: Message,
    person: Person,
    occasion: Occasion,
    organiser: Mailbox,
    threads: Mapping[str, Sequence[str]],
    now: datetime,
) -> Letter:
    if isinstance(message, Withdraw):
        return Letter(message)
    with speaking(person.language):
        subject = _subject(message)
        context = {"message": message, "occasion": occasion, "subject": subject, "zone": ZoneInfo(occasion.zone)}
        plain = templating.render("app/mail/invitation.txt", context)
        html = templating.render("app/mail/invitation.html", context)
    uid_part, _at, domain = message.told.uid.partition("@")
    message_id = f"<{uid_part}.{message.told.sequence}.{secrets.token_hex(6)}@{domain}>"
    body = invite_mail(
        message,
        organiser=organiser,
        attendee=Mailbox(person.name, person.email),
        subject=subject,
        plain=plain,
        html=html,
        message_id=message_id,
        references=threads.get(message.told.uid, ()),
        now=now,
    )
    return Letter(message, message_id, subject, body)


def _subject(message: Request | Cancel) -> str:
    if isinstance(message, Cancel):
        words = _("Cancelled: %(what)s")
    elif message.before is None or message.before.cancelled:
        words = _("Invitation: %(what)s")
    else:
        words = _("Changed: %(what)s")
    return words % {"what": message.told.summary}


async def _write(
    scope: str,
    topics: Sequence[Topic],
    people: Sequence[Person],
    told: Mapping[int, Sequence[Told]],
    letters: Mapping[int, Sequence[Letter]],
    occasion: Occasion | None,
    settings: Settings,
) -> None:
    """Queue the letters, remember them, and mark these people settled up to the revision that was read."""
    journal_scope = outbox.mail_scope(scope)
    async with changing(journal_scope, by="worker") as changes:
        if await _told_sequences(scope, people) != _sequences(told):
            return  # another worker told one of them something meanwhile; the next look sees it
        for person in people:
            for letter in letters.get(person.id, ()):
                assert occasion is not None
                await _remember(scope, person, letter)
                if letter.body:
                    await outbox.post(
                        journal_scope,
                        body=letter.body,
                        sender=organiser_of(occasion, settings),
                        recipient=Mailbox(person.name, person.email),
                        subject=letter.subject,
                        message_id=letter.message_id,
                        now=changes.at,
                        uid=letter.message.told.uid,
                        sequence=letter.message.told.sequence,
                    )
                else:
                    await outbox.withdraw(letter.message.told.uid)
        for topic in topics:
            await Topic.filter(id=topic.id, settled__lt=topic.revision).update(settled=topic.revision)
        count = sum(len(person_letters) for person_letters in letters.values())
        desk = f"desk:{scope.partition(':')[2]}"
        changes.record("invitations.settled", topics[0], topics=[desk] if count else [], data={"letters": count})


async def _remember(scope: str, person: Person, letter: Letter) -> None:
    told = letter.message.told
    await Invitation.update_or_create(
        person_id=person.id,
        subject=told.subject,
        defaults={
            "uid": told.uid,
            "scope": scope,
            "sequence": told.sequence,
            "told": told.as_json(),
            "cancelled": told.cancelled,
        },
    )


async def _told_sequences(scope: str, people: Sequence[Person]) -> dict[str, int]:
    """UID → last sequence, as stored now."""
    found = await Invitation.filter(scope=scope, person_id__in=[person.id for person in people])
    return {invitation.uid: invitation.sequence for invitation in found}


def _sequences(told: Mapping[int, Sequence[Told]]) -> dict[str, int]:
    return {one.uid: one.sequence for ones in told.values() for one in ones}
