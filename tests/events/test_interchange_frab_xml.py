"""schedule.xml: what real files break is mended, what attacks is refused at once."""

import socket
import time
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from events.interchange.frab_xml import read_frab_xml
from events.interchange.loose import MOST_BYTES, MOST_SESSIONS
from events.interchange.schedule import BadSchedule, ImportedSchedule, ImportedSession, double_booked

CONGRESS = Path(__file__).parents[3] / "shared" / "data" / "schedules" / "38c3.xml"

WARSAW = ZoneInfo("Europe/Warsaw")
HEAD = (
    "<conference><title>Days</title><acronym>days</acronym><time_zone_name>Europe/Warsaw</time_zone_name></conference>"
)


def read(body: str, *, head: str = HEAD, zone: str = "UTC") -> ImportedSchedule:
    document = f"<?xml version='1.0' encoding='UTF-8'?>\n<schedule>{head}\n{body}</schedule>"
    return read_frab_xml(document.encode(), zone=ZoneInfo(zone))


def event(ids: str = "guid='a'", **texts: str) -> str:
    texts = {"title": "Talk", "date": "2027-05-11T09:00:00+02:00", "duration": "00:30"} | texts
    persons = texts.pop("persons", "")
    inside = "".join(f"<{tag}>{text}</{tag}>" for tag, text in texts.items())
    return f"<event {ids}>{inside}<persons>{persons}</persons></event>"


def one(body: str, **options: Any) -> ImportedSession:
    (session,) = read(body, **options).sessions
    return session


def reasons(schedule: ImportedSchedule) -> list[str]:
    return [oddity.reason for oddity in schedule.oddities]


@pytest.fixture(scope="module")
def congress() -> ImportedSchedule:
    if not CONGRESS.exists():
        pytest.skip("the schedule of a real congress is not there")
    return read_frab_xml(CONGRESS.read_bytes(), zone=ZoneInfo("UTC"))


def test_real_congress_is_read_whole(congress: ImportedSchedule) -> None:
    assert (congress.title, congress.acronym, congress.zone) == ("38C3", "38c3", "Europe/Berlin")
    assert (congress.first_day, congress.last_day) == (date(2024, 12, 27), date(2024, 12, 30))
    assert (len(congress.sessions), len(congress.rooms), len(congress.speakers)) == (1007, 72, 571)
    assert len({session.key for session in congress.sessions}) == 1007
    assert congress.tracks[0].colour == "#f9b000"
    assert double_booked(congress.sessions) == {"Chill Floor"}
    assert len(congress.oddities) == 1


def test_real_congress_has_its_sessions_over_midnight(congress: ImportedSchedule) -> None:
    berlin = ZoneInfo(congress.zone)
    spans = [session.span for session in congress.sessions if session.span]
    local = [(span.start.astimezone(berlin), span.end.astimezone(berlin)) for span in spans]
    over = [end for start, end in local if start.date() < end.date() and end.time() != datetime.min.time()]
    assert (len(spans), len(over)) == (1007, 26)


def test_real_congress_comes_as_plain_text(congress: ImportedSchedule) -> None:
    texts = [session.abstract for session in congress.sessions]
    assert not any("</a>" in text or "<strong>" in text or "\n    " * 3 in text for text in texts)
    assert any("<https://" in text for text in texts)  # Markdown's way to write an address is no tag


def test_session_is_read_whole() -> None:
    session = one(
        "<day date='2027-05-11' index='1'><room name='Hall'>"
        + event(
            "guid='A-1' id='7'", title="On\n  bread", subtitle="Sour", abstract="&lt;p&gt;Flour&lt;/p&gt;",
            description="Water", type="talk", language="pl", track="Food", room="ignored",
            persons="<person guid='g1'>Ąnna</person><person id='2'> Ben </person>",
        )
        + "</room></day>"
    )  # fmt: skip
    assert (session.key, session.title, session.subtitle) == ("guid:a-1", "On bread", "Sour")
    assert (session.abstract, session.kind, session.language) == ("Flour\n\nWater", "talk", "pl")
    assert (session.room, session.track) == ("Hall", "Food")
    assert (session.start, session.end) == (
        datetime(2027, 5, 11, 7, 0, tzinfo=UTC),
        datetime(2027, 5, 11, 7, 30, tzinfo=UTC),
    )
    assert [(speaker.key, speaker.name) for speaker in session.speakers] == [("guid:g1", "Ąnna"), ("id:2", "Ben")]


