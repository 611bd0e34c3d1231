"""Mail comes back by LMTP, by a web address or from a mailbox; what is done with it is the same."""

import asyncio
import contextlib
import smtplib
import time
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from app import outbox
from app.config import BadSetting, Settings, from_environment
from app.ical.imip import plain_mail
from app.ical.itip import Mailbox
from app.inbox import lmtp, mailbox, webhook
from app.inbox.process import process
from app.journal import changing
from app.models import Change, Mail, MailState
from tests.app.conftest import MakeSite

US = "meetings@pilotmatch.example"
SECRET = b"what the mail service and we both know, and nobody else"
BOUNCE = """Content-Type: multipart/report; report-type=delivery-status; boundary=b\r\n\r\n--b\r
Content-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; mx.example\r\n\r\nAction: failed\r\nStatus: 5.1.1\r\n\r
--b\r\nContent-Type: message/rfc822\r\n\r\nMessage-ID: {message_id}\r\n\r\nHello\r\n--b--\r\n"""


class Taken:
    """What was handed over; `fail` lets the next ones fail."""

    def __init__(self) -> None:
        self.mails: list[bytes] = []
        self.fail = 0

    async def __call__(self, raw: bytes) -> str:
        if self.fail:
            self.fail -= 1
            raise ConnectionError("the database is away")
        self.mails.append(raw)
        return "taken"


@pytest.fixture
async def taken() -> Taken:
    return Taken()


@pytest.fixture
async def port(taken: Taken) -> AsyncIterator[int]:
    async with lmtp.listening("127.0.0.1:0", taken, mailbox=US) as port:
        yield port


async def hand_over(port: int, raw: bytes, *to: str) -> dict[str, tuple[int, bytes]]:
    """As a mail server does: the answer for each recipient."""

    def over() -> dict[str, tuple[int, bytes]]:
        with smtplib.LMTP("127.0.0.1", port) as client:
            client.ehlo()
            client.mail("somebody@example.net")
            answers = {one: client.rcpt(one) for one in to}
            accepted = [one for one, (code, _) in answers.items() if code < 300]
            if accepted:
                client.docmd("DATA")
                client.send(raw + b".\r\n")  # not client.data(): that holds the interpreter while it quotes
                answers |= {one: client.getreply() for one in accepted}
            return answers

    return await asyncio.to_thread(over)


async def test_lmtp_takes_mail_for_every_event_and_answers_for_each_recipient(port: int, taken: Taken) -> None:
    to = (US, "Meetings+Krakow-2027@PILOTMATCH.example", "stranger@pilotmatch.example", "meetings@example.org")
    answers = await hand_over(port, b"Subject: Hello\r\n\r\n..dot\r\n", *to)
    assert [answers[one][0] for one in to] == [250, 250, 550, 550]
    assert taken.mails == [b"Subject: Hello\r\n\r\n.dot\r\n"]


async def test_mail_that_cannot_be_dealt_with_stays_with_the_mail_server(port: int, taken: Taken) -> None:
    taken.fail = 1
    assert (await hand_over(port, b"Subject: A\r\n\r\n", US))[US][0] == 451
    assert (await hand_over(port, b"Subject: A\r\n\r\n", US))[US][0] == 250


async def test_item_63_large_mail_is_taken_and_stalls_nobody(settings: Settings) -> None:
    async def take(raw: bytes) -> str:
        return await process(raw, (), (), settings)

    worst = 0.0

    async def watch() -> None:
        nonlocal worst
        while True:
            began = time.process_time()  # of all our threads: what else the machine does is not counted
            await asyncio.sleep(0.001)
            worst = max(worst, time.process_time() - began)

    async with lmtp.listening("127.0.0.1:0", take, mailbox=US) as port:
        watching = asyncio.create_task(watch())
        began = time.process_time()
        lines = b"Subject: Large\r\n\r\n" + (b"a" * 76 + b"\r\n") * 67_000
        assert (await hand_over(port, lines, US))[US][0] == 250
        event = b"BEGIN:VEVENT\r\nEND:VEVENT\r\n"
        assert (await hand_over(port, b"Content-Type: text/calendar\r\n\r\n" + event * 9_500, US))[US][0] == 250
        watching.cancel()
    assert time.process_time() - began < 15
    assert worst < 0.5  # alone it is some milliseconds


async def test_stopping_hangs_up(taken: Taken) -> None:
    async with lmtp.listening("127.0.0.1:0", taken, mailbox=US) as port:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        await reader.readline()
    assert await reader.read() == b""
    writer.close()
    with contextlib.suppress(ConnectionError):
        await writer.wait_closed()


async def sent_mail(to: str = "anna@example.org") -> Mail:
    scope, now, us = outbox.mail_scope("event:3"), datetime.now(UTC), Mailbox("Kraków", US)
    async with changing(scope, by="test") as changes:
        body = plain_mail(
            sender=us, recipient=Mailbox("", to), subject="Hello", plain="", html="", message_id="<1@x>", now=now
        )
        mail = await outbox.post(
            scope, body=body, sender=us, recipient=Mailbox("", to), subject="Hello", message_id="<1@x>", now=now
        )
        changes.record("mail.queued", mail, topics=[])
    await Mail.filter(id=mail.id).update(state=MailState.SENT, sent_at=now)
    return mail


