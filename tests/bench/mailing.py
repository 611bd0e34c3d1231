"""Wording invitations for 500 people, and bringing a thousand of them to a mail server."""

import time
from datetime import UTC, datetime

from app import delivery, invitations, outbox
from app.ical.itip import Mailbox
from app.journal import changing
from app.models import Mail, MailState
from app.slices import SOURCES
from events.releasing import release_programme
from tests.bench.raw_sink import RawSink, sinking
from tests.bench.rig import Figure, Ground, settings_for
from tests.bench.stage import conference

MAILS = 1_000


async def figures(ground: Ground) -> list[Figure]:
    made = await conference()
    await release_programme(made.event, "v1", by=made.organiser)
    settling, cpu = await _settle(ground)
    letters = await Mail.all().count()
    people = len(made.speakers)
    await _queue()
    with sinking() as sink:
        seconds, mail_cpu = await _deliver(sink)
        assert await sink.count() == MAILS
    return [
        Figure(f"settling {people} people", settling, "s", note=f"{letters} letters"),
        Figure("CPU a letter, worded and queued", cpu / letters * 1e3, "ms"),
        Figure("mails to the server", MAILS / seconds, "/s", note=f"{MAILS:,} queued invitations"),
        Figure("CPU a mail", mail_cpu / MAILS * 1e3, "ms"),
    ]


async def _settle(ground: Ground) -> tuple[float, float]:
    """Wall and CPU seconds until everybody's invitations are queued."""
    settings = settings_for(ground.url)
    start, cpu = time.perf_counter(), time.process_time()
    while await invitations.settle_due(SOURCES, settings):
        pass
    return time.perf_counter() - start, time.process_time() - cpu


async def _queue() -> None:
    """A real invitation, a thousand times, in place of what is queued."""
    letter = await Mail.all().order_by("id").first()
    assert letter
    now = datetime.now(UTC)
    async with changing(letter.scope, by="bench") as changes:
        await Mail.all().update(state=MailState.SUPERSEDED)
        await Mail.bulk_create(
            [
                outbox.frozen(
                    letter.scope,
                    body=letter.body,
                    sender=Mailbox("", letter.sender),
                    recipient=Mailbox("", f"guest{n}@example.org"),
                    subject=letter.subject,
                    message_id=f"<{n}@bench.example>",
                    now=now,
                    uid=f"{n}@bench.example",
                    sequence=0,
                )
                for n in range(MAILS)
            ],
            batch_size=50,
        )
        changes.record("bench.set", letter, topics=[])


async def _deliver(sink: RawSink) -> tuple[float, float]:
    start, cpu = time.perf_counter(), time.process_time()
    while await delivery.deliver(sink.url):
        pass
    return time.perf_counter() - start, time.process_time() - cpu