@pytest.mark.parametrize(
    ("day", "texts", "start"),
    [
        ("", {"date": "2027-05-11T09:00:00Z"}, "2027-05-11T09:00"),
        ("", {"date": "2027-05-11T09:00:00"}, "2027-05-11T07:00"),
        ("", {"date": "2027-05-11", "start": "9:00"}, "2027-05-11T07:00"),
        ("date='2027-05-11'", {"date": "", "start": "09:00"}, "2027-05-11T07:00"),
        ("start='2027-05-11T08:00:00+02:00'", {"date": "", "start": "09:00:00"}, "2027-05-11T07:00"),
        ("date='2027-05-11'", {"date": "", "start": "25:30"}, "2027-05-11T23:30"),
        (
            "date='2027-05-11' start='2027-05-11T08:00:00+02:00' end='2027-05-12T04:00:00+02:00'",
            {"date": "", "start": "01:30"},
            "2027-05-11T23:30",
        ),
        (
            "date='2027-05-11' start='2027-05-11T10:30:00+02:00' end='2027-05-12T04:00:00+02:00'",
            {"date": "", "start": "10:00"},
            "2027-05-11T08:00",
        ),
        # the night the clocks go back: the first of the two half past two
        ("date='2027-10-31'", {"date": "", "start": "02:30"}, "2027-10-31T00:30"),
    ],
)
def test_start_is_found_where_the_file_has_it(day: str, texts: dict[str, str], start: str) -> None:
    session = one(f"<day {day}><room name='Hall'>{event(**texts)}</room></day>")
    assert session.start == datetime.fromisoformat(start).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("duration", "minutes"),
    [("00:30", 30), ("1:30", 90), ("00:90", 90), ("90", 90), ("01:30:00", 90), ("26:00", 1560), ("PT1H30M", 90)],
)
def test_length_is_read_as_files_write_it(duration: str, minutes: int) -> None:
    session = one(event(duration=duration))
    assert session.start
    assert session.end
    assert (session.end - session.start).total_seconds() == minutes * 60


@pytest.mark.parametrize("duration", ["", "00:00", "soon", "-0:30", "999:00", "PT", "٣٠"])
def test_session_without_a_length_is_kept_without_a_time(duration: str) -> None:
    schedule = read(f"<day><room name='Hall'>\n\n{event(duration=duration)}</room></day>")
    (session,) = schedule.sessions
    assert (session.start, session.end, session.room) == (None, None, None)
    assert [(o.line, o.reason) for o in schedule.oddities] == [
        (5, "The length of “Talk” cannot be read; it is imported without a time.")
    ]


@pytest.mark.parametrize(
    "start", ["tomorrow", "2027-02-30T09:00:00Z", "0001-01-01T00:00:00+14:00", "9999-12-31T23:00Z"]
)
def test_session_with_an_impossible_start_is_kept_without_a_time(start: str) -> None:
    schedule = read(event(date=start))
    assert schedule.sessions[0].start is None
    assert reasons(schedule) == ["The start of “Talk” cannot be read; it is imported without a time."]


def test_missing_or_unknown_zone_is_the_events() -> None:
    timed = event(date="2027-05-11T09:00:00")
    missing = read(timed, head="<conference/>", zone="Europe/Warsaw")
    unknown = read(
        timed, head="<conference><time_zone_name>Mars/Base</time_zone_name></conference>", zone="Europe/Warsaw"
    )
    for schedule in (missing, unknown):
        assert schedule.zone == "Europe/Warsaw"
        assert schedule.sessions[0].start == datetime(2027, 5, 11, 7, 0, tzinfo=UTC)
    assert reasons(missing) == []
    assert reasons(unknown) == ["There is no time zone Mars/Base; times without an offset are read in Europe/Warsaw."]


def test_days_come_from_the_days_or_else_from_the_sessions() -> None:
    given = read(f"<day date='2027-05-11'/><day date='2027-05-13'/><day>{event()}</day>")
    assert (given.first_day, given.last_day) == (date(2027, 5, 11), date(2027, 5, 13))
    found = read(event("guid='a'") + event("guid='b'", date="2027-05-12T23:30:00Z"))
    assert (found.first_day, found.last_day) == (date(2027, 5, 11), date(2027, 5, 13))


@pytest.mark.parametrize(
    ("ids", "key"),
    [
        ("guid='A' id='7'", "guid:a"),
        ("id='7'", "id:7"),
        ("guid='' id='7'", "id:7"),
        ("guid='00000000-0000-0000-0000-000000000000' id='7'", "id:7"),
        ("id='0'", "title:talk"),
        ("", "title:talk"),
    ],
)
def test_key_is_the_best_id_there_is(ids: str, key: str) -> None:
    assert one(event(ids)).key == key


