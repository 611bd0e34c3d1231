"""Mails (RFC 5322, iMIP: RFC 6047) as bytes for the outbox; each is read back before anyone may send it."""

import re
import unicodedata
from collections.abc import Sequence
from datetime import UTC, datetime
from email import message_from_bytes
from email.header import Header, decode_header, make_header
from email.message import Message
from email.mime.multipart import MIMEMultipart
from email.mime.text import MIMEText
from email.policy import compat32
from email.utils import format_datetime, formataddr, getaddresses

from app.ical.itip import Cancel, DeclineCounter, Mailbox, Request, cancel, decline_counter, request

# The newer EmailMessage reads encoded words in what it is given and, on some interpreters, writes their line
# breaks out as headers (CVE-2024-6923, CVE-2026-1299); it also takes three times as long.
_SMTP = compat32.clone(linesep="\r\n")
_BOUNDARY = "=_pilotmatch"  # every part is base64, which has no underscore
_PLAIN = re.compile("[!-~]{1,60}( [!-~]{1,60})*")
_CONTROLS = ("Cc", "Cs", "Zl", "Zp")


class HeaderInjection(ValueError):
    """The finished mail would not say what was meant: some text in it acts as mail syntax."""


def invite_mail(
    message: Request | Cancel | DeclineCounter,
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
    """An invitation, its change or its end; ORGANIZER is who it is from, the only ATTENDEE who it is to.

    `references` are the ids of the earlier mails about this UID, oldest first, each in its angle brackets.
    There is no Auto-Submitted: some servers drop such an invitation unread.
    """
    thread = {"In-Reply-To": references[-1], "References": " ".join(references)} if references else {}
    part = MIMEText(_calendar(message, organiser, attendee, now).decode(), "calendar", "utf-8")
    part.set_param("method", message.method)
    part.set_param("component", "VEVENT")
    return _mail(organiser, attendee, subject, [*_texts(plain, html), part], {"Message-ID": message_id, **thread}, now)


def plain_mail(
    *,
    sender: Mailbox,
    recipient: Mailbox,
    subject: str,
    plain: str,
    html: str,
    message_id: str,
    now: datetime,
    unsubscribe: str = "",
) -> bytes:
    """A mail without a calendar, such as a sign-in link; it says that no human wrote it (RFC 3834).

    `unsubscribe` is the address where one POST ends such mails (RFC 8058).
    """
    headers = {"Message-ID": message_id, "Auto-Submitted": "auto-generated"}
    if unsubscribe:
        headers |= {"List-Unsubscribe": f"<{unsubscribe}>", "List-Unsubscribe-Post": "List-Unsubscribe=One-Click"}
    return _mail(sender, recipient, subject, _texts(plain, html), headers, now)


def _calendar(
    message: Request | Cancel | DeclineCounter, organiser: Mailbox, attendee: Mailbox, now: datetime
) -> bytes:
    match message:
        case Request():
            return request(message, organiser=organiser, attendee=attendee, now=now)
        case Cancel():
            return cancel(message, organiser=organiser, attendee=attendee, now=now)
        case DeclineCounter():
            return decline_counter(message, organiser=organiser, now=now)


def _texts(plain: str, html: str) -> list[MIMEText]:
    """The two bodies in base64: a relay without 8BITMIME rewrites 8bit parts, and with them breaks DKIM."""
    return [_text_part(plain, "plain"), _text_part(html, "html")]


def _text_part(text: str, kind: str) -> MIMEText:
    return MIMEText(text.replace("\r\n", "\n").replace("\n", "\r\n"), kind, "utf-8")


def _mail(
    sender: Mailbox, recipient: Mailbox, subject: str, parts: list[MIMEText], headers: dict[str, str], now: datetime
) -> bytes:
    """multipart/alternative, the richest part last (RFC 2046 5.1.4)."""
    meant: dict[str, str | Mailbox] = {
        "From": sender,
        "To": recipient,
        "Subject": subject,
        "Date": format_datetime(now.astimezone(UTC)),
        "X-Auto-Response-Suppress": "OOF, AutoReply",
        **headers,
    }
    for value in meant.values():
        _refuse_controls(value.name if isinstance(value, Mailbox) else value)
    mail = MIMEMultipart("alternative", boundary=_BOUNDARY, _subparts=parts)
    for name, value in meant.items():
        mail[name] = _mailbox(value) if isinstance(value, Mailbox) else value
    mail.replace_header("Subject", _text(subject))
    data = mail.as_bytes(policy=_SMTP)
    prove(data, meant, parts)
    return data


def prove(data: bytes, meant: dict[str, str | Mailbox], parts: Sequence[Message]) -> None:
    """Read a finished mail and compare it with what it should say.

    Raises:
        HeaderInjection: a header or a part is missing, added or different.
    """
    mail = message_from_bytes(data)
    if mail.keys() != ["Content-Type", "MIME-Version", *meant]:
        raise HeaderInjection(f"{mail.keys()} instead of {list(meant)}")
    for name, value in meant.items():
        if value != (_read_mailbox(mail[name]) if isinstance(value, Mailbox) else _read(mail[name])):
            raise HeaderInjection(f"{name}: {mail[name]!r} instead of {value!r}")
    if list(map(_content, mail.get_payload())) != list(map(_content, parts)):
        raise HeaderInjection("the parts are not those that were put in")


def _refuse_controls(value: str) -> None:
    if any(unicodedata.category(character) in _CONTROLS for character in value):
        raise HeaderInjection(f"control character in {value!r}")


def _mailbox(mailbox: Mailbox) -> str:
    if _is_plain(mailbox.name):
        return formataddr((mailbox.name, mailbox.address))
    return f"{_text(mailbox.name)} <{mailbox.address}>"


def _text(value: str) -> str:
    """As it is, or in encoded words (RFC 2047)."""
    return value if _is_plain(value) else Header(value, "utf-8", header_name="Subject").encode()


def _is_plain(value: str) -> bool:
    """Whether a header can hold and fold it as it is: words of ASCII, single blanks, nothing like an encoded word."""
    return bool(_PLAIN.fullmatch(value)) and "=?" not in value


def _read_mailbox(header: str) -> Mailbox | None:
    """The one mailbox of From or To; None if there are more, or none."""
    match getaddresses([_unfold(header)]):
        case [(name, address)]:
            return Mailbox(_read(name), address)
    return None


def _read(header: str) -> str:
    return str(make_header(decode_header(_unfold(header))))


def _unfold(header: str) -> str:
    return header.replace("\r\n", "").replace("\n", "").strip()


def _content(part: Message) -> tuple[list[str], object, object]:
    return part.keys(), part.get_params(), part.get_payload(decode=True)
