"""The demo's calls for proposals: Małopolska's of this year and of the last, with its results, BERRY+'s and ERRIN's.

Made with the verbs that coordinators, applicants and reviewers use.
"""

from collections.abc import Mapping
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from app.journal import changing
from app.models import Person
from events.models import OrganisationKind, Session
from events.networks.calls.announcing import Terms, draft_call, open_call, shown
from events.networks.calls.arranging import add_criterion, add_topic, name_officer, tie_briefing
from events.networks.calls.attaching import add_document
from events.networks.calls.models import Call, CallCriterion, OfficerRole
from events.networks.calls.proposals.deciding import decide, publish
from events.networks.calls.proposals.models import CallProposal, CallReview, Verdict
from events.networks.calls.proposals.reviewing import assign, write_review
from events.networks.calls.proposals.writing import Content, draft_proposal, submit
from events.networks.models import Network, Pilot, Region
from events.participants import Affiliation
from matchmaking.demo.cast import Table, table

LONG_AGO = 240  # days since last year's deadline


async def load_calls(coordinator: Person, *, today: date, sessions: Mapping[str, Session]) -> None:
    """`sessions` are those of the demo event, by title. What is there already stays alone."""
    told = table("calls")
    if await Call.exists():
        return
    this_year = await _announce(told["region"], coordinator, deadline=_day(told["region"], today))
    await _complete(this_year, told, by=coordinator)
    for topic in told["topics"]:
        await add_topic(this_year, topic["code"], topic["titles"], by=coordinator)
    briefing = sessions[told["briefing"]]
    await tie_briefing(this_year, await briefing.event, briefing, by=coordinator)
    await open_call(this_year, by=coordinator)
    await _last_year(told, coordinator, today=today)
    for name in ("voucher", "circular"):
        call = await _announce(told[name], coordinator, deadline=_day(told[name], today))
        for topic in told[name].get("topics", ()):
            await add_topic(call, topic["code"], topic["titles"], by=coordinator)
        await open_call(call, by=coordinator)


async def _announce(told: Table, by: Person, *, deadline: datetime, year: str = "") -> Call:
    network = await Network.get(code=told["network"])
    terms = Terms(
        language=told["language"],
        titles={code: f"{title} {year}".strip() for code, title in told["titles"].items()},
        texts={code: text.strip() for code, text in told["texts"].items()},
        eligibility=told["eligibility"],
        budget=told["budget"],
        currency=told["currency"],
        most=told["most"],
        deadline=deadline,
        zone=told["zone"],
        region=await Region.get(code=told["region"]) if "region" in told else None,
        pilots=await Pilot.filter(network=network),
    )
    return await draft_call(network, terms, by=by)


async def _complete(call: Call, told: Table, *, by: Person) -> None:
    for criterion in told["criteria"]:
        await add_criterion(call, criterion["titles"], weight=criterion["weight"], most=5, by=by)
    await add_document(call, told["document"]["name"], told["document"]["text"].strip().encode(), by=by)


async def _last_year(told: Table, by: Person, *, today: date) -> None:
    """Two winners, and one on the reserve list."""
    soon = datetime.now(UTC) + timedelta(days=1)
    call = await _announce(told["region"], by, deadline=soon, year=str(today.year - 1))
    await _complete(call, told, by=by)
    await open_call(call, by=by)
    sent = [await _propose(call, one) for one in told["proposals"]]
    await _let_the_deadline_pass(call, _day({**told["region"], "days": -LONG_AGO}, today))
    for number, reviewer in enumerate(told["reviewers"]):
        points = [one["points"][number] for one in told["proposals"]]
        await _review(call, reviewer, list(zip(sent, points, strict=True)), by=by)
    for proposal, one in zip(sent, told["proposals"], strict=True):
        verdict = Verdict(one["verdict"])
        await decide(proposal, verdict, amount=one["amount"], reason=one["reason"], by=by)
    await publish(call, by=by)


async def _propose(call: Call, told: Table) -> CallProposal:
    author = await _person(told["email"], told["author"])
    region = await Region.get(id=call.region_id)
    content = Content(
        affiliation=Affiliation(told["organisation"], OrganisationKind.SUPPORT, region),
        language="pl",
        title=told["title"],
        summary=told["summary"],
        amount=told["amount"],
        pilots=await Pilot.filter(network_id=call.network_id, code__in=told["pilots"]),
    )
    return await submit(await draft_proposal(call, content, by=author), by=author)


async def _review(call: Call, told: Table, given: list[tuple[CallProposal, list[int]]], *, by: Person) -> None:
    person = await _person(told["email"], told["name"])
    officer = await name_officer(call, OfficerRole.REVIEWER, email=person.email, name=person.name, by=by)
    await assign(officer, [proposal for proposal, _points in given], by=by)
    criteria = [criterion.id for criterion in await CallCriterion.filter(call=call)]
    for proposal, points in given:
        review = await CallReview.get(proposal=proposal, reviewer=officer)
        said: Mapping[int, int] = dict(zip(criteria, points, strict=True))
        await write_review(review, said, told["comment"], final=True, version=1, by=person)


async def _let_the_deadline_pass(call: Call, deadline: datetime) -> None:
    """What no verb does: the demonstration has a past."""
    async with changing(call.scope, by="import") as changes:
        await Call.filter(id=call.id).update(deadline=deadline)
        await CallProposal.filter(call=call).update(submitted_at=deadline - timedelta(hours=3))
        changes.record("call.edited", call, topics=[call.desk], data=shown(call))
    await call.refresh_from_db()


async def _person(email: str, name: str) -> Person:
    async with changing("people", by="import") as changes:
        person, created = await Person.get_or_create(email=email, defaults={"name": name, "language": "pl"})
        if created:
            changes.record("person.created", person, topics=[])
    return person


def _day(told: Mapping[str, Any], today: date) -> datetime:
    """Its deadline: at three in the afternoon where it is, so many days from today."""
    local = datetime.combine(today + timedelta(days=told["days"]), time(15), ZoneInfo(told["zone"]))
    return local.astimezone(UTC)
