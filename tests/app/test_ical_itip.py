import json
import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule
from icalendar import Calendar

from app.ical.itip import (
    Cancel,
    Mailbox,
    Message,
    Partstat,
    Request,
    Told,
    Wanted,
    Withdraw,
    cancel,
    reconcile,
    request,
    uid_for,
)
from app.ical.vevent import vevent
from app.source import Entry

NOW = datetime(2026, 9, 1, 12, 0, tzinfo=UTC)
START = datetime(2026, 9, 3, 8, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)
ENTRY = Entry(
    subject="meeting:7",
    summary="Meeting with Bea",
    start=START,
    end=START + timedelta(minutes=30),
    zone="Europe/Warsaw",
    sequence=0,
    created=NOW - 9 * HOUR,
    changed=NOW - 8 * HOUR,
    location="Table 7",
    online_url="https://meet.example/7",
    description=("About hydrogen.",),
    private=True,
)
UID = "m-aaaa@pilotmatch.example"
ORGANISER = Mailbox("Pilot Days meetings", "event-3@in.pilotmatch.example")
ANNA = Mailbox("Anna Żak", "anna@example.org")


def tell(entry: Entry | None, told: Told | None = None, *, now: datetime = NOW) -> Message | None:
    """What reconcile says about one thing."""
    wanted = [Wanted(UID, entry)] if entry else []
    messages = reconcile(wanted, [told] if told else [], now=now)
    assert len(messages) <= 1
    return messages[0] if messages else None


def told_of(entry: Entry, **facts: object) -> Told:
    """What somebody holds who was invited to this, and whose invitation has left."""
    message = tell(entry)
    assert message is not None
    return replace(message.told, left=True, **facts)


@pytest.mark.parametrize("fold", [0, 1])
def test_thing_on_the_clock_change_night_is_told_once(fold):
    start = datetime(2026, 10, 25, 2, 30, tzinfo=ZoneInfo("Europe/Warsaw"), fold=fold)
    entry = replace(ENTRY, start=start, end=start.astimezone(UTC) + HOUR)
    told = Told.from_json(tell(entry).told.as_json())
    assert tell(entry, told) is None
    assert told.start == start.astimezone(UTC)


def test_new_thing_is_requested_with_its_own_sequence():
    message = tell(replace(ENTRY, sequence=4))
    assert isinstance(message, Request)
    assert (message.told.uid, message.told.sequence, message.told.partstat) == (UID, 4, Partstat.NEEDS_ACTION)
    assert message.before is None
    assert not message.told.in_calendar


@pytest.mark.parametrize(
    "change",
    [
        {"start": START + HOUR, "end": ENTRY.end + HOUR},
        {"end": ENTRY.end + HOUR},
        {"location": "Table 8"},
        {"location": ""},
        {"online_url": "https://meet.example/8"},
    ],
    ids=lambda change: "+".join(change),
)
@pytest.mark.parametrize(("entry_sequence", "said"), [(3, 4), (4, 4), (5, 5), (9, 9)])
def test_new_time_or_place_is_requested_with_a_higher_sequence(change, entry_sequence, said):
    told = told_of(ENTRY, sequence=3)
    message = tell(replace(ENTRY, sequence=entry_sequence, **change), told)
    assert isinstance(message, Request)
    assert (message.told.sequence, message.told.uid, message.before) == (said, told.uid, told)


@pytest.mark.parametrize(
    "change",
    [
        {"summary": "Meeting with Beata"},
        {"description": ("About more than hydrogen.",)},
        {"categories": ("Hydrogen",)},
        {"url": "https://pilotmatch.example/m/7"},
        {"changed": NOW},
        {"sequence": 8},
        {"private": False},
    ],
    ids=lambda change: "+".join(change),
)
def test_better_words_are_not_mailed(change):
    assert tell(replace(ENTRY, **change), told_of(ENTRY)) is None


@pytest.mark.parametrize("answer", Partstat)
def test_answer_is_kept_on_a_table_change_and_asked_again_on_a_time_change(answer):
    told = told_of(ENTRY, partstat=answer)
    assert tell(replace(ENTRY, location="Table 8"), told).told.partstat is answer
    moved = replace(ENTRY, start=START + HOUR, end=ENTRY.end + HOUR, location="Table 8")
    assert tell(moved, told).told.partstat is Partstat.NEEDS_ACTION


