"""The outbox: mail as frozen bytes in a table, one recipient each, until app.delivery has sent it."""

from collections.abc import Sequence
from datetime import datetime

from app.ical.itip import Mailbox
from app.models import Mail, MailState


def mail_scope(scope: str) -> str:
    """The journal of the mails about an event: separate, so that sending does not touch the event's revision."""
    return f"mail:{scope.partition(':')[2]}"


async def post(
    scope: str,
    *,
    body: bytes,
    sender: Mailbox,
    recipient: Mailbox,
    subject: str,
    message_id: str,
    now: datetime,
    uid: str | None = None,
    sequence: int | None = None,
) -> Mail:
    """Queue a mail, inside the caller's `changing(mail_scope(…))`. It replaces queued older news of its UID."""
    if uid is not None:
        await withdraw([uid])
    mail = frozen(
        scope, body=body, sender=sender, recipient=recipient, subject=subject, message_id=message_id, now=now,
        uid=uid, sequence=sequence,
    )  # fmt: skip
    await mail.save()
    return mail


async def post_all(mails: Sequence[Mail]) -> None:
    """Queue many frozen mails at once, as `post` does one."""
    await withdraw([mail.uid for mail in mails if mail.uid is not None])
    await Mail.bulk_create(mails, batch_size=50)


def frozen(
    scope: str,
    *,
    body: bytes,
    sender: Mailbox,
    recipient: Mailbox,
    subject: str,
    message_id: str,
    now: datetime,
    uid: str | None = None,
    sequence: int | None = None,
) -> Mail:
    """A mail as it will be queued; nothing is stored yet."""
    return Mail(
        scope=scope,
        message_id=message_id,
        sender=sender.address,
        recipient=recipient.address,
        subject=subject[:255],
        body=body,
        uid=uid,
        sequence=sequence,
        due_at=now,
        created_at=now,
    )


async def withdraw(uids: Sequence[str]) -> None:
    """Drop what is queued for these UIDs and has not left."""
    for first in range(0, len(uids), 500):
        part = uids[first : first + 500]
        await Mail.filter(uid__in=part, state=MailState.QUEUED).update(state=MailState.SUPERSEDED)


async def left(uids: Sequence[str]) -> dict[str, list[Mail]]:
    """Per UID the mails that left, or are leaving, oldest first; without their bodies."""
    found = (
        await Mail.filter(uid__in=list(uids), state__in=[MailState.SENDING, MailState.SENT])
        .order_by("id")
        .only("id", "uid", "sequence", "message_id")
    )
    by_uid: dict[str, list[Mail]] = {}
    for mail in found:
        by_uid.setdefault(str(mail.uid), []).append(mail)
    return by_uid
