"""Pages of proposals, from the last second before the deadline to the results: who sees and may do what, and when."""

import csv
from datetime import UTC, datetime, timedelta
from io import StringIO
from typing import Any

import pytest

from app.auth import make_admin
from app.journal import changing
from events.models import Organisation
from events.networks.calls.models import Call
from events.networks.calls.proposals.deciding import decide, publish
from events.networks.calls.proposals.models import CallAuthor, CallFile, CallProposal, CallReview, ReviewStatus, Verdict
from events.networks.calls.proposals.reviewing import write_review
from events.networks.models import Listing
from tests.events.conftest import counting_statements

Office = Any  # see conftest.py
Browser = Any
PDF = b"%PDF-1.7\n1 0 obj\n<<>>\nendobj\ntrailer <<>>\n%%EOF\n"


async def reviewed(office: Office, *names: str) -> list[CallProposal]:
    """Submitted proposals of these people, after the deadline, each with a final review of 4 of 5 points."""
    criterion, robert = await office.criterion(), await office.reviewer("Robert")
    sent = [await office.submitted(name) for name in names]
    await office.close()
    for review in await office.review(robert, *sent):
        by = await office.person("Robert")
        await write_review(review, {criterion.id: 4}, "Secret of the jury", final=True, version=1, by=by)
    return sent


async def test_it_counts_until_the_moment_of_the_deadline_and_is_sealed_until_then(
    office: Office, browser: Browser
) -> None:
    early, late = await office.draft("Anna"), await office.draft("Jan")
    anna, jan, ewa = [await browser(await office.person(name)) for name in ("Anna", "Jan")] + [
        await browser(office.ewa)
    ]
    await Call.filter(id=office.call.id).update(deadline=datetime.now(UTC) + timedelta(minutes=1))
    assert (await anna.post(f"{early.path}/submission", eligible="y")).status_code == 303
    assert (await ewa.get(early.path)).status_code == 404
    await Call.filter(id=office.call.id).update(deadline=datetime.now(UTC))
    assert (await ewa.get(early.path)).status_code == 200
    for path, fields in (
        (f"{late.path}/submission", {"eligible": "y"}),
        (f"{late.path}/authors", {"name": "Iga", "email": "iga@example.org"}),
        (f"{office.call.path}/proposals", _typed(office)),
        (f"{early.path}/text", _typed(office) | {"version": 1}),
    ):
        answer = await jan.post(path, **fields) if path.startswith(late.path) else await anna.post(path, **fields)
        assert answer.status_code == 409, path
        assert "The deadline of this call has passed." in answer.text
    attached = await jan.client.post(f"{late.path}/files", files={"file": ("plan.pdf", PDF, "application/pdf")})
    assert attached.status_code == 409
    assert "The deadline of this call has passed." in attached.text
    assert [one.id for one in await CallProposal.filter(submitted_at__isnull=False)] == [early.id]
    assert not await CallFile.exists()


async def test_a_withdrawal_can_be_taken_back_before_the_deadline_and_is_for_good_after_it(
    office: Office, browser: Browser
) -> None:
    sent, anna = await office.submitted("Anna"), await browser(await office.person("Anna"))
    assert (await anna.post(f"{sent.path}/withdrawal")).status_code == 303
    assert 'id="submission"' in (await anna.get(sent.path)).text
    assert (await anna.post(f"{sent.path}/submission", eligible="y")).status_code == 303
    await office.close()
    await decide(sent, Verdict.GRANTED, amount=80_000_00, reason="", by=office.ewa)
    assert (await Call.get(id=office.call.id)).granted == 80_000_00
    assert "you cannot submit it again" in (await anna.get(sent.path)).text
    assert (await anna.post(f"{sent.path}/withdrawal")).status_code == 303
    assert (await Call.get(id=office.call.id)).granted == 0
    assert (await anna.post(f"{sent.path}/submission", eligible="y")).status_code == 409
    ewa = await browser(office.ewa)
    assert (await ewa.get(sent.path)).status_code == 404, "what is withdrawn is the authors' alone"
    assert sent.title not in (await ewa.get(f"{office.call.path}/desk")).text