@pytest.mark.parametrize("entry", [None, replace(ENTRY, cancelled=True, sequence=1)], ids=["gone", "cancelled"])
def test_told_and_no_longer_wanted_is_cancelled_with_a_higher_sequence(entry):
    told = told_of(ENTRY, sequence=3)
    message = tell(entry, told)
    assert isinstance(message, Cancel)
    assert (message.told.uid, message.told.sequence, message.told.cancelled) == (UID, 4, True)
    assert tell(entry, message.told) is None


@pytest.mark.parametrize("entry", [None, replace(ENTRY, cancelled=True)], ids=["gone", "cancelled"])
def test_told_by_a_mail_that_has_not_left_is_withdrawn_in_silence(entry):
    told = replace(told_of(ENTRY), left=False)
    message = tell(entry, told)
    assert isinstance(message, Withdraw)
    assert tell(entry, message.told) is None


def test_cancelled_while_only_the_change_waits_is_cancelled_for_those_who_hold_the_first():
    moved = tell(replace(ENTRY, location="Table 8"), told_of(ENTRY)).told
    assert not moved.left
    message = tell(None, moved)
    assert isinstance(message, Cancel)
    assert message.told.sequence == moved.sequence + 1


def test_restored_is_requested_under_the_same_uid_with_a_higher_sequence():
    gone = replace(tell(None, told_of(ENTRY, partstat=Partstat.ACCEPTED)).told, left=True)
    back = reconcile([Wanted("m-another@x", ENTRY)], [gone], now=NOW)[0]
    assert isinstance(back, Request)
    assert (back.told.uid, back.told.sequence, back.told.cancelled) == (UID, gone.sequence + 1, False)
    assert back.told.partstat is Partstat.NEEDS_ACTION


def test_restored_before_the_cancellation_left_still_stands_in_the_calendar():
    gone = tell(None, told_of(ENTRY)).told
    back = tell(ENTRY, gone).told
    assert back.in_calendar
    assert isinstance(tell(None, back), Cancel)


def test_restored_and_gone_again_before_it_left_is_withdrawn():
    gone = replace(tell(None, told_of(ENTRY)).told, left=True)
    assert not gone.in_calendar
    back = tell(ENTRY, gone).told
    assert isinstance(tell(None, back), Withdraw)


def test_withdrawn_and_wanted_again_never_reuses_a_sequence():
    withdrawn = tell(None, replace(told_of(ENTRY), left=False)).told
    assert tell(ENTRY, withdrawn).told.sequence == withdrawn.sequence + 1


def test_who_declined_by_mail_is_not_mailed_that_it_is_off():
    told = told_of(ENTRY, partstat=Partstat.DECLINED)
    message = tell(None, told)
    assert isinstance(message, Withdraw)
    assert tell(None, replace(message.told, left=True)) is None


@pytest.mark.parametrize("change", [{}, {"location": "Table 8"}, {"cancelled": True}], ids=["same", "moved", "off"])
def test_what_is_over_is_let_rest(change):
    assert tell(replace(ENTRY, **change), told_of(ENTRY), now=ENTRY.end) is None
    assert tell(None, told_of(ENTRY), now=ENTRY.end) is None
    assert tell(ENTRY, now=ENTRY.end) is None


def test_what_runs_now_is_still_told():
    assert isinstance(tell(replace(ENTRY, location="Table 8"), told_of(ENTRY), now=START), Request)


def test_past_thing_moved_into_the_future_is_requested_and_future_thing_moved_into_the_past_cancelled():
    past = replace(ENTRY, start=NOW - 2 * HOUR, end=NOW - HOUR)
    assert isinstance(tell(ENTRY, told_of(ENTRY, start=past.start, end=past.end)), Request)
    assert isinstance(tell(past, told_of(ENTRY)), Cancel)