def test_slots_that_share_an_id_are_told_apart_by_their_order() -> None:
    late = event("id='7'", date="2027-05-12T09:00:00Z")
    schedule = read(late + event("id='7'") + late)
    assert [session.key for session in schedule.sessions] == ["id:7", "id:7#2"]
    assert reasons(schedule) == ["“Talk” is in the file twice; it is imported once."]


def test_id_that_imitates_a_second_slot_is_another_session() -> None:
    keys = [
        s.key for s in read(event("guid='x'") + event("guid='x'", title="B") + event("guid='x#2'", title="C")).sessions
    ]
    assert len(set(keys)) == 3


def test_person_id_that_several_names_share_is_nobodys() -> None:
    persons = (
        "<person id='0'>Ann</person><person id='0'>Ben</person><person id='5'>Cid</person><person id='5'>Dora</person>"
    )
    schedule = read(
        event(persons=persons) + event("guid='b'", persons="<person id='6'>Eve</person><person id='5'>cid</person>")
    )
    keys = [speaker.key for speaker in schedule.speakers]
    assert keys == ["name:ann", "name:ben", "name:cid", "name:dora", "id:6"]


def test_one_guid_is_one_person_however_spelled() -> None:
    schedule = read(
        event(persons="<person guid='g'>Ann</person>") + event("guid='b'", persons="<person guid='G'>Anne</person>")
    )
    assert [(speaker.key, speaker.name) for speaker in schedule.speakers] == [("guid:g", "Ann")]


def test_empty_persons_and_titles_are_left_out_with_a_word() -> None:
    schedule = read(event(persons="<person id='3'/><person> </person>") + "\n" + event("guid='b'", title=" "))
    assert (len(schedule.sessions), schedule.speakers) == (1, ())
    assert sorted((o.line or 0, o.reason) for o in schedule.oddities) == [
        (3, "A speaker of “Talk” has no name and was left out."),
        (4, "A session without a title was left out."),
    ]


def test_long_texts_are_shortened_and_noted_once() -> None:
    schedule = read("".join(event(f"guid='{n}'", title=f"{n}", type="k" * 61, abstract="a" * 10_001) for n in range(3)))
    assert {len(session.kind) for session in schedule.sessions} == {60}
    assert {len(session.abstract) for session in schedule.sessions} == {10_000}
    assert len(schedule.oddities) == 2


@pytest.mark.parametrize(
    ("given", "kept"),
    [("de, en", "de, en"), ("de,en,pl", "de, en"), ("pt-BR", "pt-BR"), ("Englisch/Deutsch", "Englisch")],
)
def test_language_keeps_whole_codes(given: str, kept: str) -> None:
    assert one(event(language=given)).language == kept


def test_rooms_double_booked_only_where_times_overlap() -> None:
    def at(room: str, guid: str, start: str) -> str:
        return f"<room name='{room}'>{event(f'guid={guid!r}', date=f'2027-05-11T{start}:00Z')}</room>"

    touching = at("Hall", "a", "09:00") + at("Hall", "b", "09:30")
    overlapping = at("Foyer", "c", "09:00") + at("Foyer", "d", "09:29")
    same = at("Wall", "e", "09:00") + at("Wall", "f", "09:00")
    schedule = read(f"<day>{touching}{overlapping}{same}</day>")
    assert double_booked(schedule.sessions) == {"Foyer", "Wall"}


def test_long_session_over_short_ones_double_books() -> None:
    times = {"a": ("09:00", "3:00"), "b": ("09:30", "0:30"), "c": ("11:00", "0:30")}
    rooms = "".join(
        f"<room name='{'Hall' if guid != 'b' else 'Studio'}'>"
        + event(f"guid='{guid}'", date=f"2027-05-11T{start}:00Z", duration=duration)
        + "</room>"
        for guid, (start, duration) in times.items()
    )
    assert double_booked(read(f"<day>{rooms}</day>").sessions) == {"Hall"}


