"""Mail really leaves, once and as it was frozen, whatever the server does meanwhile; over real SMTP."""

import asyncio
import os
import signal
import ssl
import sys
import textwrap
from collections import Counter
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from app import delivery, outbox
from app.config import Settings
from app.delivery import ServerAway, claim, deliver
from app.ical.itip import Mailbox
from app.journal import changes_since, changing
from app.models import Mail, MailState
from tests.sink import Sink

FROM = Mailbox("Kraków Days", "meetings+krakow@pilotmatch.example")
BODY = b"From: meetings@pilotmatch.example\r\nTo: anna@example.org\r\nSubject: Hello\r\n\r\n"


async def queue(
    number: int = 1, *, uid: str | None = None, text: bytes = b"", to: str = "anna@example.org", scope: str = "mail:3"
) -> Mail:
    async with changing(scope, by="test") as changes:
        mail = await outbox.post(
            scope,
            body=BODY + b"Mail %d\r\n" % number + text,
            sender=FROM,
            recipient=Mailbox("", to),
            subject=f"Mail {number}",
            message_id=f"<{scope}.{number}@pilotmatch.example>",
            now=changes.at,
            uid=uid,
            sequence=number if uid else None,
        )
        changes.record("mail.queued", mail, topics=[])
    return mail


async def states() -> Counter[str]:
    return Counter([str(mail.state) for mail in await Mail.all()])


async def hurry() -> None:
    """As if the waiting time were over."""
    past = datetime.now(UTC) - timedelta(seconds=1)
    await Mail.filter(state__in=[MailState.QUEUED, MailState.SENDING]).update(due_at=past)
    await Mail.filter(state=MailState.SENDING).update(leased_until=past)


async def test_mail_is_delivered_once_byte_for_byte(database: str, smtp_sink: Sink) -> None:
    awkward = b".\r\n..\r\n.hidden\r\n\r\n.\r\nQUIT\r\nend\r\n" + b"x" * 900 + b"\r\n" + "Zażółć".encode() + b"\r\n"
    mail = await queue(text=awkward)
    assert await deliver(smtp_sink.url)
    assert [(one.sender, one.recipient) for one in smtp_sink.mails] == [(FROM.address, "anna@example.org")]
    assert smtp_sink.mails[0].raw == mail.body
    assert not await deliver(smtp_sink.url)
    assert len(smtp_sink.mails) == 1
    sent = await Mail.get(id=mail.id)
    assert (sent.state, sent.leased_until, sent.error, sent.attempts) == (MailState.SENT, None, None, 0)
    assert sent.sent_at


async def test_many_mails_leave_in_order_per_uid(database: str, smtp_sink: Sink) -> None:
    for number in range(1, 60):
        await queue(number, scope=f"mail:{number % 3}", to=f"p{number}@example.org")
    while await deliver(smtp_sink.url):
        pass
    assert Counter(one.recipient for one in smtp_sink.mails) == Counter(f"p{n}@example.org" for n in range(1, 60))
    assert await states() == {"sent": 59}


async def test_newer_news_replaces_what_has_not_left(database: str, smtp_sink: Sink) -> None:
    for number in (1, 2, 3):
        await queue(number, uid="m-1@x")
    await queue(4, uid="m-2@x")
    await deliver(smtp_sink.url)
    assert sorted(b"Mail %d" % n for n in (3, 4)) == sorted(one.raw.split(b"\r\n")[-2] for one in smtp_sink.mails)
    assert await states() == {"superseded": 2, "sent": 2}


async def test_news_waits_for_older_news_that_is_leaving(database: str, smtp_sink: Sink) -> None:
    await queue(1, uid="m-1@x")
    [leaving] = await claim(now=datetime.now(UTC))
    await queue(2, uid="m-1@x")
    assert not await deliver(smtp_sink.url)
    await delivery.give_back([leaving])
    for _ in range(3):
        await deliver(smtp_sink.url)
    assert [one.raw.split(b"\r\n")[-2] for one in smtp_sink.mails] == [b"Mail 1", b"Mail 2"]


@pytest.mark.parametrize("at", ["mail", "rcpt", "data"])
async def test_4xx_is_tried_again_with_the_same_bytes(database: str, smtp_sink: Sink, at: str) -> None:
    mail = await queue()
    smtp_sink.refuse("451 try later", at=at)
    before = datetime.now(UTC)
    assert await deliver(smtp_sink.url)
    waiting = await Mail.get(id=mail.id)
    assert (waiting.state, waiting.attempts) == (MailState.QUEUED, 1)
    assert "451" in str(waiting.error) or "try later" in str(waiting.error)
    assert timedelta(seconds=50) < waiting.due_at - before < timedelta(seconds=90)
    assert not await deliver(smtp_sink.url)
    await hurry()
    await deliver(smtp_sink.url)
    assert [one.raw for one in smtp_sink.mails] == [mail.body]
    assert (await Mail.get(id=mail.id)).state == MailState.SENT