def test_one_of_two_removed_gets_the_only_mail():
    bea = replace(ENTRY, subject="meeting:8")
    told = [told_of(ENTRY), told_of(bea)]
    [message] = reconcile([Wanted("m-b@x", bea)], told, now=NOW)
    assert (type(message), message.told.subject) == (Cancel, "meeting:7")


def test_what_frees_time_is_told_first():
    other = replace(ENTRY, subject="meeting:8")
    messages = reconcile([Wanted("m-b@x", other)], [told_of(ENTRY)], now=NOW)
    assert [type(message) for message in messages] == [Cancel, Request]


def test_switching_to_the_feed_cancels_and_back_to_mail_requests():
    told = told_of(ENTRY)
    off = replace(tell(None, told).told, left=True)
    assert (off.cancelled, off.in_calendar) == (True, False)
    assert isinstance(tell(ENTRY, off), Request)


@given(
    st.builds(
        Told,
        uid=st.text(),
        subject=st.text(),
        sequence=st.integers(0, 2**31),
        start=st.datetimes(timezones=st.just(UTC)),
        end=st.datetimes(timezones=st.just(UTC)),
        summary=st.text(),
        location=st.text(),
        online_url=st.text(),
        partstat=st.sampled_from(Partstat),
        cancelled=st.booleans(),
        left=st.booleans(),
        held=st.booleans(),
    )
)
def test_told_survives_json(told):
    again = Told.from_json(json.loads(json.dumps(told.as_json())))
    assert again == told
    assert type(again.partstat) is Partstat


class Correspondence(RuleBasedStateMachine):
    """One person, a few things, an outbox that keeps the newest mail of each UID, and the person's calendar."""

    subjects = st.sampled_from(["meeting:1", "meeting:2", "session:1"])

    def __init__(self) -> None:
        super().__init__()
        self.now = NOW
        self.entries: dict[str, Entry] = {}
        self.told: dict[str, Told] = {}
        self.queue: dict[str, Request | Cancel] = {}
        self.calendar: dict[str, Told] = {}
        self.sequences: dict[str, int] = {}

    @rule(subject=subjects, hours=st.integers(0, 5), table=st.integers(1, 2), mailed=st.booleans())
    def arrange(self, subject: str, hours: int, table: int, mailed: bool) -> None:
        """Place or move a thing; sometimes the slice's SEQUENCE rises too, sometimes it was a silent edit."""
        before = self.entries.get(subject)
        start = NOW + hours * HOUR
        self.entries[subject] = replace(
            ENTRY,
            subject=subject,
            start=start,
            end=start + HOUR,
            location=f"Table {table}",
            sequence=(before.sequence if before else 0) + mailed,
        )

    @rule(subject=subjects)
    def call_off(self, subject: str) -> None:
        if subject in self.entries:
            self.entries[subject] = replace(self.entries[subject], cancelled=True)

    @rule(subject=subjects)
    def remove(self, subject: str) -> None:
        self.entries.pop(subject, None)

    @rule(subject=subjects, answer=st.sampled_from([Partstat.ACCEPTED, Partstat.TENTATIVE]))
    def answer(self, subject: str, answer: Partstat) -> None:
        if subject in self.told and self.told[subject].uid in self.calendar:
            self.told[subject] = replace(self.told[subject], partstat=answer)

    @rule()
    def time_passes(self) -> None:
        self.now += HOUR

    @rule()
    def settle(self) -> None:
        for message in self.reconciled():
            self.told[message.told.subject] = message.told
            if isinstance(message, Withdraw):
                assert message.told.uid not in self.calendar
                del self.queue[message.told.uid]
                continue
            assert message.told.sequence > self.sequences.get(message.told.uid, -1)
            self.sequences[message.told.uid] = message.told.sequence
            if isinstance(message, Cancel):
                assert message.told.uid in self.calendar, "a CANCEL of what they never held"
            self.queue[message.told.uid] = message
        assert self.reconciled() == []

    @rule(subject=subjects)
    def mail_leaves(self, subject: str) -> None:
        uid = f"m-{subject}@x"
        if uid not in self.queue:
            return
        message = self.queue.pop(uid)
        self.told[subject] = replace(self.told[subject], left=True)
        self.calendar.pop(uid, None)
        if isinstance(message, Request):
            self.calendar[uid] = message.told

    @invariant()
    def told_knows_what_they_hold(self) -> None:
        held = {told.uid for told in self.told.values() if told.in_calendar}
        assert held == set(self.calendar)

    def teardown(self) -> None:
        self.settle()
        for subject in list(self.told):
            self.mail_leaves(subject)
        wanted = {
            f"m-{entry.subject}@x": (entry.start, entry.end, entry.location)
            for entry in self.entries.values()
            if not entry.cancelled and entry.end > self.now
        }
        held = {uid: (told.start, told.end, told.location) for uid, told in self.calendar.items()}
        assert {uid: held.get(uid) for uid in wanted} == wanted
        assert all(told.end <= self.now for uid, told in self.calendar.items() if uid not in wanted)

    def reconciled(self) -> Sequence[Message]:
        wanted = [Wanted(f"m-{entry.subject}@x", entry) for entry in self.entries.values()]
        return reconcile(wanted, list(self.told.values()), now=self.now)


