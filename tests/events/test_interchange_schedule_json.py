"""schedule.json: both versions become what schedule.xml would; errors say the path."""

import json
from datetime import UTC, date, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from events.interchange.frab_xml import read_frab_xml
from events.interchange.reading import read_schedule
from events.interchange.schedule import BadSchedule, ImportedRoom, ImportedSchedule, ImportedTrack
from events.interchange.schedule_json import read_schedule_json

UTC_ZONE = ZoneInfo("UTC")

TALK = {
    "guid": "A-1", "id": 7, "title": "On bread", "subtitle": "Sour", "abstract": "<p>Flour</p>", "description": "Water",
    "type": "talk", "language": "pl", "track": "Food", "date": "2027-05-11T23:30:00+02:00", "start": "23:30",
    "duration": "01:00", "persons": [{"guid": "g1", "public_name": "Ann"}, {"id": 2, "name": "Ben"}],
}  # fmt: skip


def read(document: Any) -> ImportedSchedule:
    text = document if isinstance(document, str) else json.dumps(document)
    return read_schedule_json(text.encode(), zone=UTC_ZONE)


def version_1(*talks: Any, **conference: Any) -> Any:
    day = {"index": 1, "date": "2027-05-11", "day_start": "2027-05-11T08:00:00+02:00", "rooms": {"Hall": list(talks)}}
    days = {"title": "Days", "acronym": "days", "time_zone_name": "Europe/Warsaw", "days": [day]}
    return {"schedule": {"version": "1.2", "conference": days | conference}}


def version_2(*events: Any) -> Any:
    conference = {
        "title": "Days", "acronym": "days", "time_zone_name": "Europe/Warsaw",
        "days": [{"date": "2027-05-11", "index": 1}],
        "rooms": [{"name": "Hall", "guid": "r1", "capacity": 80}],
        "tracks": [{"name": "Food", "slug": "food", "color": "#AA0000"}],
    }  # fmt: skip
    return {"schedule": {"version": "1.2", "conference": conference, "events": list(events)}}


EVENT = {
    "guid": "A-1", "title": "On bread", "subtitle": "Sour", "abstract": {"de": "Mehl", "pl": "Mąka", "en": "Flour"},
    "description": None, "type": "LIGHTNING_TALK", "language": "pl", "track": {"slug": "food"}, "room": {"guid": "r1"},
    "start": "2027-05-11T23:30:00+02:00", "end": "2027-05-12T00:30:00+02:00",
    "participants": [{"guid": "g1", "name": "Ann", "role": "SPEAKER"}],
}  # fmt: skip


def test_version_1_is_read_as_the_same_xml_would_be() -> None:
    xml = """<schedule><version>1.2</version><conference><title>Days</title><acronym>days</acronym>
        <time_zone_name>Europe/Warsaw</time_zone_name></conference>
        <day index="1" date="2027-05-11" start="2027-05-11T08:00:00+02:00"><room name="Hall"><event guid="A-1" id="7">
        <title>On bread</title><subtitle>Sour</subtitle><abstract>&lt;p&gt;Flour&lt;/p&gt;</abstract>
        <description>Water</description><type>talk</type><language>pl</language><track>Food</track>
        <date>2027-05-11T23:30:00+02:00</date><start>23:30</start><duration>01:00</duration>
        <persons><person guid="g1">Ann</person><person id="2">Ben</person></persons></event></room></day></schedule>"""
    assert read(version_1(TALK)) == read_frab_xml(xml.encode(), zone=UTC_ZONE)


def test_version_2_is_read_with_what_it_refers_to() -> None:
    schedule = read(version_2(EVENT))
    (session,) = schedule.sessions
    assert (session.key, session.title, session.kind, session.abstract) == (
        "guid:a-1", "On bread", "lightning talk", "Mąka"
    )  # fmt: skip
    assert (session.room, session.track) == ("Hall", "Food")
    assert (session.start, session.end) == (
        datetime(2027, 5, 11, 21, 30, tzinfo=UTC),
        datetime(2027, 5, 11, 22, 30, tzinfo=UTC),
    )
    assert [speaker.key for speaker in session.speakers] == ["guid:g1"]
    assert schedule.rooms == (ImportedRoom("Hall", 80),)
    assert schedule.tracks == (ImportedTrack("Food", "#aa0000"),)
    assert (schedule.zone, schedule.first_day) == ("Europe/Warsaw", date(2027, 5, 11))


