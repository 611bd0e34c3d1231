"""Rounds as the desk shapes them on its pages: times by asking, accepting or schedule, windows, video, own tables."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from app.models import Change
from events.models import Organisation
from matchmaking.ical import entry
from matchmaking.meetings import accept, request_meeting
from matchmaking.models import Meeting, MeetingStatus
from matchmaking.overview import whole
from matchmaking.reshaping import reshape, shape_of
from matchmaking.round_models import Location, Mode, Round, Table
from tests.matchmaking.visiting import visit  # noqa: F401 - a fixture

DESK = "/e/tampere/desk"
JSON = {"Accept": "application/json"}
LINK = "https://meet.example.org/{event}-{meeting}"


@pytest.fixture
async def opened(fair) -> Round:
    return await fair.round("10:00", "11:00", tables=3)


@pytest.fixture
async def pair(fair, opened):
    return [await fair.delegate(name, opened) for name in ("Anna", "Mikko")]


async def change(fair, opened: Round, **more) -> Round:
    return await reshape(opened, replace(await shape_of(opened), **more), by=fair.organiser)


def form_of(fair, shape, **more) -> dict[str, str]:
    """What the page of a round posts."""
    zone = fair.event.tz
    form = {name: getattr(shape, name) for name in ("name", "place", "slot_minutes", "break_minutes", "tables", "link")}
    form |= {name: f"{getattr(shape, name).astimezone(zone):%Y-%m-%dT%H:%M}" for name in ("start", "end")}
    return {**form, "mode": shape.mode.value, "location": shape.location.value, **more}


async def asked_at(fair, pair, *clocks: str) -> Meeting:
    anna, mikko = pair
    times = [await fair.slot(clock) for clock in clocks]
    return await request_meeting(anna, mikko, message="", times=times, by=fair[anna])


async def test_whoever_asks_names_times_and_the_other_takes_one_of_them(fair, opened, pair, visit):  # noqa: F811
    await change(fair, opened, mode=Mode.ASKING)
    anna, mikko = pair
    hers, his = await visit(fair[anna]), await visit(fair[mikko])
    assert "Times that suit you" in (await hers.get(f"/e/tampere/people/{mikko.id}")).text
    slots = {clock: await fair.slot(clock) for clock in ("10:00", "10:20", "10:40")}
    data = {"invitee": mikko.id, "times": [slots["10:20"].id, slots["10:40"].id]}
    number = (await hers.post("/e/tampere/meetings", data=data, headers=JSON)).json()["meeting"]
    page, elsewhere = (await his.get(f"/e/tampere/meetings/{number}")).text.split('<label for="elsewhere">')
    assert "Times that suit Anna" in page
    assert f'<option value="{slots["10:20"].id}"' in page
    assert f'<option value="{slots["10:00"].id}"' not in page
    assert f'<option value="{slots["10:00"].id}"' in elsewhere, "which can be proposed to her"
    accepting = f"/e/tampere/meetings/{number}/acceptance"
    refused = await his.post(accepting, data={"slot": slots["10:00"].id}, headers=JSON)
    assert refused.json()["error"] == "In “Morning” the request names other times."
    assert "10:20" in refused.json()["hints"][0]
    assert (await his.post(accepting, data={"slot": "first"})).status_code == 303
    assert (await Meeting.get(id=number)).slot_id == slots["10:20"].id


async def test_a_request_may_name_only_what_is_there_and_ahead(fair, opened, pair, visit):  # noqa: F811
    anna, mikko = pair
    hers = await visit(fair[anna])
    gone = "The organisers have changed the times of this round."
    for odd, status in (("0", 409), ("999999", 409), ("x", 404), ("-1", 404), ("9" * 40, 404)):
        refused = await hers.post("/e/tampere/meetings", data={"invitee": mikko.id, "times": odd}, headers=JSON)
        assert (refused.status_code, refused.json()["error"] == gone) == (status, status == 409), odd
    assert not await Meeting.exists()


async def test_times_of_the_schedule_are_not_for_those_who_meet(fair, opened, pair, visit):  # noqa: F811
    meeting = await asked_at(fair, pair)
    await change(fair, opened, mode=Mode.SCHEDULE)
    his, desk = await visit(fair[pair[1]]), await visit(fair.organiser)
    path, slot = f"/e/tampere/meetings/{meeting.id}", await fair.slot("10:20")
    refused = await his.post(f"{path}/acceptance", data={"slot": slot.id}, headers=JSON)
    assert refused.status_code == 409
    assert "The organisers give the times of “Morning”" in refused.json()["error"]
    assert (await his.post(f"{path}/acceptance", data={"slot": "later"})).status_code == 303
    await meeting.refresh_from_db()
    assert meeting.waiting
    data = {"slot": slot.id, "version": meeting.version}
    assert (await his.post(f"{path}/slot", data=data)).status_code == 409
    assert (await desk.post(f"{path}/slot", data=data)).status_code == 303


async def test_the_mode_may_change_while_bookings_exist(fair, opened, pair, assert_sound):
    meeting = await accept(await asked_at(fair, pair), by=fair[pair[1]])
    for mode in (Mode.SCHEDULE, Mode.ASKING, Mode.ACCEPTING):
        await change(fair, opened, mode=mode)
        assert (await Meeting.get(id=meeting.id)).slot_id == meeting.slot_id
    await assert_sound()


async def test_a_new_mode_first_shows_whose_times_count_no_more(fair, opened, pair, visit, assert_sound):  # noqa: F811
    await change(fair, opened, mode=Mode.ASKING)
    agreed = await accept(await asked_at(fair, pair, "10:00"), by=fair[pair[1]])
    jan = await fair.delegate("Jan", opened)
    asked = await asked_at(fair, [jan, pair[1]], "10:20", "10:40")
    desk, his, page = await visit(fair.organiser), await visit(fair[pair[1]]), f"{DESK}/rounds/{opened.id}"
    shape = await shape_of(opened)
    first = await desk.post(page, data=form_of(fair, replace(shape, mode=Mode.SCHEDULE)))
    assert first.status_code == 409
    assert "1 stays as it is" in first.text
    assert "Jan and Mikko" in first.text
    assert "it names times, which the organisers give from now on" in first.text
    assert "Anna and Mikko" not in first.text, "what is agreed keeps its time"
    assert (await Round.get(id=opened.id)).mode == Mode.ASKING, "looking changes nothing"
    fields = dict(part.split('" value="') for part in _hidden(first.text))
    assert (await desk.post(page, data=fields)).status_code == 303
    assert (await Round.get(id=opened.id)).mode == Mode.SCHEDULE
    assert (await Meeting.get(id=agreed.id)).slot_id == agreed.slot_id
    accepting = f"/e/tampere/meetings/{asked.id}/acceptance"
    refused = await his.post(accepting, data={"slot": (await fair.slot("10:20")).id}, headers=JSON)
    assert "The organisers give the times of “Morning”" in refused.json()["error"]
    both = replace(shape, mode=Mode.ASKING, end=fair.at("10:40"))
    second = await desk.post(page, data=form_of(fair, both))
    assert second.status_code == 409
    assert "a time that the request names goes" in second.text
    assert "the organisers give from now on" not in second.text
    fields = dict(part.split('" value="') for part in _hidden(second.text))
    assert (await desk.post(page, data=fields)).status_code == 303
    assert (await his.post(accepting, data={"slot": "first"})).status_code == 303
    assert (await Meeting.get(id=asked.id)).slot_id == (await fair.slot("10:20")).id, "the time that is left"
    free = await desk.post(page, data=form_of(fair, replace(both, mode=Mode.ACCEPTING)))
    assert free.status_code == 303, "nothing breaks, nothing to look at"
    assert {one.slot_id for one in await Meeting.all()} == {agreed.slot_id, (await fair.slot("10:20")).id}
    await assert_sound()


async def test_booking_opens_and_closes(fair, opened, pair, visit):  # noqa: F811
    anna, mikko = pair
    hers, his = await visit(fair[anna]), await visit(fair[mikko])
    now = datetime.now(UTC).replace(minute=0, second=0, microsecond=0)
    ask = {"url": "/e/tampere/meetings", "data": {"invitee": mikko.id}, "headers": JSON}
    await change(fair, opened, opens_at=now + timedelta(days=1))
    assert "Booking of meetings opens on" in (await hers.post(**ask)).json()["error"]
    await change(fair, opened, opens_at=now - timedelta(days=1))
    number = (await hers.post(**ask)).json()["meeting"]
    await change(fair, opened, closes_at=now - timedelta(hours=1))
    refused = await his.post(f"/e/tampere/meetings/{number}/acceptance", data={"slot": "first"}, headers=JSON)
    assert refused.status_code == 409
    assert "Booking of “Morning” is closed: the organisers can still help." in refused.json()["hints"]
    await his.post(f"/e/tampere/meetings/{number}/decline")
    other = await fair.delegate("Jan", opened)
    late = await hers.post("/e/tampere/meetings", data={"invitee": other.id}, headers=JSON)
    assert late.json()["error"] == "Booking of meetings is closed."


async def test_no_more_meetings_in_a_round_than_one_may_have(fair, opened, pair, visit):  # noqa: F811
    mikko = pair[1]
    await change(fair, opened, most_meetings=1)
    await accept(await asked_at(fair, pair), by=fair[mikko])
    jan = await fair.delegate("Jan", opened)
    meeting = await request_meeting(jan, mikko, message="", by=fair[jan])
    his, theirs = await visit(fair[mikko]), await visit(fair[jan])
    refused = await his.post(f"/e/tampere/meetings/{meeting.id}/acceptance", data={"slot": "first"}, headers=JSON)
    assert "You have as many meetings in “Morning” as you may." in refused.json()["hints"]
    page = (await theirs.get(f"/e/tampere/meetings/{meeting.id}")).text
    assert "Mikko has as many meetings in “Morning” as they may." in page


async def test_online_everybody_meets_at_once_and_has_a_link(fair, visit, assert_sound):  # noqa: F811
    desk = await visit(fair.organiser)
    opened = await fair.round("15:00", "15:20", name="Online")
    shape = replace(await shape_of(opened), location=Location.ONLINE, link=LINK, place="")
    assert (await desk.post(f"{DESK}/rounds/{opened.id}", data=form_of(fair, shape))).status_code == 303
    meetings = []
    for number in range(4):
        guest, host = [await fair.delegate(f"{side} {number}", opened) for side in ("Guest", "Host")]
        asked = await request_meeting(guest, host, message="", by=fair[guest])
        meetings.append(await accept(asked, by=fair[host]))
    assert len({meeting.slot_id for meeting in meetings}) == 1
    await assert_sound()
    first = await whole(Meeting.filter(id=meetings[0].id)).get()
    told = entry(first, reader=first.asker)
    assert told.online_url == f"https://meet.example.org/tampere-{first.id}"
    assert told.location == "online"
    browser = await visit(fair.people[first.asker_id])
    page = await browser.get(f"/e/tampere/meetings/{first.id}")
    assert told.online_url in page.text
    assert "Table" not in page.text


@pytest.mark.parametrize(
    "odd", ["http://a.example.org/1", "javascript:alert(1)", "https://", "https://a b", "https://[a", "x" * 301]
)
async def test_a_typed_link_is_an_address(fair, visit, odd):  # noqa: F811
    opened = await fair.round("15:00", "15:20", name="Online")
    await change(fair, opened, location=Location.ONLINE, place="")
    pair = [await fair.delegate(name, opened) for name in ("Anna", "Mikko")]
    meeting = await accept(await asked_at(fair, pair), by=fair[pair[1]])
    hers, desk = await visit(fair[pair[0]]), await visit(fair.organiser)
    path = f"/e/tampere/meetings/{meeting.id}/link"
    assert (await hers.post(path, data={"link": odd})).status_code == 409
    assert (await hers.post(path, data={"link": "https://call.example.org/anna"})).status_code == 303
    fact = await Change.get(kind="meeting.linked")
    assert {fair[one].id for one in pair} == {int(t[7:]) for t in fact.topics if t.startswith("person:")}
    assert "https://call.example.org/anna" in (await desk.get(f"/e/tampere/meetings/{meeting.id}")).text


async def test_meetings_are_at_the_table_of_their_host(fair, opened, visit, assert_sound):  # noqa: F811
    anna, mikko, jan = [await fair.delegate(name, opened) for name in ("Anna", "Mikko", "Jan")]
    desk = await visit(fair.organiser)
    for number, owner in ((1, f"Anna, Anna Ltd ({anna.id})"), (2, "Mikko Ltd")):
        given = await desk.post(f"{DESK}/rounds/{opened.id}/hosts", data={"number": number, "owner": owner})
        assert given.status_code == 303

    async def seat(asker, invitee) -> int:
        meeting = await request_meeting(asker, invitee, message="", by=fair[asker])
        meeting = await accept(meeting, by=fair[invitee])
        return (await Table.get(id=meeting.table_id)).number

    assert await seat(jan, anna) == 1
    assert await seat(anna, mikko) == 2, "of two owners the one who was asked is the host"
    sara, nina = [await fair.delegate(name, opened) for name in ("Sara", "Nina")]
    assert await seat(sara, nina) == 3, "the first that is nobody's"
    page = (await desk.get(f"{DESK}/rounds/{opened.id}")).text
    assert "Mikko Ltd" in page
    await assert_sound()


async def test_who_sits_at_a_table_that_is_given_away_moves_and_is_told(fair, opened, visit, assert_sound):  # noqa: F811
    first = [await fair.delegate(name, opened) for name in ("Anna", "Mikko")]
    sitting = await accept(await asked_at(fair, first), by=fair[first[1]])
    owner = await fair.delegate("Owner", opened)
    guest = await fair.delegate("Guest", opened)
    away = await request_meeting(guest, owner, message="", by=fair[guest])
    away = await accept(away, slot=await fair.slot("10:20"), by=fair[owner])
    desk = await visit(fair.organiser)
    house = await Organisation.get(name="Owner Ltd")
    data = {"number": "1", "owner": house.name}
    page = await desk.post(f"{DESK}/rounds/{opened.id}/hosts", data=data)
    assert page.status_code == 409
    assert "1 meeting changes its place" in page.text
    mark = page.text.partition('name="seen" value="')[2].partition('"')[0]
    assert (await desk.post(f"{DESK}/rounds/{opened.id}/hosts", data={**data, "seen": mark})).status_code == 303
    tables = {one.id: one.table.number for one in await Meeting.all().select_related("table")}
    assert tables == {sitting.id: 2, away.id: 1}
    assert await Change.filter(kind="meeting.rescheduled").count() == 1
    assert (await desk.post(f"{DESK}/rounds/{opened.id}/hosts", data={"number": "1", "owner": ""})).status_code == 303
    await assert_sound()


@pytest.mark.parametrize("data", [{"number": "99"}, {"number": "1", "owner": "Nobody"}, {"number": "x"}, {}])
async def test_odd_owners_are_refused(fair, opened, visit, data):  # noqa: F811
    desk = await visit(fair.organiser)
    assert (await desk.post(f"{DESK}/rounds/{opened.id}/hosts", data=data)).status_code == 409


async def test_the_page_of_a_round_shows_what_a_change_breaks_and_does_it(fair, opened, pair, visit):  # noqa: F811
    meeting = await accept(await asked_at(fair, pair), slot=await fair.slot("10:40"), by=fair[pair[1]])
    desk = await visit(fair.organiser)
    shape = replace(await shape_of(opened), end=fair.at("10:40"))
    page = await desk.post(f"{DESK}/rounds/{opened.id}", data=form_of(fair, shape))
    assert page.status_code == 409
    assert "1 meeting waits for a new time" in page.text
    assert "Anna and Mikko" in page.text
    assert (await Meeting.get(id=meeting.id)).placed
    fields = dict(part.split('" value="') for part in _hidden(page.text))
    assert (await desk.post(f"{DESK}/rounds/{opened.id}", data=fields)).status_code == 303
    assert (await Meeting.get(id=meeting.id)).waiting
    wrong = await desk.post(f"{DESK}/rounds/{opened.id}", data=form_of(fair, replace(shape, name=" ")))
    assert wrong.status_code == 422


async def test_the_desk_brings_two_together_and_the_journal_says_so(fair, opened, visit, assert_sound):  # noqa: F811
    anna, mikko = [await fair.delegate(name, opened, house="One house") for name in ("Anna", "Mikko")]
    desk = await visit(fair.organiser)
    label = {one.id: f"{one.name}, One house ({one.id})" for one in (anna, mikko)}
    data = {"asker": label[anna.id], "invitee": label[mikko.id], "time": (await fair.slot("10:20")).id}
    assert (await desk.post(f"{DESK}/meetings", data=data)).status_code == 303
    meeting = await Meeting.get().select_related("slot")
    assert (meeting.slot.start, meeting.fixed, meeting.status) == (fair.at("10:20"), True, MeetingStatus.ACCEPTED)
    fact = await Change.get(kind="meeting.arranged")
    assert (fact.by, fact.data["on_behalf_of"]) == (f"person:{fair.organiser.id}", [anna.id, mikko.id])
    again = await desk.post(f"{DESK}/meetings", data=data)
    assert again.status_code == 409
    assert "Anna and Mikko have agreed to meet already." in again.text
    assert "arranged by the desk" in (await desk.get(f"{DESK}/journal")).text
    await assert_sound()


def _hidden(page: str) -> list[str]:
    """name" value="value of each hidden input of the form that asks whether to do it."""
    (form,) = [form for form in page.split("<form") if 'name="seen"' in form]
    return [part.partition('">')[0] for part in form.split('<input type="hidden" name="')[1:]]


async def test_of_two_organisers_the_second_sees_both_versions(fair, opened, visit):  # noqa: F811
    desk = await visit(fair.organiser)
    page = (await desk.get(f"{DESK}/rounds/{opened.id}")).text
    was = page.partition('name="was" value="')[2].partition('"')[0]
    shape = await shape_of(opened)
    await change(fair, opened, name="Noon", tables=5)
    late = form_of(fair, replace(shape, name="Dawn"), was=was)
    refused = await desk.post(f"{DESK}/rounds/{opened.id}", data=late)
    assert refused.status_code == 409
    assert "It is called “Noon” now. It has so many tables now: 5." in refused.text
    assert 'value="Dawn"' in refused.text
    assert (await Round.get(id=opened.id)).name == "Noon"
    seen = refused.text.partition('name="was" value="')[2].partition('"')[0]
    assert (await desk.post(f"{DESK}/rounds/{opened.id}", data={**late, "was": seen})).status_code == 303
    assert (await Round.get(id=opened.id)).name == "Dawn"


async def test_hybrid_meetings_have_a_table_while_there_is_one_and_always_a_link(fair, visit, assert_sound):  # noqa: F811
    opened = await fair.round("15:00", "15:20", name="Hybrid", tables=1)
    await change(fair, opened, location=Location.HYBRID, link=LINK)
    seats = []
    for number in range(2):
        guest, host = [await fair.delegate(f"{side} {number}", opened) for side in ("Guest", "Host")]
        asked = await request_meeting(guest, host, message="", by=fair[guest])
        found = await whole(Meeting.filter(id=(await accept(asked, by=fair[host])).id)).get()
        told = entry(found, reader=found.asker)
        seats.append((found.table.line, told.location.startswith("Hall, table 1"), bool(told.online_url)))
    assert seats == [(False, True, True), (True, False, True)]
    await assert_sound()


async def test_a_break_lies_between_two_meetings_of_one_person(fair, opened, pair, visit):  # noqa: F811
    desk, mikko = await visit(fair.organiser), pair[1]
    limits = {"pending": "30", "life": "10", "unit": "days", "pause_minutes": "20"}
    assert (await desk.post(f"{DESK}/rules/limits", data=limits)).status_code == 303
    await accept(await asked_at(fair, pair), slot=await fair.slot("10:00"), by=fair[mikko])
    jan = await fair.delegate("Jan", opened)
    asked = await request_meeting(jan, mikko, message="", by=fair[jan])
    his, path = await visit(fair[mikko]), f"/e/tampere/meetings/{asked.id}/acceptance"
    refused = await his.post(path, data={"slot": (await fair.slot("10:20")).id}, headers=JSON)
    assert "Between your meetings you have a break at" in refused.json()["error"]
    assert "10:40" in refused.json()["hints"][0]
    assert (await his.post(path, data={"slot": "first"})).status_code == 303
    assert (await Meeting.get(id=asked.id).select_related("slot")).slot.start == fair.at("10:40")
