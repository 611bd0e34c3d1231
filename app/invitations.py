"""Invitations are reconciled, not triggered: what each person should have in their calendar against what they
were last told, after a quiet period, so that five quick moves make one mail and a crash loses none.

`settle` runs in a worker for every person whose topic moved. It reads and words everything first and then
writes in one short block, which is given up if somebody else told them something meanwhile.
"""

import asyncio
import logging
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
from app.models import Invitation, Mail, Person, Topic
from app.source import Occasion, Source

log = logging.getLogger("pilotmatch.invitations")

REVISION = F("revision")
PEOPLE_A_BLOCK = 20
PATIENCE = 5  # quiet periods: somebody whose agenda never rests is told after these


@dataclass(frozen=True, slots=True)
class Letter:
    """One message to one person, and its mail, if there is one to send."""

    message: Message
    person: Person
    mail: Mail | None = None


@dataclass(frozen=True, slots=True)
class Writing:
    """What all letters of one settling share."""

    scope: str  # the outbox's
    occasion: Occasion
    organiser: Mailbox
    threads: Mapping[str, Sequence[str]]  # UID → ids of the mails that left
    now: datetime


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
    letters: list[Letter] = []
    if occasion := await occasion_of(sources, scope):
        told, threads = await _told(scope, people)
        wanted = await _wanted(sources, scope, people, settings)
        organiser = organiser_of(occasion, settings)
        writing = Writing(outbox.mail_scope(scope), occasion.at(settings.base_url), organiser, threads, now)
        for person in people:
            messages = reconcile(wanted[person.id], told[person.id], now=now)
            # In a thread: a letter takes milliseconds, and pages must not wait for a hundred of them.
            letters += await asyncio.to_thread(_worded, messages, person, writing)
    await _write(scope, topics, letters)


async def occasion_of(sources: Iterable[Source], scope: str) -> Occasion | None:
    for source in sources:
        if occasion := await source.occasion(scope):
            return occasion
    return None


def organiser_of(occasion: Occasion, settings: Settings) -> Mailbox:
    """One stable address per event: it is who invites, and what a mail program learns to know."""
    local, _at, domain = settings.mail_from.partition("@")
    return Mailbox(occasion.name, f"{local}+{occasion.slug}@{domain}")


async def _told(scope: str, people: Sequence[Person]) -> tuple[dict[int, list[Told]], dict[str, list[str]]]:
    """What each person was last told, and whether the mail that told it has left; per UID the mails that left."""
    told: dict[int, list[Told]] = {person.id: [] for person in people}
    invitations = await Invitation.filter(scope=scope, person_id__in=list(told)).order_by("id")
    left = await outbox.left([invitation.uid for invitation in invitations])
    for invitation in invitations:
        one = Told.from_json(invitation.told)
        gone = any(mail.sequence == one.sequence for mail in left.get(one.uid, ()))
        told[invitation.person_id].append(replace(one, left=one.left or gone))
    return told, {uid: [mail.message_id for mail in mails] for uid, mails in left.items()}


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


def _worded(messages: Iterable[Message], person: Person, writing: Writing) -> list[Letter]:
    letters = []
    for message in messages:
        try:
            letters.append(_letter(message, person, writing))
        except ValueError as error:  # HeaderInjection, or they attend under the address that invites
            log.error("person %d cannot be told of %s: %s", person.id, message.told.subject, error)
    return letters


def _letter(message: Message, person: Person, writing: Writing) -> Letter:
    if isinstance(message, Withdraw):
        return Letter(message, person)
    with speaking(person.language):
        subject = _subject(message)
        context = {
            "message": message,
            "occasion": writing.occasion,
            "subject": subject,
            "zone": ZoneInfo(writing.occasion.zone),
        }
        plain = templating.render("app/mail/invitation.txt", context)
        html = templating.render("app/mail/invitation.html", context)
    uid_part, _at, domain = message.told.uid.partition("@")
    message_id = f"<{uid_part}.{message.told.sequence}.{secrets.token_hex(6)}@{domain}>"
    body = invite_mail(
        message,
        organiser=writing.organiser,
        attendee=Mailbox(person.name, person.email),
        subject=subject,
        plain=plain,
        html=html,
        message_id=message_id,
        references=writing.threads.get(message.told.uid, ()),
        now=writing.now,
    )
    mail = outbox.frozen(
        writing.scope,
        body=body,
        sender=writing.organiser,
        recipient=Mailbox(person.name, person.email),
        subject=subject,
        message_id=message_id,
        now=writing.now,
        uid=message.told.uid,
        sequence=message.told.sequence,
    )
    return Letter(message, person, mail)


def _subject(message: Request | Cancel) -> str:
    if isinstance(message, Cancel):
        words = _("Cancelled: %(what)s")
    elif message.before is None or message.before.cancelled:
        words = _("Invitation: %(what)s")
    else:
        words = _("Changed: %(what)s")
    return words % {"what": message.told.summary}


async def _write(scope: str, topics: Sequence[Topic], letters: Sequence[Letter]) -> None:
    """Queue the letters, remember them, and mark these people settled up to the revision that was read."""
    async with changing(outbox.mail_scope(scope), by="worker") as changes:
        if not (await _not_answered(letters) and await _still_unsettled(topics)):
            return  # they answered, or another worker told one of them something; the next look sees it
        await outbox.withdraw([letter.message.told.uid for letter in letters])
        await outbox.post_all([letter.mail for letter in letters if letter.mail])
        await _remember(scope, letters)
        for revision in {topic.revision for topic in topics}:
            ids = [topic.id for topic in topics if topic.revision == revision]
            await Topic.filter(id__in=ids).update(settled=revision)
        desk = f"desk:{scope.partition(':')[2]}"
        topic_of_news = [desk] if letters else []
        changes.record("invitations.settled", topics[0], topics=topic_of_news, data={"letters": len(letters)})


async def _not_answered(letters: Sequence[Letter]) -> bool:
    """Has no answer come (see app.inbox) since we read what they were told? It would be forgotten."""
    known = {one.uid: one.replies for one in map(_before, letters)}
    rows = await Invitation.filter(uid__in=list(known)).order_by("id").select_for_update()
    return all(Told.from_json(row.told).replies == known[row.uid] for row in rows)


def _before(letter: Letter) -> Told:
    """Their invitation as it was read."""
    message = letter.message
    return message.before or message.told if isinstance(message, Request) else message.told


async def _still_unsettled(topics: Sequence[Topic]) -> bool:
    """Has nobody settled any of these since we read them? Their rows are locked in the order that writers lock them."""
    read = {topic.id: topic.settled for topic in topics}
    # Whole rows: asked for some columns with values_list(), Tortoise 1.1.9 leaves out FOR UPDATE without a word.
    now = await Topic.filter(id__in=list(read)).order_by("name").select_for_update()
    return {topic.id: topic.settled for topic in now} == read


async def _remember(scope: str, letters: Sequence[Letter]) -> None:
    told = [(letter.person, letter.message.told) for letter in letters]
    await Invitation.bulk_create(
        [
            Invitation(
                person_id=person.id,
                subject=one.subject,
                uid=one.uid,
                scope=scope,
                sequence=one.sequence,
                told=one.as_json(),
                cancelled=one.cancelled,
            )
            for person, one in told
        ],
        on_conflict=("person_id", "subject"),
        update_fields=("uid", "scope", "sequence", "told", "cancelled"),
        batch_size=100,
    )
