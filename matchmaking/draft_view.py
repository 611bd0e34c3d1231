"""A draft as the desk reads it: what would change for whom, and who has no time and why, in words."""

from collections import Counter
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from itertools import chain

from app.i18n import _
from app.wording import by_name, several, when
from events.models import Event, Participant
from matchmaking.draft_models import Draft
from matchmaking.drafting import proposal_of
from matchmaking.models import Meeting
from matchmaking.parties import people, with_people
from matchmaking.proposal import Placement, Quality, Spot, Unplaced, Wished
from matchmaking.report_view import ReportView, report_view
from matchmaking.round_models import Slot, Table
from matchmaking.wording import cause_words, names_of, over_committed, spot

NAMED = 3  # rivals in one sentence
MOST_NAMED = 50  # of those without a meeting


@dataclass(frozen=True, slots=True)
class Line:
    """A meeting, its people, and what it had and would have ("": no time)."""

    meeting: int
    names: str
    before: str
    after: str
    why: str = ""
    instead: tuple[str, ...] = ()  # who goes for whom, in sentences


@dataclass(frozen=True, slots=True)
class Left:
    """A meeting without a time."""

    meeting: int
    names: str
    why: str
    remedy: str  # the smallest change that would place it, "" where one is not enough


@dataclass(frozen=True, slots=True)
class Gets:
    """How many people get so many meetings."""

    meetings: int
    people: int


@dataclass(frozen=True, slots=True)
class WishView:
    wished: Wished
    gets: tuple[Gets, ...]
    without: tuple[str, ...]  # names of people whose requests were all passed over, and who have no meeting


@dataclass(frozen=True, slots=True)
class DraftView:
    """`kept` meetings stay where they are."""

    scheduled: tuple[Line, ...]
    moved: tuple[Line, ...]
    sent: tuple[Line, ...]  # nothing changes but who comes
    lost: tuple[Line, ...]
    kept: int
    left: tuple[Left, ...]
    quality: Quality
    worst: str
    report: ReportView | None
    people: int  # for whom anything changes
    touched: int
    least_touched: int | None
    wishes: WishView | None

    @property
    def changes(self) -> int:
        return len(self.scheduled) + len(self.moved) + len(self.sent) + len(self.lost)


async def view(draft: Draft, event: Event) -> DraftView | None:
    """None before the draft is made. Six queries."""
    proposal = proposal_of(draft)
    if proposal is None:
        return None
    words = await _words(event, [one for placement in proposal.changes for one in chain(*placement.instead)])
    lines = [words.line(placement) for placement in proposal.changes]
    report = await report_view(proposal.report) if proposal.report else None
    return DraftView(
        scheduled=tuple(line for line in lines if not line.before),
        moved=tuple(line for line in lines if line.before and line.after and line.before != line.after),
        sent=tuple(line for line in lines if line.before == line.after),
        lost=tuple(line for line in lines if not line.after),
        kept=sum(bool(placement.after) for placement in proposal.placements) - sum(bool(line.after) for line in lines),
        left=tuple(words.left(one) for one in proposal.unplaced),
        quality=proposal.quality,
        worst=report.timetables[0].worst if report else await _name_of(proposal.quality.worst),
        people=len({one for placement in proposal.changes for one in words.people(placement)}),
        report=report,
        touched=proposal.touched,
        least_touched=proposal.least_touched,
        wishes=await _wishes(proposal.wished) if proposal.wished else None,
    )