BOMB = "".join(f"<!ENTITY e{n + 1} '{f'&e{n};' * 10}'>" for n in range(9))
ATTACKS = {
    "billion laughs": f"<!DOCTYPE s [<!ENTITY e0 'lol'>{BOMB}]><schedule>&e9;</schedule>",
    "laughs in an attribute": f"<!DOCTYPE s [<!ENTITY e0 'lol'>{BOMB}]><schedule a='&e9;'/>",
    "quadratic": f"<!DOCTYPE s [<!ENTITY a '{'a' * 50_000}'>]><schedule>{'&a;' * 50_000}</schedule>",
    "external file": "<!DOCTYPE s [<!ENTITY x SYSTEM 'file:///etc/passwd'>]><schedule><version>&x;</version></schedule>",
    "external http": "<!DOCTYPE s [<!ENTITY x SYSTEM 'http://{address}/x'>]><schedule>&x;</schedule>",
    "parameter entity": "<!DOCTYPE s [<!ENTITY % x SYSTEM 'http://{address}/x'> %x;]><schedule/>",
    "DTD": "<!DOCTYPE schedule SYSTEM 'http://{address}/schedule.dtd'><schedule/>",
    "DTD behind a comment": "<?xml version='1.0'?><!-- a --><?pi b?>\n<!DOCTYPE schedule SYSTEM 'http://{address}/'><schedule/>",
    "XInclude": "<schedule xmlns:xi='http://www.w3.org/2001/XInclude'><xi:include href='http://{address}/'/></schedule>",
    "depth": f"<schedule>{event()}" + "<a>" * 10_000 + "</a>" * 10_000 + "</schedule>",
    "one text of 11 MB": f"<schedule>{event(abstract='a' * 11_000_000)}</schedule>",
    "UTF-7": "<?xml version='1.0' encoding='UTF-7'?>+ADw-schedule+AD4-+ADw-/schedule+AD4-",
    "undeclared entity": "<schedule>&nbsp;</schedule>",
    "not closed": "<schedule><day>",
    "two roots": "<schedule/><schedule/>",
    "control character": "<schedule>\x01</schedule>",
    "HTML": "<html><body>Not found</body></html>",
    "no sessions": "<schedule><conference/></schedule>",
    "nothing": "",
    "too many attributes": "<schedule " + " ".join(f"a{n}=''" for n in range(20_000)) + "/>",
}


@pytest.mark.parametrize("name", ATTACKS)
def test_attack_is_refused_at_once_and_fetches_nothing(name: str) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.setblocking(False)
        document = ATTACKS[name].replace("{address}", f"127.0.0.1:{server.getsockname()[1]}").encode()
        begun = time.process_time()
        with pytest.raises(BadSchedule) as refused:
            read_frab_xml(document, zone=WARSAW)
        assert time.process_time() - begun < 1
        assert "root:" not in str(refused.value)
        with pytest.raises(BlockingIOError):
            server.accept()


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-32", "latin-1"])
def test_other_encodings_are_refused(encoding: str) -> None:
    document = f"<schedule><version>é</version>{event()}</schedule>".encode(encoding)
    with pytest.raises(BadSchedule):
        read_frab_xml(document, zone=WARSAW)


def test_declared_encoding_must_be_true() -> None:
    document = f"<?xml version='1.0' encoding='ISO-8859-2'?><schedule>{event(title='Łódź')}</schedule>".encode(
        "iso-8859-2"
    )
    with pytest.raises(BadSchedule, match="not in UTF-8"):
        read_frab_xml(document, zone=WARSAW)
    with pytest.raises(BadSchedule, match="says it is in ISO-8859-2"):
        read_frab_xml(b"<?xml version='1.0' encoding='ISO-8859-2'?><schedule/>", zone=WARSAW)


def test_including_another_file_is_refused() -> None:
    inclusion = "<include xmlns='http://www.w3.org/2001/XInclude' href='file:///etc/passwd' parse='text'/>"
    with pytest.raises(BadSchedule, match="wants to include another one"):
        read(event(title=f"Talk {inclusion}"))


def test_doctype_in_a_text_is_only_text() -> None:
    assert one(event(abstract="<![CDATA[<!DOCTYPE html> is where it starts]]>")).abstract.startswith(
        "<!DOCTYPE html> is"
    )


def test_comments_do_not_cut_texts() -> None:
    assert one(event(title="Bread<!-- no --> and <b>salt</b>")).title == "Bread and salt"


def test_refusals_say_the_line() -> None:
    cases = {b"<schedule>\n\n<day></schedule>": 3, b"\n\n<!DOCTYPE s><schedule/>": 3, b"<schedule>\n\xff</schedule>": 2}
    for document, line in cases.items():
        with pytest.raises(BadSchedule) as refused:
            read_frab_xml(document, zone=WARSAW)
        assert refused.value.line == line
        assert str(refused.value).startswith(f"line {line}: ")


def test_too_big_a_file_is_refused_unread() -> None:
    begun = time.process_time()
    with pytest.raises(BadSchedule, match="larger than 20 MB"):
        read_frab_xml(b"<" * (MOST_BYTES + 1), zone=WARSAW)
    assert time.process_time() - begun < 1


def test_too_many_sessions_are_refused() -> None:
    body = "".join(f"<event id='{n + 1}'><title>T</title></event>" for n in range(MOST_SESSIONS + 1))
    with pytest.raises(BadSchedule, match="more than 10000 sessions"):
        read(body)