@pytest.mark.parametrize("at", ["rcpt", "data"])
async def test_5xx_fails_at_once_and_the_desk_hears_of_it(database: str, smtp_sink: Sink, at: str) -> None:
    mail = await queue(1)
    await queue(2, to="bea@example.org")
    smtp_sink.refuse("550 no such person", at=at)
    await deliver(smtp_sink.url)
    failed = await Mail.filter(state=MailState.FAILED)
    assert len(failed) == 1
    assert "no such person" in str(failed[0].error)
    fact = next(one for one in await changes_since("mail:3", 0) if one.kind == "mail.failed")
    assert (fact.subject_id, fact.topics) == (failed[0].id, ["desk:3"])
    assert len(smtp_sink.mails) == 1
    await hurry()
    assert not await deliver(smtp_sink.url)
    assert mail.id in {one.id for one in await Mail.all()}


async def test_mail_is_given_up_after_two_days(database: str, smtp_sink: Sink) -> None:
    mail = await queue()
    await Mail.all().update(created_at=datetime.now(UTC) - timedelta(hours=49))
    smtp_sink.refuse("451 still not")
    await deliver(smtp_sink.url)
    assert (await Mail.get(id=mail.id)).state == MailState.FAILED


async def test_waits_grow(database: str, smtp_sink: Sink) -> None:
    mail = await queue()
    waits = []
    for _ in range(7):
        smtp_sink.refuse("451 later")
        await hurry()
        await deliver(smtp_sink.url)
        waits.append(round(((await Mail.get(id=mail.id)).due_at - datetime.now(UTC)).total_seconds() / 60))
    assert waits == [1, 5, 15, 30, 60, 60, 60]


async def test_server_that_is_down_costs_no_mail_anything(database: str, smtp_sink: Sink) -> None:
    for number in range(6):
        await queue(number, to=f"p{number}@example.org")
    await smtp_sink.down()
    for _ in range(3):
        with pytest.raises(ServerAway):
            await deliver(smtp_sink.url)
    assert {(mail.state, mail.attempts, mail.leased_until) for mail in await Mail.all()} == {
        (MailState.QUEUED, 0, None)
    }
    await smtp_sink.up()
    await deliver(smtp_sink.url)
    assert len(smtp_sink.mails) == 6


@pytest.mark.parametrize("reply", ["421 closing for the night", "530 Authentication required"])
async def test_server_that_takes_nothing_now_is_away(database: str, smtp_sink: Sink, reply: str) -> None:
    await queue()
    smtp_sink.refuse(reply, at="mail")
    with pytest.raises(ServerAway):
        await deliver(smtp_sink.url)
    mail = await Mail.get()
    assert (mail.state, mail.attempts) == (MailState.QUEUED, 0)
    await deliver(smtp_sink.url)
    assert len(smtp_sink.mails) == 1


async def test_server_that_takes_one_connection_gets_all_by_it(database: str, smtp_sink: Sink) -> None:
    """Its refusal of the second must not end the first in the middle of a mail."""
    for number in range(12):
        await queue(number, to=f"p{number}@example.org")
    smtp_sink.most_connections = 1
    smtp_sink.stall(0.2)
    assert await deliver(smtp_sink.url)
    assert Counter(one.recipient for one in smtp_sink.mails) == Counter(f"p{n}@example.org" for n in range(12))
    assert await states() == {"sent": 12}


async def test_server_that_hangs_up_gets_the_same_bytes_again(database: str, smtp_sink: Sink) -> None:
    """It may have the mail, so it counts as left: a cancellation must follow it, not replace it."""
    mail = await queue(1, uid="m-1@x")
    smtp_sink.drop()
    await deliver(smtp_sink.url)
    assert (await Mail.get(id=mail.id)).attempts == 1
    assert list(await outbox.left(["m-1@x"])) == ["m-1@x"]
    await queue(2, uid="m-1@x")
    assert not await deliver(smtp_sink.url)
    await hurry()
    while await deliver(smtp_sink.url):
        await hurry()
    assert [one.raw.split(b"\r\n")[-2] for one in smtp_sink.mails] == [b"Mail 1", b"Mail 1", b"Mail 2"]
    assert smtp_sink.mails[0].raw == smtp_sink.mails[1].raw == mail.body