@dataclass(frozen=True, slots=True)
class _Words:
    event: Event
    meetings: dict[int, Meeting]
    slots: dict[int, Slot]
    tables: dict[int, Table]
    delegates: dict[int, str]  # names of those who go instead of somebody, and of these

    def line(self, placement: Placement) -> Line:
        before, after = self.spot(placement.before), self.spot(placement.after)
        instead = tuple(self.instead(*pair) for pair in placement.instead)
        names = self.names(placement.meeting)
        return Line(placement.meeting, names, before, after, cause_words(placement.cause), instead)

    def instead(self, left: int, joined: int) -> str:
        names = {"left": self.delegates.get(left, ""), "joined": self.delegates.get(joined, "")}
        return _("%(joined)s goes instead of %(left)s.") % names

    def left(self, one: Unplaced) -> Left:
        return Left(one.meeting, self.names(one.meeting), self.why(one), self.remedy(one))

    def remedy(self, one: Unplaced) -> str:
        slot = self.slots.get(one.remedy_slot or 0)
        words = {
            "name": self._name(one.meeting, one.remedy_participant),
            "when": when(slot.start, self.event.tz) if slot else "",
            "meeting": self.names(one.remedy_meeting or 0),
        }
        match one.remedy:
            case "frees":
                return _("It would have a time if %(name)s were free at %(when)s.") % words
            case "table":
                return _("It would have a time with one more table at %(when)s.") % words
            case "gives up":
                return _("It would have a time if %(name)s gave up this meeting: %(meeting)s.") % words
        return ""

    def names(self, meeting_id: int) -> str:
        meeting = self.meetings.get(meeting_id)
        return names_of(meeting) if meeting else _("a meeting that is gone")

    def people(self, placement: Placement) -> tuple[int, ...]:
        meeting = self.meetings.get(placement.meeting)
        return (*(one.id for one in people(meeting)), *chain(*placement.instead)) if meeting else ()

    def spot(self, where: Spot | None) -> str:
        if where is None:
            return ""
        slot, table = self.slots.get(where.slot), self.tables.get(where.table)
        return spot(slot, table, self.event.tz) if slot and table else _("a time that is gone")

    def why(self, one: Unplaced) -> str:
        match one.why:
            case "over-committed":
                return self._over_committed(one)
            case "tables full":
                return _("All tables are taken when everybody is free: %(times)s.") % {"times": self._times(one.slots)}
            case "lost out":
                rivals = several(self.names(rival) for rival in one.against[:NAMED])
                return _("Whenever one of them is free, another meets somebody else: %(meetings)s.") % {
                    "meetings": rivals
                }
        return _("They have no free time in common: different rounds, sessions, or time kept free.")

    def _over_committed(self, one: Unplaced) -> str:
        return over_committed(self._name(one.meeting, one.participant), meetings=one.meetings, room=one.room)

    def _name(self, meeting_id: int, participant: int | None) -> str:
        meeting = self.meetings.get(meeting_id)
        everybody = people(meeting) if meeting else ()
        return next((person.name for person in everybody if person.id == participant), "")

    def _times(self, slots: Iterable[int]) -> str:
        return several(when(self.slots[slot].start, self.event.tz) for slot in slots if slot in self.slots)


async def _name_of(worst: int | None) -> str:
    """For drafts that were made before reports were kept."""
    found = await Participant.get_or_none(id=worst or 0)
    return found.name if found else ""


async def _wishes(wished: Wished) -> WishView:
    counts = Counter(meetings for *_, meetings in wished.gets)
    ids = [participant for participant, _asked, _got, meetings in wished.gets if not meetings]
    without = by_name(await Participant.filter(id__in=ids[:MOST_NAMED]))
    gets = tuple(Gets(meetings, counts[meetings]) for meetings in sorted(counts))
    return WishView(wished, gets, tuple(one.name for one in without))


async def _words(event: Event, delegates: Collection[int]) -> _Words:
    meetings = await with_people(Meeting.filter(event=event))
    return _Words(
        event=event,
        meetings={meeting.id: meeting for meeting in meetings},
        slots={slot.id: slot for slot in await Slot.filter(round__event=event)},
        tables={table.id: table for table in await Table.filter(round__event=event)},
        delegates={one.id: one.name for one in await Participant.filter(id__in=delegates)},
    )
