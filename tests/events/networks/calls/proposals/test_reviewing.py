"""Reviews: for people without an interest, after the deadline, with points for every criterion when final."""

from datetime import UTC, datetime
from typing import Any

import pytest

from app.errors import NotFound, Refused, Stale
from events.models import Organisation
from events.networks.calls.arranging import add_criterion, dismiss_officer, remove_criterion
from events.networks.calls.proposals.models import CallLetter, CallReview, LetterKind, ReviewStatus
from events.networks.calls.proposals.reading import overview
from events.networks.calls.proposals.reviewing import assign, conflicts, give_back, recuse, write_review
from events.networks.models import Listing

Office = Any  # see conftest.py


async def test_nothing_is_given_to_reviewers_before_the_deadline(office: Office) -> None:
    sent, rafal = await office.submitted("Anna"), await office.reviewer("Rafał")
    with pytest.raises(Refused, match="sealed"):
        await assign(rafal, [sent], by=office.ewa)


async def test_own_organisation_cannot_review(office: Office) -> None:
    said = await office.reviewer("Said", organisation=" anna LTD")
    listed, free = await office.reviewer("Listed"), await office.reviewer("Free")
    sent, other = await office.submitted("Anna"), await office.submitted("Jan")
    house = await Organisation.get(name="Anna Ltd")
    await Listing.create(person=await office.person("Listed"), organisation=house, at=datetime.now(UTC))
    await office.close()
    assert await conflicts([free], [sent, other]) == frozenset()
    for reviewer in (said, listed):
        assert await conflicts([free, reviewer], [sent, other]) == {(reviewer.id, sent.id)}
        with pytest.raises(Refused, match="same organisation"):
            await assign(reviewer, [other, sent], by=office.ewa)
    assert not await CallReview.exists(), "all or nothing"


async def test_assigning_is_told_once_and_can_be_taken_back_before_work_begins(office: Office) -> None:
    criterion = await office.criterion()
    sent, other, rafal = await office.submitted("Anna"), await office.submitted("Jan"), await office.reviewer("Rafał")
    await office.close()
    await assign(rafal, [sent, other], by=office.ewa)
    await assign(rafal, [sent], by=office.ewa)
    assert await CallReview.filter(reviewer=rafal).count() == 1
    assert await CallLetter.filter(kind=LetterKind.REVIEWING).count() == 2
    review = await CallReview.get(reviewer=rafal)
    await write_review(review, {criterion.id: 3}, "", final=False, version=1, by=await office.person("Rafał"))
    with pytest.raises(Refused, match="has begun to review"):
        await assign(rafal, [other], by=office.ewa)
    with pytest.raises(Refused, match="has proposals to review"):
        await dismiss_officer(rafal, by=office.ewa)


async def test_a_final_review_is_whole_and_stays(office: Office) -> None:
    impact, team = await office.criterion(), await office.criterion(weight=3, most=10)
    sent, rafal = await office.submitted("Anna"), await office.reviewer("Rafał")
    await office.close()
    (review,) = await office.review(rafal, sent)
    him = await office.person("Rafał")
    for points, comment in (({impact.id: 5}, "Good"), ({impact.id: 5, team.id: 5}, "")):
        with pytest.raises(Refused, match="every criterion"):
            await write_review(review, points, comment, final=True, version=1, by=him)
    for points in ({impact.id: 6}, {impact.id: -1}, {999_999: 1}):
        with pytest.raises(Refused, match="more points"):
            await write_review(review, points, "", final=False, version=1, by=him)
    done = await write_review(review, {impact.id: 5, team.id: 5}, "Good", final=True, version=1, by=him)
    assert done.status == ReviewStatus.FINAL
    with pytest.raises(Stale):
        await write_review(review, {}, "", final=False, version=1, by=him)
    with pytest.raises(Refused, match="is final"):
        await write_review(review, {}, "", final=False, version=2, by=him)
    again = await give_back(done, by=office.ewa)
    assert again.status == ReviewStatus.DRAFT
    with pytest.raises(Refused, match="Reviews have begun"):
        await add_criterion(office.call, {"pl": "Nowe"}, weight=1, most=5, by=office.ewa)
    with pytest.raises(Refused, match="Reviews have begun"):
        await remove_criterion(impact, by=office.ewa)


async def test_overview_has_averages_and_spread_of_final_reviews_only(office: Office) -> None:
    criterion = await office.criterion(most=10)
    best, worse = await office.submitted("Anna"), await office.submitted("Jan")
    readers = [await office.reviewer(name) for name in ("Rafał", "Iga", "Olaf")]
    await office.close()
    given = {("Rafał", best.id): 9, ("Iga", best.id): 7, ("Rafał", worse.id): 2}
    for reader in readers:
        for review in await office.review(reader, best, worse):
            points = given.get((reader.name, review.proposal_id))
            if points is not None:
                await write_review(
                    review, {criterion.id: points}, "So", final=True, version=1, by=await office.person(reader.name)
                )
    lines = (await overview(office.call, office.call.deadline)).lines
    assert [line.proposal.id for line in lines] == [best.id, worse.id]
    assert [(line.finished, len(line.reviews)) for line in lines] == [(2, 3), (1, 3)]
    assert lines[0].standing is not None
    assert (round(lines[0].standing.average), round(lines[0].standing.spread)) == (80, 20)


async def test_proposals_are_sealed_in_the_overview_before_the_deadline(office: Office) -> None:
    await office.submitted("Anna")
    found = await overview(office.call, datetime.now(UTC))
    assert (found.submitted, found.lines) == (1, ())


async def test_recused_review_does_not_count(office: Office) -> None:
    criterion = await office.criterion()
    sent, rafal = await office.submitted("Anna"), await office.reviewer("Rafał")
    await office.close()
    (review,) = await office.review(rafal, sent)
    him = await office.person("Rafał")
    done = await write_review(review, {criterion.id: 5}, "Great", final=True, version=1, by=him)
    await recuse(done, by=him)
    (line,) = (await overview(office.call, office.call.deadline)).lines
    assert line.standing is None


async def test_drafts_and_other_calls_are_not_reviewed(office: Office) -> None:
    draft, rafal = await office.draft("Anna"), await office.reviewer("Rafał")
    await office.close()
    with pytest.raises(NotFound):
        await assign(rafal, [draft], by=office.ewa)