async def test_applicants_read_the_decision_once_it_is_published_and_nothing_of_the_reviews(
    office: Office, browser: Browser
) -> None:
    first, second = await reviewed(office, "Anna", "Jan")
    anna, jan, nobody = await browser(await office.person("Anna")), await browser(await office.person("Jan")), None
    await decide(first, Verdict.GRANTED, amount=70_000_00, reason="Well done", by=office.ewa)
    await decide(second, Verdict.REFUSED, amount=0, reason="Out of scope", by=office.ewa)
    nobody = await browser()
    for page in ((await anna.get(first.path)).text, (await nobody.get(office.call.path)).text):
        assert "70,000" not in page
        assert "Well done" not in page
    assert "granted" not in (await jan.get("/calls/mine")).text
    await publish(office.call, by=office.ewa)
    hers, his, result = [
        (await client.get(path)).text
        for client, path in ((anna, first.path), (jan, second.path), (nobody, office.call.path))
    ]
    assert "70,000" in hers
    assert "Well done" in hers
    assert "Not granted" in his
    assert "Out of scope" in his
    assert "70,000" in result
    assert second.title not in result, "who got nothing is nobody's business"
    mine = (await anna.get("/calls/mine")).text
    assert "granted" in mine
    assert "70,000" in mine
    for page in (hers, his, result):
        assert "Secret of the jury" not in page
        assert "Robert" not in page
    assert (await anna.post(f"{first.path}/withdrawal")).status_code == 409
    assert (await anna.get(second.path)).status_code == 404


async def test_whoever_has_an_interest_is_not_asked_and_says_so_if_they_were(office: Office, browser: Browser) -> None:
    robert, rival = await office.reviewer("Robert"), await office.reviewer("Rival")
    sent = await office.submitted("Anna")
    house = await Organisation.get(name="Anna Ltd")
    async with changing("people", by="test") as changes:
        listing = await Listing.create(person=await office.person("Rival"), organisation=house, at=datetime.now(UTC))
        changes.record("listing.agreed", listing, topics=[])
    await office.close()
    ewa = await browser(office.ewa)
    people = f"{office.call.path}/desk/people"
    page = (await ewa.get(people)).text
    assert f'id="give-{rival.id}-{sent.id}" name="proposals" value="{sent.id}" disabled' in page
    assert f'id="give-{robert.id}-{sent.id}" name="proposals" value="{sent.id}">' in page
    forced = await ewa.post(f"/calls/officers/{rival.id}/assignment", proposals=[sent.id])
    assert forced.status_code == 409
    assert "same organisation" in forced.text
    assert (await ewa.post(f"/calls/officers/{robert.id}/assignment", proposals=[sent.id])).status_code == 303
    review = await CallReview.get()
    his = await browser(await office.person("Robert"))
    assert (await his.get(f"/calls/reviews/{review.id}")).status_code == 200
    assert (await his.post(f"/calls/reviews/{review.id}/recusal")).status_code == 303
    assert (await his.get(f"/calls/reviews/{review.id}")).status_code == 404
    assert (await his.get(sent.path)).status_code == 404
    assert (await CallReview.get()).status == ReviewStatus.RECUSED
    assert ">0/0<" in (await ewa.get(f"{office.call.path}/desk")).text, "nobody waits for that review"
    assert "conflict of interest" in (await ewa.get(people)).text


async def test_nobody_decides_about_their_own_proposal(office: Office, browser: Browser) -> None:
    """Somebody can become an administrator after they wrote one."""
    sent, anna = await office.submitted("Anna"), await office.person("Anna")
    await office.close()
    await make_admin(anna.email)
    hers = await browser(anna)
    assert (await hers.get(f"{office.call.path}/desk")).status_code == 200
    assert 'id="decision"' not in (await hers.get(sent.path)).text
    granted = await hers.post(f"{sent.path}/decision", verdict="granted", amount="80000", reason="")
    assert granted.status_code == 404
    assert (await Call.get(id=office.call.id)).granted == 0


async def test_the_journal_of_a_call_is_its_coordinators_and_names_no_applicant_before_the_deadline(
    office: Office, browser: Browser
) -> None:
    await office.criterion()
    sent, stranger = await office.submitted("Anna"), await browser(await office.person("Stranger"))
    ewa, path = await browser(office.ewa), f"{office.call.path}/desk/journal"
    assert (await stranger.get(path)).status_code == 404
    page = (await ewa.get(path)).text
    assert "The call was opened" in page
    assert "Criterion added: Wpływ" in page
    assert "A proposal was submitted" not in page
    assert "Anna" not in page
    await office.close()
    await decide(sent, Verdict.GRANTED, amount=80_000_00, reason="", by=office.ewa)
    page = (await ewa.get(path)).text
    assert "A proposal was submitted" in page
    assert "Anna" in page
    assert "granted PLN\N{NO-BREAK SPACE}80,000" in page
    assert page.index("Decided:") < page.index("The call was opened"), "the newest first"
    assert "drafted" not in page, "drafts are nobody's but their authors'"


