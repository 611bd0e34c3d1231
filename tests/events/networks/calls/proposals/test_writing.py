"""Proposals: drafted, written by several, submitted before the deadline to the second, withdrawn; sealed until then."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from app import journal
from app.errors import NotFound, Refused, Stale
from app.models import Person
from app.text import BadText
from events.networks.calls.announcing import draft_call
from events.networks.calls.arranging import add_topic, name_officer
from events.networks.calls.attaching import MOST_BYTES, MOST_FILES, attach, content_of, detach
from events.networks.calls.models import Call, OfficerRole
from events.networks.calls.proposals.models import (
    CallAuthor,
    CallFile,
    CallLetter,
    CallProposal,
    LetterKind,
    ProposalStatus,
)
from events.networks.calls.proposals.writing import (
    MOST_AUTHORS,
    MOST_DRAFTS,
    draft_proposal,
    edit_proposal,
    name_author,
    remove_author,
    submit,
    withdraw,
)

PDF = b"%PDF-1.7\n1 0 obj\n<<>>\nendobj\ntrailer <<>>\n%%EOF\n"
Office = Any  # see conftest.py


async def test_draft_is_heard_by_nobody_and_a_submission_by_the_desk(office: Office) -> None:
    await office.submitted("Anna")
    facts = await journal.changes_since(office.call.scope, 0)
    assert {fact.kind: fact.topics for fact in facts if fact.kind.startswith("call_proposal")} == {
        "call_proposal.drafted": [],
        "call_proposal.submitted": [office.call.desk],
    }
    assert all(fact.data == {} for fact in facts if fact.kind.startswith("call_proposal")), "sealed"


async def test_a_proposal_counts_until_the_moment_of_the_deadline(office: Office) -> None:
    early, late = await office.draft("Anna"), await office.draft("Jan")
    await Call.filter(id=office.call.id).update(deadline=datetime.now(UTC) + timedelta(minutes=1))
    sent = await submit(early, by=await office.person("Anna"))
    assert sent.submitted_at
    await Call.filter(id=office.call.id).update(deadline=datetime.now(UTC))
    with pytest.raises(Refused, match="deadline of this call has passed"):
        await submit(late, by=await office.person("Jan"))
    with pytest.raises(Refused, match="deadline of this call has passed"):
        await edit_proposal(early, office.content("Anna Ltd"), version=early.version, by=await office.person("Anna"))
    assert await CallProposal.filter(status=ProposalStatus.SUBMITTED).count() == 1


async def test_incomplete_proposal_is_not_submitted(office: Office) -> None:
    anna = await office.person("Anna")
    bare = await draft_proposal(office.call, office.content("Anna Ltd", None, summary=""), by=anna)
    with pytest.raises(Refused, match="no summary"):
        await submit(bare, by=anna)
    await edit_proposal(bare, office.content("Anna Ltd", None), version=1, by=anna)
    with pytest.raises(Refused, match="how much it asks for"):
        await submit(bare, by=anna)


async def test_submitted_proposal_can_be_changed_but_stays_complete(office: Office) -> None:
    anna, sent = await office.person("Anna"), await office.submitted("Anna")
    edited = await edit_proposal(sent, office.content("Anna Ltd", 70_000_00), version=sent.version, by=anna)
    assert (edited.status, edited.amount) == (ProposalStatus.SUBMITTED, 70_000_00)
    with pytest.raises(Refused, match="how much it asks for"):
        await edit_proposal(sent, office.content("Anna Ltd", None), version=edited.version, by=anna)
    with pytest.raises(Stale):
        await edit_proposal(sent, office.content("Anna Ltd"), version=sent.version, by=anna)


async def test_nobody_asks_for_more_than_there_is(office: Office) -> None:
    with pytest.raises(Refused, match=r"at most"):
        await office.draft("Anna", 150_000_01)
    assert (await office.draft("Anna", 150_000_00)).amount == 150_000_00


async def test_receipts_go_to_all_authors_once(office: Office) -> None:
    anna, draft = await office.person("Anna"), await office.draft("Anna")
    await name_author(draft, email="jan@example.org", name="Jan", by=anna)
    await submit(draft, by=anna)
    await submit(draft, by=anna)
    receipts = await CallLetter.filter(kind=LetterKind.RECEIPT).order_by("email").values_list("email", flat=True)
    assert receipts == ["anna@example.org", "jan@example.org"]


async def test_withdrawn_proposal_can_be_submitted_again_until_the_deadline(office: Office) -> None:
    anna, sent = await office.person("Anna"), await office.submitted("Anna")
    await withdraw(sent, by=anna)
    assert (await submit(sent, by=anna)).status == ProposalStatus.SUBMITTED
    await office.close()
    await withdraw(sent, by=anna)
    with pytest.raises(Refused, match="deadline"):
        await submit(sent, by=anna)


async def test_who_runs_the_call_or_reviews_proposes_nothing(office: Office) -> None:
    await office.reviewer("Rafał")
    for officer in (office.ewa, await office.person("Rafał")):
        with pytest.raises(Refused, match="runs this call or reviews in it"):
            await draft_proposal(office.call, office.content("Own Ltd"), by=officer)
    draft = await office.draft("Anna")
    with pytest.raises(Refused, match="runs this call or reviews in it"):
        await name_author(draft, email="rafał@example.org", name="Rafał", by=await office.person("Anna"))
    with pytest.raises(Refused, match="is an author of a proposal"):
        await name_officer(office.call, OfficerRole.REVIEWER, email="anna@example.org", name="Anna", by=office.ewa)


async def test_the_last_author_stays_and_there_are_not_too_many(office: Office) -> None:
    anna, draft = await office.person("Anna"), await office.draft("Anna")
    with pytest.raises(Refused, match="only author"):
        await remove_author(await CallAuthor.get(proposal=draft), by=anna)
    for n in range(MOST_AUTHORS - 1):
        await name_author(draft, email=f"n{n}@example.org", name=f"N{n}", by=anna)
    with pytest.raises(Refused, match="authors at most"):
        await name_author(draft, email="one@example.org", name="One", by=anna)


async def test_one_person_drafts_a_few_only(office: Office) -> None:
    for _n in range(MOST_DRAFTS):
        await office.draft("Anna")
    with pytest.raises(Refused, match="already"):
        await office.draft("Anna")


async def test_topic_of_another_call_is_not_found(office: Office, make_terms: Any) -> None:
    other = await draft_call(office.network, make_terms(), by=office.ewa)
    foreign = await add_topic(other, "T1", {"pl": "Temat"}, by=office.ewa)
    with pytest.raises(NotFound):
        await draft_proposal(
            office.call, replace(office.content("Anna Ltd"), topic=foreign), by=await office.person("Anna")
        )


async def test_attachments_come_back_byte_for_byte(office: Office) -> None:
    anna, draft = await office.person("Anna"), await office.draft("Anna")
    file = await attach(draft, "Wniosek ąę.pdf", PDF, by=anna)
    assert await content_of(file) == (PDF, "application/pdf")
    await detach(file, by=anna)
    assert not await CallFile.exists()


async def test_attachments_that_do_not_fit_leave_nothing_behind(office: Office) -> None:
    anna, draft = await office.person("Anna"), await office.draft("Anna")
    with pytest.raises(BadText, match="not what its name says"):
        await attach(draft, "page.pdf", b"<html>", by=anna)
    with pytest.raises(Refused, match="10 MB"):
        await attach(draft, "big.pdf", PDF[:-6] + b" " * MOST_BYTES + b"%%EOF\n", by=anna)
    for n in range(MOST_FILES):
        await attach(draft, f"{n}.pdf", PDF, by=anna)
    with pytest.raises(Refused, match="10 files already"):
        await attach(draft, "one more.pdf", PDF, by=anna)
    with pytest.raises(Refused, match="of this name"):
        await attach(draft, "0.pdf", PDF, by=anna)
    await office.close()
    with pytest.raises(Refused, match="deadline"):
        await detach(await CallFile.filter(proposal=draft).first(), by=anna)  # type: ignore[arg-type]
    assert await CallFile.filter(proposal=draft).count() == MOST_FILES


async def test_addresses_make_no_accounts(office: Office) -> None:
    before = await Person.all().count()
    draft = await office.draft("Anna")
    await name_author(draft, email="stranger@example.org", name="Stranger", by=await office.person("Anna"))
    assert await Person.all().count() == before + 1, "Anna's own"
