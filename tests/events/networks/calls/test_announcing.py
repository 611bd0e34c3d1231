"""A call: drafted, opened, edited without taking back what applicants rely on."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from app import db, journal
from app.errors import Refused, Stale
from events.networks.calls.announcing import Terms, draft_call, edit_call, open_call
from events.networks.calls.models import Call, CallStatus, Phase
from events.networks.calls.proposals.models import CallLetter, LetterKind
from events.networks.models import Network, Pilot

Office = Any  # see conftest.py
MakeTerms = Callable[..., Terms]


async def test_phase_changes_at_the_deadline_itself() -> None:
    deadline = datetime(2027, 3, 29, 13, tzinfo=UTC)
    call = Call(status=CallStatus.OPEN, deadline=deadline)
    assert call.phase(deadline - timedelta(microseconds=1)) == Phase.OPEN
    assert call.phase(deadline) == Phase.CLOSED


async def test_draft_is_heard_by_its_coordinators_only(office: Office, make_terms: MakeTerms) -> None:
    made = await draft_call(office.network, make_terms(), by=office.ewa)
    fact = (await journal.changes_since(office.network.scope, 0))[-1]
    assert (fact.kind, fact.topics) == ("call.drafted", [made.desk])
    await open_call(made, by=office.ewa)
    fact = (await journal.changes_since(made.scope, 0))[-1]
    assert (fact.kind, set(fact.topics)) == ("call.opened", {made.desk, made.scope})


async def test_call_whose_deadline_is_past_cannot_be_opened(office: Office, make_terms: MakeTerms) -> None:
    made = await draft_call(office.network, make_terms(deadline=datetime(2019, 3, 29, tzinfo=UTC)), by=office.ewa)
    with pytest.raises(Refused, match="lies in the past"):
        await open_call(made, by=office.ewa)
    assert (await Call.get(id=made.id)).status == CallStatus.DRAFT


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"budget": 149_999_99}, "can only grow"),
        ({"most": 10_000_00}, "can only grow"),
        ({"currency": "EUR"}, "currency stays"),
        ({"deadline": datetime(2019, 3, 29, tzinfo=UTC)}, "lies in the past"),
        ({"titles": {"en": "Call"}}, "first language"),
        ({"titles": {"pl": "Nabór", "xx": "?"}}, "first language"),
        ({"most": 200_000_00}, "whole budget"),
    ],
)
async def test_an_open_call_keeps_what_it_promised(
    office: Office, make_terms: MakeTerms, change: dict[str, Any], sentence: str
) -> None:
    with pytest.raises(Refused, match=sentence):
        await edit_call(office.call, make_terms(**change), version=office.call.version, by=office.ewa)
    assert (await Call.get(id=office.call.id)).version == office.call.version


async def test_an_open_call_can_offer_more(office: Office, make_terms: MakeTerms) -> None:
    more = make_terms(budget=200_000_00, titles={"pl": "Nabór", "fi": "Haku"})
    edited = await edit_call(office.call, more, version=office.call.version, by=office.ewa)
    assert (edited.budget, edited.titles) == (200_000_00, {"pl": "Nabór", "fi": "Haku"})
    with pytest.raises(Stale):
        await edit_call(office.call, more, version=office.call.version, by=office.ewa)


async def test_a_pilot_of_another_network_is_refused(office: Office, make_terms: MakeTerms) -> None:
    other = await Network.create(code="berry", name="BERRY+")
    foreign = await Pilot.create(network=other, code="PRO", names={"en": "Proteins"})
    with pytest.raises(Refused, match="another network"):
        await draft_call(office.network, make_terms(pilots=[foreign]), by=office.ewa)


async def test_moved_deadline_is_told_to_every_author_once(office: Office, make_terms: MakeTerms) -> None:
    await office.submitted("Anna")
    await office.draft("Anna")
    await office.draft("Jan")
    later = make_terms(deadline=office.call.deadline + timedelta(days=7))
    await edit_call(office.call, later, version=office.call.version, by=office.ewa)
    told = await CallLetter.filter(kind=LetterKind.DEADLINE).values_list("email", flat=True)
    assert sorted(told) == ["anna@example.org", "jan@example.org"]


async def test_after_the_deadline_it_stays_where_it_was(office: Office, make_terms: MakeTerms) -> None:
    await office.close()
    for deadline in (office.call.deadline + timedelta(days=30), office.call.deadline - timedelta(days=1)):
        with pytest.raises(Refused, match="fair to everybody"):
            await edit_call(office.call, make_terms(deadline=deadline), version=office.call.version, by=office.ewa)


async def test_the_database_refuses_to_grant_more_than_the_budget(office: Office) -> None:
    with pytest.raises(db.IntegrityError):
        await Call.filter(id=office.call.id).update(granted=150_000_01)
