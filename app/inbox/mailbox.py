"""The same for a mailbox somewhere else: unread mails are fetched by IMAP (RFC 9051), dealt with and marked as read."""

import asyncio
import imaplib
from urllib.parse import unquote, urlsplit

from app.ical.inbound import MOST_BYTES
from app.inbox.lmtp import Take

A_LOOK = 20  # mails
TIMEOUT = 30.0
LOOK_SECONDS = 60.0


class MailboxAway(ConnectionError):
    """The IMAP server cannot be reached, or does not let us in."""


async def look(imap_url: str, take: Take) -> bool:
    """Deal with some unread mails, a minute after the last look. True if there may be more. Raises MailboxAway."""
    mails = await asyncio.to_thread(_fetch, imap_url)
    for number, raw in mails.items():
        await take(raw)
        await asyncio.to_thread(_mark_read, imap_url, number)
    if len(mails) < A_LOOK:
        await asyncio.sleep(LOOK_SECONDS)
    return bool(mails)


def _fetch(imap_url: str) -> dict[str, bytes]:
    """UID → the mail; of larger ones only as much as shows that they are too large."""
    with _Mailbox(imap_url) as box:
        _ok, found = box.uid("SEARCH", "UNSEEN")
        return {number: _body(box, number) for number in found[0].decode().split()[:A_LOOK]}


def _body(box: imaplib.IMAP4, number: str) -> bytes:
    _ok, parts = box.uid("FETCH", number, f"(BODY.PEEK[]<0.{MOST_BYTES + 1}>)")
    return next((part[1] for part in parts if isinstance(part, tuple)), b"")


def _mark_read(imap_url: str, number: str) -> None:
    with _Mailbox(imap_url) as box:
        box.uid("STORE", number, "+FLAGS", r"(\Seen)")


class _Mailbox:
    """The mailbox of an imaps:// address, opened and closed again."""

    def __init__(self, imap_url: str) -> None:
        self.parts = urlsplit(imap_url)

    def __enter__(self) -> imaplib.IMAP4:
        host, port = self.parts.hostname or "", self.parts.port
        try:
            if self.parts.scheme == "imaps":
                self.box: imaplib.IMAP4 = imaplib.IMAP4_SSL(host, port or 993, timeout=TIMEOUT)
            else:
                self.box = imaplib.IMAP4(host, port or 143, timeout=TIMEOUT)
            self.box.login(unquote(self.parts.username or ""), unquote(self.parts.password or ""))
            self.box.select(unquote(self.parts.path.strip("/")) or "INBOX")
        except (imaplib.IMAP4.error, OSError) as error:
            raise MailboxAway(str(error)) from error
        return self.box

    def __exit__(self, *_exc: object) -> None:
        self.box.logout()
