"""Tables of meetings: who meets whom, when, who holds to the time, and who would rather have another."""

from datetime import datetime, timedelta
from enum import StrEnum

from tortoise import fields
from tortoise.models import Model

from app.fields import UTCDatetimeField
from events.models import Event, Organisation, Participant
from matchmaking.groups.models import Group
from matchmaking.round_models import Slot, Table


class MeetingStatus(StrEnum):
    REQUESTED = "requested"
    ACCEPTED = "accepted"  # with a slot, or waiting for one
    DECLINED = "declined"
    CANCELLED = "cancelled"
    EXPIRED = "expired"


LIVE = (MeetingStatus.REQUESTED, MeetingStatus.ACCEPTED)


class Meeting(Model):
    """Two participants who want to meet. A request holds no slot; accepted, it has one or waits for one;
    cancelled, it still says which one it had."""

    id = fields.IntField(primary_key=True)
    event: fields.ForeignKeyRelation[Event] = fields.ForeignKeyField("events.Event", related_name="meetings")
    event_id: int
    asker: fields.ForeignKeyRelation[Participant] = fields.ForeignKeyField("events.Participant", related_name="asked")
    asker_id: int
    invitee: fields.ForeignKeyRelation[Participant] = fields.ForeignKeyField(
        "events.Participant", related_name="invited"
    )
    invitee_id: int
    status = fields.CharEnumField(MeetingStatus, default=MeetingStatus.REQUESTED)
    message = fields.CharField(600, default="")
    reason = fields.CharField(500, default="")  # of a decline or a cancellation
    slot: fields.ForeignKeyNullableRelation[Slot] = fields.ForeignKeyField(
        "matchmaking.Slot", related_name="meetings", null=True
    )
    slot_id: int | None
    table: fields.ForeignKeyNullableRelation[Table] = fields.ForeignKeyField(
        "matchmaking.Table", related_name="meetings", null=True
    )
    table_id: int | None
    house: fields.ForeignKeyNullableRelation[Organisation] = fields.ForeignKeyField(
        "events.Organisation", related_name="asked", null=True, on_delete=fields.SET_NULL
    )  # that was asked as a whole: any colleague may answer and come
    house_id: int | None
    group: fields.ForeignKeyNullableRelation[Group] = fields.ForeignKeyField(
        "matchmaking.Group", related_name="meetings", null=True, on_delete=fields.NO_ACTION
    )  # whose meeting it is; asker and invitee are but its first two members
    group_id: int | None
    unaided = fields.BooleanField(default=False)  # without a language in common they manage without an interpreter
    fixed = fields.BooleanField(default=False)  # somebody holds to the time (see Keep): no schedule moves it
    link = fields.CharField(300, default="")  # a video link that one of them typed, instead of the round's
    times: fields.ManyToManyRelation[Slot] = fields.ManyToManyField(
        "matchmaking.Slot",
        related_name="wanted_by",
        through="meeting_time",
        forward_key="slot_id",
        backward_key="meeting_id",
    )  # that whoever asked would take; none: any
    expires_at: datetime | None = UTCDatetimeField(null=True)  # of a request
    version = fields.IntField(default=1)
    sequence = fields.IntField(default=0)
    changed_at: datetime = UTCDatetimeField()
    created_at: datetime = UTCDatetimeField()
    seats: fields.ReverseRelation["Seat"]

    class Meta:
        table = "meeting"

    @property
    def subject(self) -> str:
        return f"meeting:{self.id}"

    @property
    def placed(self) -> bool:
        return self.status == MeetingStatus.ACCEPTED and self.slot_id is not None

    @property
    def waiting(self) -> bool:
        """Accepted, and the schedule has yet to find its slot."""
        return self.status == MeetingStatus.ACCEPTED and self.slot_id is None

    @property
    def live(self) -> bool:
        """Asked for or agreed."""
        return self.status in LIVE

    def over(self, now: datetime) -> bool:
        """With the slot at hand."""
        return self.slot is not None and self.slot.end <= now

    def place(self, slot: Slot, table: Table, *, at: datetime) -> None:
        """Accepted, then and there."""
        self.status, self.slot, self.table = MeetingStatus.ACCEPTED, slot, table
        self._move_on(at)

    def unplace(self, *, at: datetime) -> None:
        """Still accepted, waiting for another time."""
        self.slot, self.table = None, None
        self._move_on(at)

    def change_people(self, *, at: datetime) -> None:
        """Somebody came, left or took over."""
        self._move_on(at)

    def change_link(self, link: str, *, at: datetime) -> None:
        self.link = link
        self._move_on(at)

    def become(self, status: MeetingStatus, *, at: datetime, reason: str = "") -> None:
        self.status, self.reason = status, reason
        self._move_on(at)

    def _move_on(self, at: datetime) -> None:
        """Time, place, people or status changed: calendars must see a higher SEQUENCE (RFC 5545 3.8.7.4) and a later
        LAST-MODIFIED, which is written in whole seconds."""
        self.version += 1
        self.sequence += 1
        self.changed_at = max(at, self.changed_at + timedelta(seconds=1))


class SeatRole(StrEnum):
    COLLEAGUE = "colleague"  # of the asker's or the invitee's organisation
    MEMBER = "member"  # of a group
    INTERPRETER = "interpreter"


class Seat(Model):
    """A further person of a meeting, beyond its asker and invitee (see `parties.people`)."""

    id = fields.IntField(primary_key=True)
    meeting: fields.ForeignKeyRelation[Meeting] = fields.ForeignKeyField("matchmaking.Meeting", related_name="seats")
    meeting_id: int
    participant: fields.ForeignKeyRelation[Participant] = fields.ForeignKeyField(
        "events.Participant", related_name="seats"
    )
    participant_id: int
    role = fields.CharEnumField(SeatRole)

    class Meta:
        table = "seat"
        ordering = ("id",)
        unique_together = (("meeting", "participant"),)


class Keep(Model):
    """Somebody holds to the time of a meeting: no schedule moves it. While there is one, the meeting is fixed."""

    id = fields.IntField(primary_key=True)
    meeting: fields.ForeignKeyRelation[Meeting] = fields.ForeignKeyField("matchmaking.Meeting", related_name="keeps")
    meeting_id: int
    participant: fields.ForeignKeyNullableRelation[Participant] = fields.ForeignKeyField(
        "events.Participant", related_name="keeps", null=True
    )  # None: the organisers
    participant_id: int | None

    class Meta:
        table = "keep"


class ProposedTime(Model):
    """Another time for a meeting, which the other one of its two may take: the last one that was proposed, until
    anything happens to the meeting."""

    id = fields.IntField(primary_key=True)
    meeting: fields.OneToOneRelation[Meeting] = fields.OneToOneField("matchmaking.Meeting", related_name="proposed")
    meeting_id: int
    slot: fields.ForeignKeyRelation[Slot] = fields.ForeignKeyField("matchmaking.Slot", related_name="proposed_for")
    slot_id: int
    by: fields.ForeignKeyRelation[Participant] = fields.ForeignKeyField(
        "events.Participant", related_name="times_proposed"
    )
    by_id: int
    version = fields.IntField()  # of the meeting that it was proposed for
    at: datetime = UTCDatetimeField()

    class Meta:
        table = "proposed_time"

    @property
    def proposer(self) -> Participant:
        """With the meeting and its two at hand, as for `asked`."""
        return self.meeting.asker if self.by_id == self.meeting.asker_id else self.meeting.invitee

    @property
    def asked(self) -> Participant:
        """Who may take it."""
        return self.meeting.invitee if self.by_id == self.meeting.asker_id else self.meeting.asker