Correspondence.TestCase.settings = settings(max_examples=200, stateful_step_count=40, deadline=None)
test_correspondence_ends_with_the_calendar_that_was_wanted = Correspondence.TestCase


def test_uid_is_stable_secret_and_of_one_person():
    key = b"k" * 32
    uid = uid_for(key, "meeting:7", 3, domain="pilotmatch.example")
    assert uid == uid_for(key, "meeting:7", 3, domain="pilotmatch.example")
    assert re.fullmatch(r"m-[a-z2-7]{32}@pilotmatch\.example", uid)
    others = [
        uid_for(key, "meeting:7", 4, domain="pilotmatch.example"),
        uid_for(key, "meeting:73", 3, domain="pilotmatch.example"),
        uid_for(key, "session:7", 3, domain="pilotmatch.example"),
        uid_for(b"l" * 32, "meeting:7", 3, domain="pilotmatch.example"),
    ]
    assert len({uid, *others}) == 5


def body(message: Message, *, attendee: Mailbox = ANNA, now: datetime = NOW) -> bytes:
    assert not isinstance(message, Withdraw)
    say = request if isinstance(message, Request) else cancel
    return say(message, organiser=ORGANISER, attendee=attendee, now=now)


def test_request_says_all_that_rfc_5546_asks_for(lint_calendar):
    told = told_of(replace(ENTRY, location="Table 8", sequence=2))
    stream = body(tell(replace(ENTRY, sequence=2), told))
    calendar = Calendar.from_ical(stream)
    [event] = calendar.events
    assert (calendar["METHOD"], calendar["VERSION"]) == ("REQUEST", "2.0")
    assert (event["UID"], event["SEQUENCE"], event["DTSTAMP"].dt) == (UID, 3, NOW)
    assert (event["STATUS"], event["TRANSP"], event["CLASS"]) == ("CONFIRMED", "OPAQUE", "PRIVATE")
    assert (event.start, event.end, event["LOCATION"]) == (ENTRY.start, ENTRY.end, "Table 7")
    assert event["X-MICROSOFT-DISALLOW-COUNTER"] == "TRUE"
    assert event["ORGANIZER"] == "mailto:event-3@in.pilotmatch.example"
    assert event["ATTENDEE"] == "mailto:anna@example.org"
    assert event["ATTENDEE"].params == {
        "CN": "Anna Żak",
        "CUTYPE": "INDIVIDUAL",
        "ROLE": "REQ-PARTICIPANT",
        "PARTSTAT": "NEEDS-ACTION",
        "RSVP": "TRUE",
    }
    assert not event.subcomponents
    assert lint_calendar(stream) == []


def test_request_after_acceptance_asks_no_answer():
    told = told_of(ENTRY, partstat=Partstat.ACCEPTED)
    [event] = Calendar.from_ical(body(tell(replace(ENTRY, location="Table 8"), told))).events
    assert (event["ATTENDEE"].params["PARTSTAT"], event["ATTENDEE"].params["RSVP"]) == ("ACCEPTED", "FALSE")