async def test_the_table_has_what_a_committee_needs_and_nothing_before_the_deadline(
    office: Office, browser: Browser
) -> None:
    path, ewa = f"{office.call.path}/desk/proposals.csv", await browser(office.ewa)
    early = await ewa.get(path)
    assert early.status_code == 409
    assert "sealed" in early.text
    first, _second = await reviewed(office, "Anna", "Jan")
    await CallProposal.filter(id=first.id).update(title='=HYPERLINK("https://evil.example")')
    await decide(first, Verdict.GRANTED, amount=70_000_50, reason="Well; done", by=office.ewa)
    assert (await (await browser(await office.person("Anna"))).get(path)).status_code == 404
    answer = await ewa.get(path)
    assert answer.headers["content-disposition"] == f'attachment; filename="call-{office.call.id}-proposals.csv"'
    rows = list(csv.DictReader(StringIO(answer.content.decode("utf-8-sig"))))
    assert len(rows) == 2
    (granted,) = [row for row in rows if row["Granted"]]
    assert granted["Proposal"].startswith("'="), "no program runs it"
    assert (granted["Asks for"], granted["Granted"], granted["Currency"]) == ("80000", "70000.50", "PLN")
    assert (granted["Reviews"], granted["Average"], granted["Spread"]) == ("1", "80.0", "0.0")
    assert granted["Authors"] == "Anna <anna@example.org>"
    assert (granted["Organisation"], granted["Region"]) == ("Anna Ltd", "Małopolska")
    assert granted["Reason"] == "Well; done"
    submitted = (await CallProposal.get(id=first.id)).submitted_at
    assert submitted
    assert datetime.fromisoformat(granted["Submitted"]) == submitted.replace(microsecond=0)


@pytest.mark.parametrize("published", [False, True], ids=["under review", "decided"])
async def test_queries_do_not_grow_with_proposals_and_reviewers(
    office: Office, browser: Browser, published: bool
) -> None:
    criterion, robert = await office.criterion(), await office.reviewer("Robert")
    anna = await browser(await office.person("Anna"))
    his, ewa, path = await browser(await office.person("Robert")), await browser(office.ewa), office.call.path
    places = [(ewa, path + end) for end in ("", "/desk", "/desk/people", "/desk/journal", "/desk/proposals.csv")]
    places += [(anna, "/calls/mine"), (his, "/calls/mine"), (anna, "/calls"), (ewa, "/networks/vanguard/calls")]

    async def grow(names: list[str]) -> None:
        """A proposal and a reviewer of each name; Anna is an author of all, and Robert reviews them."""
        await Call.filter(id=office.call.id).update(deadline=datetime.now(UTC) + timedelta(days=1), status="open")
        for name in names:
            sent = await office.submitted(name, 100_00)
            await CallAuthor.create(proposal=sent, email="anna@example.org", name="Anna")
            await office.reviewer(f"Reviewer {name}")
        await office.close()
        for review in await office.review(robert, *await CallProposal.filter(call=office.call)):
            if review.status == ReviewStatus.DRAFT:
                by = await office.person("Robert")
                await write_review(review, {criterion.id: 3}, "Fine", final=True, version=1, by=by)
            if published:
                await decide(await review.proposal, Verdict.GRANTED, amount=100_00, reason="", by=office.ewa)
        if published:
            await publish(office.call, by=office.ewa)

    async def asked() -> dict[int, int]:
        counts = {}
        for number, (client, address) in enumerate(places):
            with counting_statements() as statements:
                assert (await client.get(address)).status_code == 200, address
            counts[number] = len(statements)
        return counts

    await grow(["Jan"])
    await asked()  # the first visit notes that somebody was here
    few = await asked()
    await grow(["Iga", "Ola", "Pia", "Ula"])
    assert await asked() == few


def _typed(office: Office) -> dict[str, object]:
    return {
        "title": "Late", "organisation": "Anna Ltd", "organisation_kind": "cluster", "region": office.region.id,
        "language": "pl", "amount": "1 000", "topic": "", "summary": "Why",
    }  # fmt: skip
