"""Mails (RFC 5322, iMIP: RFC 6047) as bytes for the outbox; each is read back before anyone may send it."""

from collections.abc import Sequence
from datetime import UTC, datetime
from email import message_from_bytes, policy
from email.errors import HeaderParseError
from email.header import decode_header, make_header
from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import format_datetime, getaddresses

from app.ical.itip import Cancel, Mailbox, Request, cancel, request


class HeaderInjection(ValueError):
    """The finished bytes do not say what was meant: some text in them acts as mail syntax."""


def invite_mail(
    message: Request | Cancel,
    *,
    organiser: Mailbox,
    attendee: Mailbox,
    subject: str,
    plain: str,
    html: str,
    message_id: str,
    references: Sequence[str] = (),
    now: datetime,
) -> bytes:
    """An invitation, its change or its end. `references` are the ids of the earlier mails about this UID, oldest first.

    There is no Auto-Submitted: some servers drop such an invitation unread.
    """
    headers = {"References": " ".join(references), "In-Reply-To": references[-1]} if references else {}
    mail = _letter(organiser, attendee, subject, message_id, now, plain, html, headers)
    # The calendar comes last: a reader shows the last alternative it understands (RFC 2046 5.1.4).
    mail.add_alternative(
        _calendar(message, organiser, attendee, now).decode(),
        subtype="calendar",
        cte="base64",
        params={"method": message.method, "component": "VEVENT"},
    )
    return _proved(mail, organiser, attendee, subject)


def plain_mail(
    *,
    sender: Mailbox,
    recipient: Mailbox,
    subject: str,
    plain: str,
    html: str,
    message_id: str,
    now: datetime,
) -> bytes:
    """A mail without a calendar, such as a sign-in link; it says that no human wrote it (RFC 3834)."""
    headers = {"Auto-Submitted": "auto-generated"}
    return _proved(_letter(sender, recipient, subject, message_id, now, plain, html, headers), sender, recipient, subject)


def _letter(
    sender: Mailbox,
    recipient: Mailbox,
    subject: str,
    message_id: str,
    now: datetime,
    plain: str,
    html: str,
    headers: dict[str, str],
) -> EmailMessage:
    mail = EmailMessage(policy=policy.SMTP)
    for name, value in (
        ("From", _address(sender)),
        ("To", _address(recipient)),
        ("Subject", subject),
        ("Date", format_datetime(now.astimezone(UTC))),
        ("Message-ID", message_id),
        ("X-Auto-Response-Suppress", "OOF, AutoReply"),
        *headers.items(),
    ):
        mail[name] = value
    # Not 8bit: a relay without 8BITMIME would rewrite it and break its DKIM signature.
    mail.set_content(plain, cte="base64")
    mail.add_alternative(html, subtype="html", cte="base64")
    return mail