def test_request_and_feed_of_one_meeting_say_the_same_sequence():
    moved = replace(ENTRY, start=START + HOUR, end=ENTRY.end + HOUR, sequence=1)
    [mailed] = Calendar.from_ical(body(tell(moved, told_of(ENTRY)))).events
    assert f"SEQUENCE:{mailed['SEQUENCE']}\r\n".encode() in vevent(moved, uid=UID)


@pytest.mark.parametrize("answer", [Partstat.NEEDS_ACTION, Partstat.ACCEPTED])
def test_cancel_needs_nothing_but_what_was_told_and_asks_no_answer(answer, lint_calendar):
    stream = body(tell(None, told_of(ENTRY, partstat=answer)))
    calendar = Calendar.from_ical(stream)
    [event] = calendar.events
    assert calendar["METHOD"] == "CANCEL"
    assert (event["UID"], event["SEQUENCE"], event["STATUS"]) == (UID, 1, "CANCELLED")
    assert (event.start, event.end, event["SUMMARY"]) == (ENTRY.start, ENTRY.end, "Meeting with Bea")
    assert event["ORGANIZER"] == "mailto:event-3@in.pilotmatch.example"
    assert event["ATTENDEE"] == "mailto:anna@example.org"
    assert event["ATTENDEE"].params["RSVP"] == "FALSE"
    assert b"meet.example" not in stream
    assert lint_calendar(stream) == []


def test_body_names_nobody_but_organiser_and_recipient():
    stream = body(tell(ENTRY)).replace(b"\r\n ", b"")
    assert sorted(re.findall(rb"mailto:(\S+?)\r\n", stream)) == [b"anna@example.org", b"event-3@in.pilotmatch.example"]
    assert stream.count(b"ATTENDEE") == stream.count(b"ORGANIZER") == 1


def test_organiser_cannot_invite_itself():
    with pytest.raises(ValueError, match="cannot invite itself"):
        body(tell(ENTRY), attendee=ORGANISER)


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ('Anna "Ann" Żak', "Anna 'Ann' Żak"),
        ("Żak, Anna; Dr: x", "Żak, Anna; Dr: x"),
        ("A\r\nATTENDEE:mailto:e@x.org", "A ATTENDEE:mailto:e@x.org"),
        ("A\x00\x07\x85\u2028B", "A  B"),
        ('";X=1:mailto:e@x.org', "';X=1:mailto:e@x.org"),
        ("🧪" * 40, "🧪" * 40),
        ("\ud800", "\ufffd"),
    ],
    ids=ascii,
)
def test_name_stays_inside_its_parameter(name, shown, lint_calendar):
    for message in (tell(ENTRY), tell(None, told_of(ENTRY))):
        stream = body(message, attendee=Mailbox(name, ANNA.address))
        [event] = Calendar.from_ical(stream).events
        assert event["ATTENDEE"] == "mailto:anna@example.org"
        assert event["ATTENDEE"].params["CN"] == shown
        assert set(event["ATTENDEE"].params) == {"CN", "CUTYPE", "ROLE", "PARTSTAT", "RSVP"}
        assert b"^'" not in stream
        assert lint_calendar(stream) == []


def test_nameless_attendee_has_no_cn():
    [event] = Calendar.from_ical(body(tell(ENTRY), attendee=Mailbox("", ANNA.address))).events
    assert "CN" not in event["ATTENDEE"].params


@given(summary=st.text(st.characters()), location=st.text(st.characters()), name=st.text(st.characters()))
def test_any_text_leaves_one_vevent(summary, location, name, lint_calendar):
    entry = replace(ENTRY, summary=summary, location=location)
    for message in (tell(entry), tell(None, told_of(entry))):
        stream = body(message, attendee=Mailbox(name, ANNA.address))
        calendar = Calendar.from_ical(stream)
        assert [component.name for component in calendar.subcomponents] == ["VEVENT"]
        assert not calendar.events[0].errors
        assert not calendar.events[0].subcomponents
        assert lint_calendar(stream) == []


@pytest.mark.parametrize("steps", range(3))
def test_stamp_is_when_the_message_was_made(steps):
    now = NOW + steps * HOUR
    [event] = Calendar.from_ical(body(tell(ENTRY), now=now)).events
    assert event["DTSTAMP"].dt == now
