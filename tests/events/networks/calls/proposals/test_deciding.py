"""Decisions: within the budget whatever happens at once, published whole, told to every author."""

import asyncio
from typing import Any

import pytest

from app.errors import Refused
from events.networks.calls.models import Call, CallStatus
from events.networks.calls.proposals.deciding import decide, publish
from events.networks.calls.proposals.models import CallDecision, CallLetter, LetterKind, Verdict
from events.networks.calls.proposals.writing import withdraw

Office = Any  # see conftest.py


async def test_two_parallel_decisions_never_grant_more_than_the_budget(office: Office) -> None:
    """Fifteen at once, of which one fits: the others are told how much is left."""
    sent = [await office.submitted(f"House{n}", 100_000_00) for n in range(15)]
    await office.close()
    answers = await asyncio.gather(
        *(decide(one, Verdict.GRANTED, amount=100_000_00, reason="", by=office.ewa) for one in sent),
        return_exceptions=True,
    )
    refusals = [answer for answer in answers if isinstance(answer, Refused)]
    assert len(refusals) == 14, answers
    assert "50,000 left" in str(refusals[0]).replace("PLN\N{NO-BREAK SPACE}", "")
    assert (await Call.get(id=office.call.id)).granted == 100_000_00
    assert [one.amount for one in await CallDecision.all()] == [100_000_00]


async def test_decision_can_be_changed_and_gives_its_money_back(office: Office) -> None:
    sent, other = await office.submitted("Anna", 100_000_00), await office.submitted("Jan", 100_000_00)
    await office.close()
    await decide(sent, Verdict.GRANTED, amount=100_000_00, reason="", by=office.ewa)
    await decide(sent, Verdict.GRANTED, amount=90_000_00, reason="", by=office.ewa)
    await decide(other, Verdict.GRANTED, amount=60_000_00, reason="", by=office.ewa)
    assert (await Call.get(id=office.call.id)).granted == 150_000_00
    with pytest.raises(Refused, match="budget has"):
        await decide(other, Verdict.GRANTED, amount=60_000_01, reason="", by=office.ewa)
    await decide(sent, Verdict.REFUSED, amount=0, reason="They asked us to", by=office.ewa)
    assert (await Call.get(id=office.call.id)).granted == 60_000_00


@pytest.mark.parametrize(
    ("verdict", "amount", "reason", "sentence"),
    [
        (Verdict.GRANTED, 0, "", "how much is granted"),
        (Verdict.GRANTED, -1, "", "how much is granted"),
        (Verdict.GRANTED, 80_000_01, "", "more cannot be granted"),
        (Verdict.REFUSED, 0, "", "give a reason"),
    ],
)
async def test_senseless_decisions_are_refused(
    office: Office, verdict: Verdict, amount: int, reason: str, sentence: str
) -> None:
    sent = await office.submitted("Anna")
    await office.close()
    with pytest.raises(Refused, match=sentence):
        await decide(sent, verdict, amount=amount, reason=reason, by=office.ewa)
    assert not await CallDecision.exists()


async def test_nothing_is_decided_before_the_deadline_and_no_draft_ever(office: Office) -> None:
    sent, draft = await office.submitted("Anna"), await office.draft("Jan")
    with pytest.raises(Refused, match="sealed"):
        await decide(sent, Verdict.RESERVE, amount=0, reason="", by=office.ewa)
    await office.close()
    with pytest.raises(Refused, match="not submitted"):
        await decide(draft, Verdict.RESERVE, amount=0, reason="", by=office.ewa)


async def test_publishing_waits_for_every_decision_and_tells_everybody(office: Office) -> None:
    sent, other = await office.submitted("Anna"), await office.submitted("Jan")
    await office.draft("Iga")
    with pytest.raises(Refused, match="sealed"):
        await publish(office.call, by=office.ewa)
    await office.close()
    await decide(sent, Verdict.GRANTED, amount=80_000_00, reason="", by=office.ewa)
    with pytest.raises(Refused, match="1 proposal is not decided"):
        await publish(office.call, by=office.ewa)
    await decide(other, Verdict.RESERVE, amount=0, reason="Good, too", by=office.ewa)
    assert not await CallLetter.filter(kind=LetterKind.DECISION).exists(), "sealed until it is published"
    published = await publish(office.call, by=office.ewa)
    assert published.status == CallStatus.PUBLISHED
    told = await CallLetter.filter(kind=LetterKind.DECISION).order_by("email")
    assert [(one.email, one.data["verdict"]) for one in told] == [
        ("anna@example.org", "granted"), ("jan@example.org", "reserve list"),
    ]  # fmt: skip
    await publish(office.call, by=office.ewa)
    assert await CallLetter.filter(kind=LetterKind.DECISION).count() == 2


async def test_the_reserve_list_moves_up_after_publication(office: Office) -> None:
    sent, other = await office.submitted("Anna", 100_000_00), await office.submitted("Jan", 100_000_00)
    await office.close()
    await decide(sent, Verdict.GRANTED, amount=100_000_00, reason="", by=office.ewa)
    await decide(other, Verdict.RESERVE, amount=0, reason="", by=office.ewa)
    await publish(office.call, by=office.ewa)
    with pytest.raises(Refused, match="published"):
        await withdraw(sent, by=await office.person("Anna"))
    await decide(sent, Verdict.REFUSED, amount=0, reason="Given back", by=office.ewa)
    await decide(other, Verdict.GRANTED, amount=100_000_00, reason="", by=office.ewa)
    letters = await CallLetter.filter(kind=LetterKind.DECISION, email="jan@example.org").order_by("id")
    assert [letter.data["verdict"] for letter in letters] == ["reserve list", "granted"]


async def test_withdrawal_gives_the_grant_back(office: Office) -> None:
    sent = await office.submitted("Anna")
    await office.close()
    await decide(sent, Verdict.GRANTED, amount=80_000_00, reason="", by=office.ewa)
    await withdraw(sent, by=await office.person("Anna"))
    assert (await Call.get(id=office.call.id)).granted == 0
    assert not await CallDecision.exists()