async def test_server_that_stalls_holds_up_nobody_else(
    database: str, smtp_sink: Sink, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(delivery, "SENDING", timedelta(seconds=3))  # on a busy machine the others need some time, too
    for number in range(8):
        await queue(number, to=f"p{number}@example.org")
    smtp_sink.hold()
    await asyncio.wait_for(deliver(smtp_sink.url), 30)
    assert await states() == {"sent": 7, "sending": 1}


async def test_two_workers_never_send_one_mail_twice(database: str, smtp_sink: Sink) -> None:
    for number in range(60):
        await queue(number, to=f"p{number}@example.org", scope=f"mail:{number % 2}")

    async def work() -> None:
        for _ in range(10):
            await deliver(smtp_sink.url)

    await asyncio.gather(*(work() for _ in range(4)))
    assert Counter(one.recipient for one in smtp_sink.mails) == Counter(f"p{n}@example.org" for n in range(60))


async def test_mail_whose_lease_ends_soon_is_not_begun(
    database: str, smtp_sink: Sink, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Else a slow worker and the one that takes over would both send it."""
    for number in range(8):
        await queue(number, to=f"p{number}@example.org")
    answering = smtp_sink.hold(times=4)
    working = asyncio.create_task(deliver(smtp_sink.url))
    await _taken(smtp_sink, 4)
    monkeypatch.setattr(delivery, "SENDING", delivery.LEASE)  # what is left of the lease is too short for one more
    answering.set()
    assert await working
    assert await states() == {"sent": 4, "queued": 4}


async def test_lost_lease_is_not_marked_over(database: str) -> None:
    await queue()
    [slow] = await claim(now=datetime.now(UTC))
    await hurry()
    [fast] = await claim(now=datetime.now(UTC))
    await delivery.give_back([slow])
    kept = await Mail.get()
    assert (kept.state, kept.leased_until) == (MailState.SENDING, fast.leased_until)


async def test_stopped_worker_finishes_its_mail_and_gives_the_rest_back(database: str, smtp_sink: Sink) -> None:
    for number in range(10):
        await queue(number, to=f"p{number}@example.org")
    answering = smtp_sink.hold(times=4)
    working = asyncio.create_task(deliver(smtp_sink.url))
    await _taken(smtp_sink, 4)
    working.cancel()
    answering.set()
    with pytest.raises(asyncio.CancelledError):
        await working
    for _ in range(100):
        if (await states())["sending"] == 0:
            break
        await asyncio.sleep(0.02)
    assert await states() == {"sent": 4, "queued": 6}
    await deliver(smtp_sink.url)
    assert Counter(one.recipient for one in smtp_sink.mails).most_common(1)[0][1] == 1


async def _taken(sink: Sink, count: int) -> None:
    async with asyncio.timeout(30):
        while len(sink.mails) < count:
            await asyncio.sleep(0.01)


WORKER = """
    import asyncio
    from app import db, delivery
    from tests.conftest import settings_for

    async def main():
        await db.connect(settings_for({url!r}))
        await delivery.deliver({smtp!r})
        print("came to its end")

    asyncio.run(main())
"""


async def test_worker_killed_between_250_and_commit_sends_the_same_bytes_again(database: str, smtp_sink: Sink) -> None:
    mails = [await queue(number, to=f"p{number}@example.org") for number in range(1, 4)]
    code = textwrap.dedent(WORKER).format(url=database, smtp=smtp_sink.url)
    worker = await asyncio.create_subprocess_exec(sys.executable, "-c", code, stdout=asyncio.subprocess.PIPE)
    smtp_sink.before_250 = lambda: os.kill(worker.pid, signal.SIGSTOP)  # so that it cannot commit before it is killed
    smtp_sink.after_250 = lambda: os.kill(worker.pid, signal.SIGKILL)
    said, _ = await worker.communicate()
    assert worker.returncode == -signal.SIGKILL
    assert said == b""
    smtp_sink.before_250 = smtp_sink.after_250 = None
    first = list(smtp_sink.mails)
    assert first
    assert (await states())["sent"] == 0
    assert not await deliver(smtp_sink.url)  # the lease holds
    await hurry()
    await deliver(smtp_sink.url)
    assert await states() == {"sent": 3}
    again = smtp_sink.mails[len(first) :]
    assert sorted(one.raw for one in again) == sorted(mail.body for mail in mails)
    assert all(one.raw in {mail.body for mail in mails} for one in first)


def starttls(sink: Sink) -> str:
    return sink.url.replace("smtp://", "smtp+starttls://")


async def test_starttls_that_is_not_offered_stops_the_mail(database: str, smtp_sink: Sink) -> None:
    await queue()
    with pytest.raises(ServerAway):
        await deliver(starttls(smtp_sink))
    assert (smtp_sink.mails, await states()) == ([], {"queued": 1})


async def test_unknown_certificate_stops_the_mail(database: str, tls_sink: Sink) -> None:
    await queue()
    with pytest.raises(ServerAway):
        await deliver(starttls(tls_sink))
    assert (tls_sink.mails, await states()) == ([], {"queued": 1})


async def test_starttls_is_used(
    database: str, tls_sink: Sink, certificate: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    mail = await queue()
    with pytest.raises(ServerAway):  # 530 Must issue a STARTTLS command first
        await deliver(tls_sink.url)
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate[0]))
    assert ssl.create_default_context().get_ca_certs()
    await deliver(starttls(tls_sink))
    assert [one.raw for one in tls_sink.mails] == [mail.body]


async def test_block_that_fails_queues_nothing(settings: Settings) -> None:
    with pytest.raises(ZeroDivisionError):
        async with changing("mail:3", by="test") as changes:
            await outbox.post(
                "mail:3", body=BODY, sender=FROM, recipient=FROM, subject="", message_id="<1@x>", now=changes.at
            )
            raise ZeroDivisionError
    assert await Mail.all().count() == 0
