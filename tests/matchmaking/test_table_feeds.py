"""The desk's calendars of a round and of its tables: secret, of its own, and gone with the right to be there."""

import pytest
from icalendar import Calendar

from app import feeds
from app.models import Feed, Person
from events.models import ParticipantKind
from events.participants import appoint
from matchmaking.meetings import cancel, reschedule
from matchmaking.models import Meeting
from matchmaking.round_models import Table
from tests.calendar.conftest import Stage, stage

__all__ = ["stage"]


async def opened(stage: Stage, person: Person, scope: str) -> str:
    return feeds.address_of(await feeds.rotate(person, scope, key=stage.settings.secret_key), stage.settings)


async def placed(stage: Stage) -> tuple[Meeting, Table, Table]:
    """Anna's and Mikko's meeting, its table, and the other one of the round."""
    meeting = await stage.meeting()
    mine = await Table.get(id=meeting.table_id)
    other = await Table.filter(round_id=mine.round_id).exclude(id=mine.id).first()
    assert other
    return meeting, mine, other


async def test_table_shows_who_meets_there_and_no_address_of_theirs(stage: Stage) -> None:
    meeting, mine, other = await placed(stage)
    olga = stage.fair.organiser
    address = await opened(stage, olga, f"table:{mine.id}")
    raw = await stage.feed(address)
    (found,) = [event for event in Calendar.from_ical(raw).events if "meeting-" in str(event["UID"])]
    assert {"Anna", "Mikko"} <= set(str(found["SUMMARY"]).replace(",", "").split())
    assert (str(found["TRANSP"]), str(found["CLASS"])) == ("TRANSPARENT", "PRIVATE")
    assert b"@example.org" not in raw
    anna = stage.fair[meeting.asker]
    await Person.filter(id=anna.id).update(invited_by_mail=False)
    theirs = await stage.events(await stage.private(anna))
    (same,) = [event for event in theirs.values() if event["UID"] == found["UID"]]
    assert same["SEQUENCE"] == found["SEQUENCE"]
    assert len(Calendar.from_ical(await stage.feed(await opened(stage, olga, f"table:{other.id}"))).events) == 1
    whole = Calendar.from_ical(await stage.feed(await opened(stage, olga, f"round:{mine.round_id}"))).events
    assert found["UID"] in [event["UID"] for event in whole]


async def test_table_follows_a_move_and_a_cancellation(stage: Stage) -> None:
    meeting, mine, _other = await placed(stage)
    address = await opened(stage, stage.fair.organiser, f"round:{mine.round_id}")
    before = await stage.program.get(address)
    known = {"If-None-Match": before.headers["etag"]}
    await stage.known.look()
    assert (await stage.program.get(address, headers=known)).status_code == 304
    slot = await stage.fair.slot("10:20")
    moved = await reschedule(meeting, slot=slot, version=meeting.version, by=stage.fair.organiser)
    after = await stage.program.get(address, headers=known)
    assert after.status_code == 200
    assert slot.start in [event.start for event in Calendar.from_ical(after.content).events]
    await cancel(moved, by=stage.fair.organiser)
    assert b"STATUS:CANCELLED" in await stage.feed(address)


@pytest.mark.parametrize("scope", ["table:999", "round:999", "table:0"])
async def test_what_is_not_there_is_a_404(stage: Stage, scope: str) -> None:
    address = await opened(stage, stage.fair.organiser, scope)
    answer = await stage.program.get(address)
    assert (answer.status_code, answer.headers["content-type"]) == (404, "text/plain; charset=utf-8")


async def test_whoever_leaves_the_desk_loses_it_at_once(stage: Stage) -> None:
    _meeting, mine, _other = await placed(stage)
    helper = await stage.fair.newcomer("Helga")
    person = stage.fair[helper]
    address = await opened(stage, person, f"table:{mine.id}")
    assert (await stage.program.get(address)).status_code == 404, "not at the desk yet"
    await appoint(helper, ParticipantKind.DESK, by=stage.fair.organiser)
    await stage.known.look()
    assert b"Anna" in await stage.feed(address)
    await appoint(helper, ParticipantKind.DELEGATE, by=stage.fair.organiser)
    assert (await stage.program.get(address)).status_code == 404


async def test_desk_makes_shows_and_removes_addresses(stage: Stage) -> None:
    _meeting, mine, _other = await placed(stage)
    page = f"{stage.path}/desk/rounds/{mine.round_id}/calendars"
    headers = await stage.cookie(stage.fair.organiser.name) | {"Origin": stage.settings.base_url}
    assert "/feeds/" not in (await stage.program.get(page, headers=headers)).text
    of = {"of": f"table:{mine.id}"}
    assert (await stage.program.post(f"{page}/renewal", data=of, headers=headers)).status_code == 303
    feed = await Feed.get(scope=of["of"])
    address = feeds.address_of(feed, stage.settings)
    assert f'value="{stage.settings.base_url}{address}"' in (await stage.program.get(page, headers=headers)).text
    await stage.program.get(address, headers={"User-Agent": "Thunderbird/153"})
    assert "Thunderbird/153" in (await stage.program.get(page, headers=headers)).text
    await stage.program.post(f"{page}/removal", data=of, headers=headers)
    assert (await stage.program.get(address)).status_code == 410
    for bad in ("table:999", "event:1", "all", ""):
        answer = await stage.program.post(f"{page}/renewal", data={"of": bad}, headers=headers)
        assert answer.status_code == 400, bad
