"""Mails of the calls: in the reader's language, exactly once whatever many workers, one bad one keeps no others."""

import asyncio
from datetime import timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any

from app.config import Settings
from app.models import Mail, Person
from events.networks.calls.announcing import edit_call
from events.networks.calls.letters import tell
from events.networks.calls.proposals.deciding import decide, publish
from events.networks.calls.proposals.models import CallLetter, LetterKind, Verdict
from events.networks.calls.proposals.writing import name_author, withdraw

Office = Any  # see conftest.py
OF_CONSORTIA = {LetterKind.INVITED, LetterKind.ASKED, LetterKind.JOINED, LetterKind.GATHERING}  # tested there


async def told() -> list[EmailMessage]:
    return [_read(mail) for mail in await Mail.all().order_by("id")]


def _read(mail: Mail) -> EmailMessage:
    read = message_from_bytes(mail.body, policy=policy.default)
    assert isinstance(read, EmailMessage)
    return read


def text_of(mail: EmailMessage) -> str:
    body = mail.get_body(("plain",))
    assert body is not None
    return str(body.get_content()).replace("\N{NO-BREAK SPACE}", " ")


async def test_every_kind_is_worded_with_its_facts(office: Office, settings: Settings, make_terms: Any) -> None:
    anna, jan = await office.person("Anna"), await office.person("Jan")
    sent = await office.submitted("Anna")
    await name_author(sent, email="basia@example.org", name="Basia", by=anna)
    other = await office.submitted("Jan")
    await withdraw(other, by=jan)
    later = make_terms(deadline=office.call.deadline + timedelta(days=365))
    await edit_call(office.call, later, version=office.call.version, by=office.ewa)
    reviewer = await office.reviewer("Rafal")
    await office.close()
    await office.review(reviewer, sent)
    await decide(sent, Verdict.GRANTED, amount=80_000_00, reason="Bravo", by=office.ewa)
    await publish(office.call, by=office.ewa)
    while await tell(settings):
        pass
    kinds = set(await CallLetter.filter(queued_at__isnull=False).values_list("kind", flat=True))
    assert kinds == set(LetterKind) - OF_CONSORTIA
    mails = await told()
    assert all("http://127.0.0.1:8000/calls/" in text_of(mail) for mail in mails)
    granted = [text_of(mail) for mail in mails if "Bravo" in text_of(mail)]
    assert len(granted) == 2, "both authors"
    assert all("80,000" in text or "80 000" in text for text in granted)


async def test_each_reads_their_own_language(office: Office, settings: Settings) -> None:
    await office.submitted("Anna")
    await Person.filter(name="Anna").update(language="en")
    jan = await office.submitted("Jan")
    await Person.filter(name="Jan").update(language="fi")
    await name_author(jan, email="nobody@example.org", name="Nobody", by=await office.person("Jan"))
    while await tell(settings):
        pass
    receipts = {str(mail["To"]): str(mail["Subject"]) for mail in await told()}
    assert len(set(receipts.values())) == 3, "whoever has no account reads the call's first language"


async def test_two_workers_send_each_letter_once(office: Office, settings: Settings) -> None:
    for name in ("Anna", "Jan", "Iga", "Ola"):
        await office.submitted(name)
    await asyncio.gather(*(tell(settings) for _n in range(6)))
    assert not await tell(settings)
    recipients = await Mail.all().values_list("recipient", flat=True)
    assert sorted(recipients) == [f"{name}@example.org" for name in ("anna", "iga", "jan", "ola")]


async def test_a_letter_that_cannot_be_written_keeps_no_other(office: Office, settings: Settings) -> None:
    await office.submitted("Anna")
    await office.submitted("Jan")
    bad = await CallLetter.filter(email="anna@example.org").first()
    assert bad is not None
    await CallLetter.filter(id=bad.id).update(name="Anna\r\nBcc: everybody@example.org")
    while await tell(settings):
        pass
    assert await Mail.all().values_list("recipient", flat=True) == ["jan@example.org"]
    assert not await CallLetter.filter(queued_at__isnull=True).exists()


async def test_receipts_are_switched_off_by_each_for_themselves(office: Office, settings: Settings) -> None:
    anna = await office.person("Anna")
    sent = await office.submitted("Anna")
    await name_author(sent, email="basia@example.org", name="Basia", by=anna)
    await Person.filter(id=anna.id).update(receipt_mails=False)
    await withdraw(sent, by=anna)
    while await tell(settings):
        pass
    kinds = {(letter.email, letter.kind) for letter in await CallLetter.all()}
    assert {(anna.email, LetterKind.RECEIPT), (anna.email, LetterKind.WITHDRAWAL)} <= kinds
    assert [mail["To"].addresses[0].addr_spec for mail in await told()].count(anna.email) == 0
    assert "basia@example.org" in [mail["To"].addresses[0].addr_spec for mail in await told()]
    assert not await CallLetter.filter(queued_at__isnull=True).exists(), "nothing stays owed"
