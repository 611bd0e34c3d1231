"""A problem as it was put to the scheduler: what its indices stand for, and the plan told by ids. Pure."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from matchmaking.proposal import Cause, Placement, Proposal, Quality, Spot, Unplaced, Wished
from matchmaking.scheduler.plan import Plan, touched
from matchmaking.scheduler.problem import Meeting, Problem
from matchmaking.scheduler.quality import Measures, Report
from matchmaking.scheduler.reasons import (
    Frees,
    GivesUp,
    LostOut,
    NoCommonSlot,
    OneMoreTable,
    OverCommitted,
    Reason,
    Remedy,
    TablesFull,
    remedies,
    unplaced,
)
from matchmaking.scheduler.waiting import waiting

WHY = {NoCommonSlot: "no common slot", OverCommitted: "over-committed", TablesFull: "tables full", LostOut: "lost out"}


@dataclass(frozen=True, slots=True)
class Posed:
    """A problem, and what its indices stand for."""

    problem: Problem
    revision: int  # of the event, when it was read
    participants: tuple[int, ...]  # ids
    slots: tuple[int, ...]  # ids
    tables: tuple[tuple[int, ...], ...]  # ids, for each slot
    versions: tuple[int, ...]  # of the meetings
    spots: tuple[Spot | None, ...]  # where they are today, be the table lost or not
    own: Mapping[int, Mapping[int, int]] = field(default_factory=dict)  # meeting -> slot (an index) -> its own table

    def proposal(self, plan: Plan, report: Report, *, mended: bool = False) -> Proposal:
        wished = any(one.asked for one in self.problem.meetings)
        return Proposal(
            placements=tuple(self._placements(plan, mended=mended)),
            unplaced=self.unplaced(plan),
            quality=self._quality(plan),
            report=self._by_ids(report),
            wished=self._wished(plan) if wished else None,
            touched=len(touched(self.problem, plan)),
            least_touched=plan.bound.touched if mended else None,
        )

    def unplaced(self, plan: Plan) -> tuple[Unplaced, ...]:
        """Why what was agreed has no time, and the one change that would give it one."""
        come = self.problem.attended(plan.people)
        helps = remedies(come, plan.slots)
        reasons = {one.meeting: one for one in unplaced(come, plan.slots)}
        agreed = [one.id for one in self.problem.meetings if one.id in reasons and not one.asked]
        return tuple(self._why(reasons[one], helps.get(one)) for one in agreed)

    def _placements(self, plan: Plan, *, mended: bool) -> Iterator[Placement]:
        opens = self.problem.possible_slots()
        come = self.problem.attended(plan.people).meetings
        rows = zip(self.problem.meetings, self.versions, self.spots, plan.slots, plan.tables, opens, come, strict=True)
        for meeting, version, before, slot, table, mask, sent in rows:
            after = self._spot(meeting.id, slot, table)
            if meeting.asked and after is None:
                continue  # passed over: it stays a request
            instead = () if after is None else self._instead(meeting, sent)
            same = before == after and not instead
            cause = "" if same else self._cause(meeting, before, after, mask, mended=mended)
            yield Placement(meeting.id, version, before, after, cause, meeting.asked, instead)

    def _instead(self, asked: Meeting, sent: Meeting) -> tuple[tuple[int, int], ...]:
        """Ids of who stays away and who goes instead, of the same pool."""
        found = list[tuple[int, int]]()
        for pool in asked.pools:
            left = [one for one in asked.people if one in pool and one not in sent.people]
            come = [one for one in sent.people if one in pool and one not in asked.people]
            found += [(self.participants[a], self.participants[b]) for a, b in zip(left, come, strict=True)]
        return tuple(found)

    def _cause(self, meeting: Meeting, before: Spot | None, after: Spot | None, opens: int, *, mended: bool) -> Cause:
        if after is None:
            return Cause.NO_PLACE
        if before is None or meeting.current is None:
            return Cause.CHOSEN if meeting.asked else Cause.WAITED
        if not opens >> meeting.current & 1:
            return Cause.NOT_FREE
        if meeting.table is None and not meeting.own >> meeting.current & 1:
            return Cause.TABLE_LOST
        return Cause.MADE_ROOM if mended else Cause.BETTER

    def _wished(self, plan: Plan) -> Wished:
        come = self.problem.attended(plan.people).meetings
        pairs = [(one, slot is not None) for one, slot in zip(come, plan.slots, strict=True)]
        wishes = Counter(person for one, _ in pairs if one.asked for person in one.people)
        got = Counter(person for one, placed in pairs if one.asked and placed for person in one.people)
        meetings = Counter(person for one, placed in pairs if placed for person in one.people)
        people = [one for one in wishes if not self.problem.participants[one].thing]
        return Wished(
            requests=sum(one.asked for one, _ in pairs),
            chosen=sum(one.asked and placed for one, placed in pairs),
            points=plan.points,
            most_points=plan.bound.points,
            short=plan.short,
            gets=tuple((self.participants[one], wishes[one], got[one], meetings[one]) for one in people),
        )

    def _spot(self, meeting: int, slot: int | None, table: int | None) -> Spot | None:
        if slot is None:
            return None
        if table is None:
            own = self.own.get(meeting, {}).get(slot)
            return None if own is None else Spot(self.slots[slot], own)
        return Spot(self.slots[slot], self.tables[slot][table])

    def _why(self, reason: Reason, remedy: Remedy | None) -> Unplaced:
        found = self._because(reason)
        match remedy:
            case Frees(person, slot):
                who, when = self.participants[person], self.slots[slot]
                return replace(found, remedy="frees", remedy_participant=who, remedy_slot=when)
            case OneMoreTable(slot):
                return replace(found, remedy="table", remedy_slot=self.slots[slot])
            case GivesUp(person, meeting):
                who = self.participants[person]
                return replace(found, remedy="gives up", remedy_participant=who, remedy_meeting=meeting)
        return found

    def _because(self, reason: Reason) -> Unplaced:
        why = WHY[type(reason)]
        match reason:
            case OverCommitted(meeting, participant, meetings, room):
                return Unplaced(meeting, why, self.participants[participant], meetings, room)
            case TablesFull(meeting, slots):
                return Unplaced(meeting, why, slots=tuple(self.slots[slot] for slot in slots))
            case LostOut(meeting, against):
                return Unplaced(meeting, why, against=against)
        return Unplaced(reason.meeting, why)

    def _quality(self, plan: Plan) -> Quality:
        breaks = [count for count, _minutes in waiting(self.problem.attended(plan.people), plan.slots)]
        worst = _largest(breaks)
        passed = sum(one.asked and slot is None for one, slot in zip(self.problem.meetings, plan.slots, strict=True))
        return Quality(
            placed=plan.placed,
            meetings=len(plan.ids) - passed,
            breaks=plan.breaks,
            idle=plan.idle,
            most_placed=min(plan.bound.placed, len(plan.ids) - passed),
            least_breaks=plan.bound.breaks,
            status=plan.status.value,
            seconds=round(plan.seconds, 2),
            seed=plan.seed,
            worst=None if worst is None else self.participants[worst],
            worst_breaks=0 if worst is None else breaks[worst],
        )

    def _by_ids(self, report: Report) -> Report:
        return replace(
            report,
            plan=self._with_id(report.plan),
            today=report.today and self._with_id(report.today),
            first_fit=self._with_id(report.first_fit),
        )

    def _with_id(self, measures: Measures) -> Measures:
        worst = measures.worst_off
        return replace(measures, worst_off=worst and replace(worst, participant=self.participants[worst.participant]))


def _largest(counts: Sequence[int]) -> int | None:
    """The index of the largest count above nothing."""
    worst = max(range(len(counts)), key=counts.__getitem__, default=None)
    return worst if worst is not None and counts[worst] else None
