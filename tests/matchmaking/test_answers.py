"""Answers that come back by mail change the meeting as the buttons do, once, and never one that moved since."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email import message_from_bytes
from email.policy import default

import pytest
from icalendar import Event

import events.answers
import events.ical
import matchmaking.answers
import matchmaking.ical
from app import journal, outbox
from app.config import Settings
from app.errors import Refused
from app.ical.itip import Partstat, Told
from app.inbox.process import process
from app.intervals import Interval
from app.invitations import settle_due
from app.models import Change, Invitation, Mail, MailState
from app.source import Entry
from events.models import Participant
from matchmaking.answers import answers_to
from matchmaking.colleagues import bring_along
from matchmaking.meetings import accept, cancel, request_meeting, reschedule
from matchmaking.models import Meeting, MeetingStatus
from matchmaking.proposing import proposal
from matchmaking.round_models import Table
from matchmaking.times import keep_free
from tests.answering import SHAPES, answer, invitation_in
from tests.matchmaking.conftest import Fair, sound

SOURCES = (events.ical, matchmaking.ical)
ANSWERING = (events.answers, matchmaking.answers)
AUTOMATIC = "Auto-Submitted: auto-replied\r\n"


class Office:
    """Anna and Mikko have an agreed meeting at 10:00, and their invitations."""

    def __init__(self, fair: Fair, settings: Settings, meeting: Meeting) -> None:
        self.fair, self.settings, self.meeting = fair, settings, meeting
        self.anna, self.mikko = fair[meeting.asker], fair[meeting.invitee]

    async def settle(self) -> None:
        """Everybody is told, and the mails leave."""
        while await settle_due(SOURCES, self.settings):
            pass
        await Mail.filter(state=MailState.QUEUED).update(state=MailState.SENT, sent_at=datetime.now(UTC))

    async def invitation(self) -> Event:
        """The newest that Mikko got."""
        mail = await Mail.filter(recipient=self.mikko.email, uid__isnull=False).order_by("-id").first()
        assert mail
        return invitation_in(bytes(mail.body))

    async def mikko_answers(self, partstat: str = "ACCEPTED", **how: object) -> str:
        return await self.take(answer(await self.invitation(), partstat, **how))  # type: ignore[arg-type]

    async def take(self, raw: bytes) -> str:
        return await process(raw, ANSWERING, SOURCES, self.settings)

    async def now(self) -> Meeting:
        return await Meeting.get(id=self.meeting.id).select_related("event", "asker", "invitee", "slot", "table")

    async def change_table(self) -> None:
        async with journal.changing(self.fair.event.scope, by="test") as changes:
            meeting = await self.now()
            assert meeting.slot
            free = await Table.filter(round_id=meeting.slot.round_id).exclude(id=meeting.table_id).first()
            assert free
            meeting.place(meeting.slot, free, at=changes.at)
            await meeting.save()
            changes.record("meeting.rescheduled", meeting, topics=[meeting.asker.topic, meeting.invitee.topic])

    async def told(self) -> Told:
        found = await Invitation.get(person=self.mikko, subject=self.meeting.subject)
        return Told.from_json(found.told)

    async def revision(self) -> int:
        return await journal.revision(self.fair.event.scope)


@pytest.fixture
async def office(fair: Fair, settings: Settings) -> Office:
    morning = await fair.round("10:00", "12:00", tables=2)
    anna, mikko = await fair.delegate("Anna", morning), await fair.delegate("Mikko", morning)
    asked = await request_meeting(anna, mikko, message="", by=fair[anna])
    meeting = await accept(asked, by=fair[mikko])
    meeting = await Meeting.get(id=meeting.id).select_related("asker", "invitee")
    office = Office(fair, replace(settings, quiet_seconds=0.0), meeting)
    await office.settle()
    return office


@pytest.mark.parametrize("shape", SHAPES)
async def test_item_59_every_program_is_understood_and_counts_once(office: Office, shape: str) -> None:
    raw = answer(await office.invitation(), "TENTATIVE", shape=shape, COMMENT="Não sei")
    assert await office.take(raw) == "reply counts"
    assert (await office.told()).partstat is Partstat.TENTATIVE
    revision = await office.revision()
    assert await office.take(raw) == "reply known already"
    assert await office.revision() == revision


async def test_yes_and_perhaps_are_shown_to_the_other_one(office: Office) -> None:
    for partstat in ("ACCEPTED", "TENTATIVE"):
        await office.mikko_answers(partstat)
        fact = await Change.filter(kind="meeting.answered").order_by("-id").first()
        assert fact
        assert fact.topics == sorted([f"person:{office.anna.id}", f"person:{office.mikko.id}", office.fair.event.desk])
        assert (await answers_to([office.meeting]))[office.meeting.subject, office.mikko.id] == partstat
    before = await Mail.all().count()
    await office.settle()
    assert await Mail.all().count() == before, "nobody is mailed because somebody answered"


async def test_no_cancels_and_frees_and_tells_only_the_other_one(office: Office) -> None:
    await office.mikko_answers("DECLINED", COMMENT="My train is late")
    meeting = await office.now()
    assert (meeting.status, meeting.reason) == (MeetingStatus.CANCELLED, "My train is late")
    await sound()
    before = await Mail.all().count()
    await office.settle()
    (mail,) = await Mail.all().order_by("id").offset(before)
    assert mail.recipient == office.anna.email
    assert str(invitation_in(bytes(mail.body))["STATUS"]) == "CANCELLED"


async def test_yes_after_a_no_is_taken_back_from_their_calendar(office: Office) -> None:
    await office.mikko_answers("DECLINED")
    await office.settle()
    before = await Mail.all().count()
    await office.mikko_answers("ACCEPTED", stamp=datetime.now(UTC) + timedelta(hours=1))
    assert (await office.now()).status == MeetingStatus.CANCELLED, "slot and table may be somebody else's now"
    await office.settle()
    (mail,) = await Mail.all().order_by("id").offset(before)
    assert mail.recipient == office.mikko.email
    assert str(invitation_in(bytes(mail.body))["STATUS"]) == "CANCELLED"


async def test_answers_to_what_moved_since_confirm_nothing(office: Office) -> None:
    old = await office.invitation()
    meeting = await office.now()
    await reschedule(meeting, slot=await office.fair.slot("11:00"), version=meeting.version, by=office.anna)
    await office.settle()
    assert await office.take(answer(old, "ACCEPTED")) == "reply of an earlier time or place"
    assert (await office.told()).partstat is Partstat.NEEDS_ACTION
    assert await office.take(answer(old, "DECLINED", SEQUENCE=None)) == "reply of an earlier time or place"
    assert (await office.now()).status == MeetingStatus.ACCEPTED
    shown = await Change.filter(kind="reply.shown").first()
    assert shown
    assert shown.topics == [office.fair.event.desk]
    new = await office.invitation()
    assert await office.take(answer(new, "ACCEPTED", SEQUENCE=None)) == "reply counts", (
        "without SEQUENCE the time decides"
    )


async def test_table_change_keeps_the_answer_and_a_new_time_asks_again(office: Office) -> None:
    await office.mikko_answers("ACCEPTED")
    await office.change_table()
    await office.settle()
    assert (await office.invitation())["ATTENDEE"].params["PARTSTAT"] == "ACCEPTED"
    meeting = await office.now()
    await reschedule(meeting, slot=await office.fair.slot("11:00"), version=meeting.version, by=office.anna)
    await office.settle()
    assert (await office.invitation())["ATTENDEE"].params["PARTSTAT"] == "NEEDS-ACTION"


async def test_absence_assistant_is_asked_whether_it_was_meant(office: Office) -> None:
    raw = answer(await office.invitation(), "DECLINED", headers=AUTOMATIC)
    for outcome in ("reply an absence assistant declined", "reply known already"):
        assert await office.take(raw) == outcome
    assert (await office.now()).status == MeetingStatus.ACCEPTED
    (mail,) = await Mail.filter(recipient=office.mikko.email, uid__isnull=True)
    assert mail.scope == outbox.mail_scope(office.fair.event.scope)
    assert mail.subject.startswith("Do you still come? ")
    assert await office.mikko_answers("DECLINED", stamp=datetime.now(UTC) + timedelta(hours=1)) == "reply counts"


async def test_auto_generated_is_how_servers_pass_on_what_their_owner_clicked(office: Office) -> None:
    assert await office.mikko_answers("DECLINED", headers="Auto-Submitted: auto-generated\r\n") == "reply counts"


async def test_item_64_counter_becomes_a_proposal_where_both_are_free(office: Office) -> None:
    free, taken = office.fair.at("11:00"), office.fair.at("15:00")
    twenty = timedelta(minutes=20)
    raw = answer(
        await office.invitation(), "TENTATIVE", method="COUNTER", DTSTART=_utc(free), DTEND=_utc(free + twenty)
    )
    assert await office.take(raw) == "counter counts"
    assert await office.take(raw) == "counter known already"
    found = await proposal(await office.now(), now=datetime.now(UTC))
    assert found
    assert (found.slot.start, found.by_id) == (free, office.meeting.invitee_id)
    meeting = await office.now()
    assert meeting.slot
    assert meeting.slot.start == office.fair.at("10:00"), "proposing moves nothing"
    await reschedule(meeting, slot=found.slot, version=meeting.version, by=office.anna)
    assert await proposal(await office.now(), now=datetime.now(UTC)) is None

    await office.settle()
    raw = answer(
        await office.invitation(), method="COUNTER", DTSTART=_utc(taken), DTEND=_utc(taken + twenty),
        stamp=datetime.now(UTC) + timedelta(hours=1),
    )  # fmt: skip
    await office.take(raw)
    mail = await Mail.filter(recipient=office.mikko.email, uid__isnull=True).order_by("-id").first()
    assert mail
    said = invitation_in(bytes(mail.body))
    assert set(said) == {"UID", "DTSTAMP", "ORGANIZER", "COMMENT"}
    assert "There is no slot of that length at" in said["COMMENT"]


async def test_a_proposal_that_cannot_be_is_refused_by_mail_in_the_words_of_the_page(office: Office) -> None:
    """Anna has something else by then."""
    wanted = office.fair.at("11:00")
    anna = await Participant.get(id=office.meeting.asker_id)
    await keep_free(anna, Interval(wanted, office.fair.at("11:20")), note="", by=office.anna)
    twenty = timedelta(minutes=20)
    raw = answer(await office.invitation(), method="COUNTER", DTSTART=_utc(wanted), DTEND=_utc(wanted + twenty))
    await office.take(raw)
    mail = await Mail.filter(recipient=office.mikko.email, uid__isnull=True).order_by("-id").first()
    assert mail
    comment = str(invitation_in(bytes(mail.body))["COMMENT"])
    slot, version = await office.fair.slot("11:00"), (await office.now()).version
    with pytest.raises(Refused) as caught:
        await reschedule(office.meeting, slot=slot, version=version, by=office.mikko)
    said = caught.value
    assert said.hints
    for sentence in (str(said), *said.hints, "It stays as it was."):
        assert sentence in comment
    text = message_from_bytes(bytes(mail.body), policy=default).get_body(("plain",))
    assert text
    assert str(said) in text.get_content()


async def test_a_proposal_for_the_end_of_time_is_refused(office: Office) -> None:
    raw = answer(await office.invitation(), method="COUNTER", DTSTART="99991231T235000Z", DTEND="99991231T235900Z")
    assert await office.take(raw) == "counter counts"


async def test_refresh_sends_the_newest_again_and_not_within_the_hour(office: Office) -> None:
    first = await office.invitation()
    await office.mikko_answers("ACCEPTED")
    await office.take(answer(first, method="REFRESH"))
    await office.settle()
    assert (await office.invitation())["SEQUENCE"] == first["SEQUENCE"]
    await Mail.all().update(created_at=datetime.now(UTC) - timedelta(hours=2))
    await office.take(answer(first, method="REFRESH"))
    await office.settle()
    again = await office.invitation()
    assert again["SEQUENCE"] > first["SEQUENCE"]
    assert again["ATTENDEE"].params["PARTSTAT"] == "ACCEPTED"


async def test_alias_answers_and_a_crowd_does_not(office: Office) -> None:
    assert await office.mikko_answers("ACCEPTED", attendee="m.korhonen@elsewhere.example") == "reply counts"
    stranger = {"ATTENDEE;PARTSTAT=DECLINED;CN=B": "mailto:b@example.net"}
    late = datetime.now(UTC) + timedelta(hours=1)
    assert await office.mikko_answers("DECLINED", attendee="a@example.net", stamp=late, **stranger) == (
        "reply of no attendee of ours"
    )
    assert (await office.now()).status == MeetingStatus.ACCEPTED


@pytest.mark.parametrize(
    ("changed", "outcome"),
    [
        ({"partstat": "NEEDS-ACTION"}, "reply known already"),
        ({"partstat": "DELEGATED"}, "reply delegated"),
        ({"UID": "m-unknown@pilotmatch.example"}, "an answer to nothing we know"),
        ({"UID": "meeting-1@localhost"}, "an answer to nothing we know"),
        ({"method": "REQUEST"}, "neither an answer nor a bounce"),
        ({"method": "CANCEL"}, "neither an answer nor a bounce"),
        ({"SEQUENCE": "0"}, "reply of an earlier time or place"),
        ({"DTSTART": "20200101T100000Z"}, "reply of an earlier time or place"),
    ],
)
async def test_what_is_no_answer_changes_nothing(office: Office, changed: dict[str, str], outcome: str) -> None:
    assert await office.mikko_answers(**changed) == outcome
    assert (await office.now()).status == MeetingStatus.ACCEPTED
    assert (await office.told()).partstat is Partstat.NEEDS_ACTION


async def test_older_of_two_answers_does_not_count(office: Office) -> None:
    now = datetime.now(UTC)
    await office.mikko_answers("ACCEPTED", stamp=now)
    assert await office.mikko_answers("DECLINED", stamp=now - timedelta(minutes=5)) == "reply known already"
    assert (await office.now()).status == MeetingStatus.ACCEPTED


async def test_loop_of_answers_ends(office: Office) -> None:
    now, outcomes = datetime.now(UTC), []
    for number in range(22):
        partstat = "TENTATIVE" if number % 2 else "ACCEPTED"
        outcomes.append(await office.mikko_answers(partstat, stamp=now + timedelta(minutes=number)))
    assert outcomes == ["reply counts"] * 20 + ["reply one answer too many"] * 2


async def test_no_to_what_was_cancelled_meanwhile_is_nothing(office: Office) -> None:
    await cancel(await office.now(), by=office.anna)
    await office.mikko_answers("DECLINED")
    before = await Mail.all().count()
    await office.settle()
    told = [mail.recipient for mail in await Mail.all().order_by("id").offset(before)]
    assert told == [office.anna.email], "Mikko has said himself that he does not come"


async def test_answer_during_a_settling_is_not_forgotten(office: Office) -> None:
    """It comes between the moment a settling read what was told and the moment it writes."""
    invited = await office.invitation()
    await office.change_table()

    class Slow:
        """The slices; while they read, the answer comes."""

        answered = False
        occasion = staticmethod(events.ical.occasion)

        async def agendas(self, person_ids: Sequence[int], scope: str) -> Mapping[int, Sequence[Entry]]:
            found = await matchmaking.ical.agendas(person_ids, scope)
            if not self.answered:
                self.answered = True
                assert await office.take(answer(invited, "ACCEPTED")) == "reply counts"
            return found

    slow = Slow()
    while await settle_due((slow,), office.settings):
        pass
    assert (await office.told()).partstat is Partstat.ACCEPTED


def _utc(at: datetime) -> str:
    return f"{at.astimezone(UTC):%Y%m%dT%H%M%SZ}"


async def test_a_no_leaves_the_meeting_to_the_colleague(office: Office) -> None:
    maija = await office.fair.delegate("Maija", house="Mikko Ltd")
    await office.fair.ticks(maija)
    mikko = (await office.now()).invitee
    await bring_along(office.meeting, to=maija, beside=mikko, by=office.fair[maija])
    await office.settle()
    await office.mikko_answers("DECLINED", comment="Ill")
    meeting = await office.now()
    assert (meeting.status, meeting.invitee) == (MeetingStatus.ACCEPTED, maija)
    await sound()
