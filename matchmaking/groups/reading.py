"""Groups as their page shows them: those one can join, one's own, and those that could be."""

from collections.abc import Sequence
from dataclasses import dataclass

from events.models import Event, Participant
from events.networks.models import DemoCase
from matchmaking.bookmarks.vetoes import kept_apart
from matchmaking.conditions import matrix_of
from matchmaking.directory import Directory
from matchmaking.groups.models import FEWEST, Group, GroupStatus
from matchmaking.groups.overlaps import Overlap, overlaps
from matchmaking.models import LIVE, Meeting, MeetingStatus
from matchmaking.parties import principals, with_people
from matchmaking.rules import Matrix

SUGGESTED = 6


@dataclass(frozen=True, slots=True)
class Table:
    """A group with its members in the order of the list, and its meeting once there is one."""

    group: Group
    members: tuple[Participant, ...]
    meeting: Meeting | None

    @property
    def free(self) -> int:
        return self.group.seats - len(self.members)

    def shown_to(self, reader: Participant, matrix: Matrix) -> bool:
        """Its members are in it, and see all the others; so must whoever would join."""
        return self.has(reader) or all(matrix.may_see(reader.type_id, one.type_id) for one in self.members)

    def has(self, participant: Participant | None) -> bool:
        return participant is not None and participant.id in {one.id for one in self.members}


@dataclass(frozen=True, slots=True)
class Suggestion:
    demo_case: DemoCase
    overlap: Overlap
    mine: bool  # the reader is one of those


async def tables(event: Event, reader: Participant | None) -> list[Table]:
    """What has not ended, newest first; without a reader, for the desk, all. Four queries."""
    living = Group.filter(event=event).exclude(status=GroupStatus.CANCELLED).order_by("-id")
    groups = await living.select_related("demo_case__pilot").prefetch_related("members__participant__organisation")
    accepted = Meeting.filter(event=event, group_id__isnull=False, status=MeetingStatus.ACCEPTED)
    meetings = {
        meeting.group_id: meeting
        for meeting in await with_people(accepted, "organisation").select_related("slot__round", "table")
    }
    found, matrix = [_table(group, meetings.get(group.id)) for group in groups], await matrix_of(event.id)
    return [one for one in found if reader is None or one.shown_to(reader, matrix)]


async def table_of(group: Group) -> Table:
    """One group, whatever became of it."""
    await group.fetch_related("demo_case__pilot", "proposer", "members__participant__organisation")
    found = with_people(Meeting.filter(group=group), "organisation").order_by("-id")
    return _table(group, await found.select_related("slot__round", "table").first())


async def suggestions(event: Event, everybody: Directory, reader: Participant | None) -> list[Suggestion]:
    """Groups that could be, those of the reader first."""
    live = Meeting.filter(event=event, status__in=LIVE)
    pairs = await live.values_list("asker_id", "invitee_id")
    asked = [(one, other) for one, other in pairs]
    apart = await kept_apart(event)
    found = overlaps([card.wishes for card in everybody.cards], asked, apart=apart, fewest=FEWEST)
    cases = {case.id: case for case in everybody.demo_cases}
    mine = reader.id if reader else 0
    made = [Suggestion(cases[one.demo_case], one, mine in one.people) for one in found if one.demo_case in cases]
    return sorted(made, key=lambda one: not one.mine)[:SUGGESTED]


def _table(group: Group, meeting: Meeting | None) -> Table:
    members: Sequence[Participant] = [one.participant for one in group.members]
    return Table(group, tuple(principals(meeting) if meeting else members), meeting)
