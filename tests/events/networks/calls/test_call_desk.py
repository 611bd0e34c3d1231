"""The desk of a call over HTTP: what an open call promises it keeps, and who relies on it hears what changes."""

from datetime import UTC, datetime, timedelta
from typing import Any

from app.models import Change
from events.networks.calls.models import Call, CallOfficer, OfficerRole
from events.networks.calls.proposals.models import CallLetter, LetterKind

Office = Any  # see conftest.py
Browser = Any


def typed(office: Office, **changed: object) -> dict[str, object]:
    return {
        "version": office.call.version, "language": "pl", "titles-pl": "Otwarty konkurs ofert", "texts-pl": "Treść",
        "region": office.region.id, "budget": "150 000", "currency": "PLN", "most": "", "zone": "Europe/Warsaw",
        "deadline": f"{office.call.deadline.astimezone(office.call.tz):%Y-%m-%dT%H:%M}", **changed,
    }  # fmt: skip


async def test_an_open_call_only_grows_and_a_new_deadline_is_told_to_who_writes_a_proposal(
    office: Office, browser: Browser
) -> None:
    await office.draft("Anna")
    await Call.filter(id=office.call.id).update(deadline=office.call.deadline.replace(second=0))  # as people type it
    await office.call.refresh_from_db()
    ewa, path = await browser(office.ewa), f"{office.call.path}/desk/text"
    assert (await ewa.get(path)).status_code == 200
    past = f"{datetime.now(office.call.tz) - timedelta(days=1):%Y-%m-%dT%H:%M}"
    for change, said in (
        ({"budget": "149 999,99"}, "can only grow"),
        ({"most": "100 000"}, "can only grow"),
        ({"currency": "EUR"}, "its currency stays"),
        ({"deadline": past}, "lies in the past"),
        ({"version": 99}, "a moment ago"),
    ):
        refused = await ewa.post(path, **typed(office, **change))
        assert refused.status_code == 409, change
        assert said in refused.text, change
        assert "Treść" in refused.text, "what was typed is not lost"
    assert (await ewa.post(path, **typed(office, budget="200 000"))).status_code == 303
    assert (await Call.get(id=office.call.id)).budget == 200_000_00
    assert not await CallLetter.exists(), "the deadline is the same"
    await office.call.refresh_from_db()
    later = f"{office.call.deadline.astimezone(office.call.tz) + timedelta(days=7):%Y-%m-%dT%H:%M}"
    assert (await ewa.post(path, **typed(office, budget="200 000", deadline=later))).status_code == 303
    assert [(one.kind, one.email) for one in await CallLetter.all()] == [(LetterKind.DEADLINE, "anna@example.org")]


async def test_after_the_deadline_it_stays_where_it_was(office: Office, browser: Browser) -> None:
    await office.close()
    ewa, path = await browser(office.ewa), f"{office.call.path}/desk/text"
    ahead = f"{datetime.now(office.call.tz) + timedelta(days=7):%Y-%m-%dT%H:%M}"
    refused = await ewa.post(path, **typed(office, deadline=ahead))
    assert refused.status_code == 409
    assert "which is fair to everybody" in refused.text
    assert (await Call.get(id=office.call.id)).deadline < datetime.now(UTC)


async def test_topics_criteria_and_people_are_refused_with_a_sentence_where_they_cannot_be(
    office: Office, browser: Browser
) -> None:
    ewa, desk = await browser(office.ewa), f"{office.call.path}/desk"
    topic = {"code": "T1", "titles-pl": "Temat"}
    assert (await ewa.post(f"{desk}/topics", **topic)).status_code == 303
    again = await ewa.post(f"{desk}/topics", **topic)
    assert again.status_code == 409
    assert "There is a topic T1 already." in again.text
    for wrong in ({"weight": "0"}, {"weight": "x"}, {"most": "101"}):
        answer = await ewa.post(f"{desk}/criteria", **{"titles-pl": "Wpływ", "weight": "1", "most": "5", **wrong})
        assert answer.status_code == 422, wrong
    await office.draft("Anna")
    author = await ewa.post(f"{desk}/officers", role="reviewer", name="Anna", email="anna@example.org")
    assert author.status_code == 409
    assert "Anna is an author of a proposal in this call." in author.text
    hers = await CallOfficer.get(call=office.call, role=OfficerRole.COORDINATOR)
    last = await ewa.post(f"/calls/officers/{hers.id}/removal")
    assert last.status_code == 409
    assert "is the only coordinator of this call" in last.text


async def test_the_journal_keeps_titles_in_the_calls_own_language_whoever_writes(
    office: Office, browser: Browser
) -> None:
    ewa, desk = await browser(office.ewa), f"{office.call.path}/desk"
    ewa.client.cookies.set("language", "en")
    named = {"titles-pl": "Wpływ na region", "titles-en": "Impact on the region", "weight": "1", "most": "5"}
    assert (await ewa.post(f"{desk}/criteria", **named)).status_code == 303
    kept = await Change.get(scope=office.call.scope, kind="criterion.added")
    assert kept.data == {"title": "Wpływ na region"}