@pytest.mark.parametrize("state", ["CANCELED", "WITHDRAWN", "DELETED", "REJECTED", "DRAFT", "SUBMITTED"])
def test_version_2_leaves_out_what_is_off_the_programme(state: str) -> None:
    schedule = read(version_2(EVENT, EVENT | {"guid": "b", "state": state}))
    assert [session.key for session in schedule.sessions] == ["guid:a-1"]
    assert schedule.oddities == ()


def test_version_2_breaks_without_a_guid_are_told_apart() -> None:
    lunch = {
        "type": "BREAK",
        "title": "Lunch",
        "start": "2027-05-11T12:00:00+02:00",
        "end": "2027-05-11T13:00:00+02:00",
    }
    later = lunch | {"start": "2027-05-12T12:00:00+02:00", "end": "2027-05-12T13:00:00+02:00"}
    sessions = read(version_2(later, lunch)).sessions
    assert [(session.key, session.kind) for session in sessions] == [
        ("title:lunch", "break"),
        ("title:lunch#2", "break"),
    ]


def test_end_goes_before_duration() -> None:
    (session,) = read(version_1(TALK | {"end": "2027-05-12T00:00:00+02:00"})).sessions
    assert session.end == datetime(2027, 5, 11, 22, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    "nothing", [{"persons": None, "track": None, "subtitle": None, "language": None}, {"id": None}]
)
def test_null_is_nothing(nothing: dict[str, None]) -> None:
    assert len(read(version_1(TALK | nothing)).sessions) == 1


def test_broken_session_costs_only_itself_and_says_where() -> None:
    schedule = read(
        version_1(TALK, 5, TALK | {"guid": "b", "persons": "Ann"}, TALK | {"guid": "c", "duration": "soon"})
    )
    room = 'schedule.conference.days[0].rooms["Hall"]'
    assert [session.key for session in schedule.sessions] == ["guid:a-1", "guid:c"]
    assert sorted((oddity.path, oddity.reason) for oddity in schedule.oddities) == [
        (f"{room}[1]", "Here stands no object."),
        (f"{room}[2].persons", "Here stands no list."),
        (f"{room}[3]", "The length of “On bread” cannot be read; it is imported without a time."),
    ]


@pytest.mark.parametrize(
    ("document", "message"),
    [
        ("{\n\n  'a': 1}", "line 3: This is not well-formed JSON: Expecting property name enclosed in double quotes"),
        ("[1]", "Here stands no object"),
        ("{}", "it has no “schedule”"),
        ({"schedule": 5}, "schedule: Here stands no object"),
        ({"schedule": {"conference": []}}, "schedule.conference: Here stands no object"),
        (version_1(TALK, days={}), "schedule.conference.days: Here stands no list"),
        (version_1(TALK, days=[{"rooms": []}]), r"schedule.conference.days\[0\].rooms: Here stands no object"),
        (version_1(), "There is no session in this file"),
        ('{"schedule": ' + "[" * 100_000 + "]" * 100_000 + "}", "nested too deeply"),
        ('{"schedule": ' + "9" * 5000 + "}", "a number is out of range"),
        ('{"schedule": NaN}', "a number is out of range"),
    ],
)
def test_refusals_say_where_and_why(document: Any, message: str) -> None:
    with pytest.raises(BadSchedule, match=message):
        read(document)


def test_nul_and_lone_surrogates_do_not_reach_the_database() -> None:
    text = json.dumps(version_1(TALK | {"title": "Br\x00ea\ud800d", "abstract": "Wa\x00ter", "description": ""}))
    (session,) = read(text).sessions
    assert (session.title, session.abstract) == ("Bread", "Water")


@pytest.mark.parametrize("start", ["", "\ufeff", "\n  "])
def test_either_format_is_recognised(start: str) -> None:
    xml = f"{start}<schedule><event guid='A-1'><title>On bread</title></event></schedule>"
    both = [xml, start + json.dumps(version_1(TALK))]
    keys = [read_schedule(document.encode(), zone=UTC_ZONE).sessions[0].key for document in both]
    assert keys == ["guid:a-1", "guid:a-1"]


@pytest.mark.parametrize("document", [b"", b"BEGIN:VCALENDAR", b"\x89PNG", b"title;start"])
def test_other_files_are_refused(document: bytes) -> None:
    with pytest.raises(BadSchedule, match=r"neither a schedule\.xml nor a schedule\.json"):
        read_schedule(document, zone=UTC_ZONE)