async def test_item_63_bounce_marks_the_mail_for_the_desk(settings: Settings, database: str) -> None:
    mail = await sent_mail()
    raw = BOUNCE.format(message_id=mail.message_id).encode()
    assert await process(raw, (), (), settings) == "a bounce"
    await mail.refresh_from_db()
    assert (mail.state, mail.error) == (MailState.FAILED, "bounced: 5.1.1")
    fact = await Change.get(kind="mail.bounced")
    assert fact.topics == ["desk:3"]
    for again in (raw, BOUNCE.format(message_id="<guessed@x>").encode()):
        assert await process(again, (), (), settings) == "a bounce of nothing we sent"
    assert await Change.filter(kind="mail.bounced").count() == 1


async def test_webhook_takes_mail_from_whoever_knows_the_secret(make_sqlite_site: MakeSite) -> None:
    site = await make_sqlite_site(*webhook.routes, inbox_secret=SECRET)
    site.app.state.answering = ()
    mail = await sent_mail()
    raw = BOUNCE.format(message_id=mail.message_id).encode()
    service = site.browser(site.url)
    for name in ("Origin", "Sec-Fetch-Site"):
        del service.headers[name]
    for said in ("Bearer", "Bearer wrong", f"Basic {SECRET.decode()}", f"Bearer {SECRET.decode()}x", "Bearer \xe9"):
        refused = await service.post("/inbox", content=raw, headers={"Authorization": said.encode("latin-1")})
        assert refused.status_code in (403, 404), said
    assert (await service.post("/inbox", content=raw)).status_code == 403
    await mail.refresh_from_db()
    assert mail.state == MailState.SENT
    taken = await service.post("/inbox", content=raw, headers={"Authorization": f"Bearer {SECRET.decode()}"})
    assert (taken.status_code, taken.text) == (200, "taken")
    await mail.refresh_from_db()
    assert mail.state == MailState.FAILED


async def test_without_a_secret_there_is_no_webhook(make_sqlite_site: MakeSite) -> None:
    site = await make_sqlite_site(*webhook.routes)
    service = site.browser(site.url)
    assert (await service.post("/inbox", content=b"x", headers={"Authorization": "Bearer None"})).status_code == 404


class Imap:
    """A mailbox, as far as we ask one."""

    def __init__(self, *mails: bytes) -> None:
        self.mails = dict(enumerate(mails, 1))
        self.said: list[str] = []

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"* OK ready\r\n")
        while line := (await reader.readline()).decode().strip():
            tag, _, command = line.partition(" ")
            self.said.append(command)
            writer.write(self.answer(command) + f"{tag} OK done\r\n".encode())
            if command == "LOGOUT":
                break
        writer.close()

    def answer(self, command: str) -> bytes:
        match command.split():
            case ["CAPABILITY"]:
                return b"* CAPABILITY IMAP4rev1\r\n"
            case ["SELECT", _]:
                return f"* {len(self.mails)} EXISTS\r\n".encode()
            case ["UID", "SEARCH", "UNSEEN"]:
                return f"* SEARCH {' '.join(map(str, self.mails))}\r\n".encode()
            case ["UID", "FETCH", number, _]:
                raw = self.mails[int(number)]
                return f"* 1 FETCH (UID {number} BODY[]<0> {{{len(raw)}}}\r\n".encode() + raw + b")\r\n"
            case ["UID", "STORE", number, "+FLAGS", "(\\Seen)"]:
                del self.mails[int(number)]
        return b""


async def test_mailbox_is_emptied_once(taken: Taken, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(mailbox, "LOOK_SECONDS", 0.0)
    box = Imap(b"Subject: One\r\n\r\n", b"Subject: Two\r\n\r\n")
    server = await asyncio.start_server(box.serve, "127.0.0.1", 0)
    url = f"imap://anna:s%20cret@127.0.0.1:{server.sockets[0].getsockname()[1]}/INBOX"
    taken.fail = 1
    with pytest.raises(ConnectionError):
        await mailbox.look(url, taken)
    assert len(box.mails) == 2, "what could not be dealt with stays unread"
    assert await mailbox.look(url, taken)
    assert not await mailbox.look(url, taken)
    assert taken.mails == [b"Subject: One\r\n\r\n", b"Subject: Two\r\n\r\n"]
    assert 'LOGIN anna "s cret"' in box.said
    server.close()
    await server.wait_closed()
    with pytest.raises(mailbox.MailboxAway):
        await mailbox.look(url, taken)


GOOD = {
    "DATABASE_URL": "sqlite:////tmp/x",
    "BASE_URL": "https://meet.example.org",
    "SECRET_KEY": "kJ3n8sLq0vB5xT7mZ2cW9yR4uP6eH1aD",
    "SMTP_URL": "smtps://mail.example.org",
    "MAIL_FROM": US,
}


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("LMTP_LISTEN", "2424"),
        ("LMTP_LISTEN", "127.0.0.1:lmtp"),
        ("LMTP_LISTEN", "127.0.0.1:99999"),
        ("INBOX_SECRET", "short"),
        ("IMAP_URL", "imap://mail.example.org"),
        ("IMAP_URL", "https://mail.example.org"),
    ],
)
def test_unsafe_settings_are_refused(name: str, value: str) -> None:
    with pytest.raises(BadSetting, match=name):
        from_environment(GOOD | {name: value})


def test_settings_are_read() -> None:
    assert from_environment(GOOD).lmtp_listen is None
    more = {"LMTP_LISTEN": "[::1]:2424", "INBOX_SECRET": SECRET.decode(), "IMAP_URL": "imaps://a:b@mail.example.org"}
    found = from_environment(GOOD | more)
    assert (found.lmtp_listen, found.inbox_secret, found.imap_url) == ("[::1]:2424", SECRET, more["IMAP_URL"])
    assert "mail.example.org" not in repr(replace(found, smtp_url=None))
