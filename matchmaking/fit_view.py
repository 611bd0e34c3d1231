"""Does it fit? What the desk reads beside its rounds: who and what cannot all have a time, and what would help."""

from dataclasses import dataclass, replace
from datetime import datetime

from app.i18n import _, ngettext
from app.wording import several, when
from events.models import Event
from matchmaking.models import Meeting, MeetingStatus
from matchmaking.parties import people, with_people
from matchmaking.posed import Posed
from matchmaking.posing import problem_of
from matchmaking.round_models import Round, Slot
from matchmaking.scheduler.fit import Crowded, fit
from matchmaking.wording import names_of, over_committed

NAMED = 20  # people and meetings in sentences of their own: the rest is counted
TIMES = 3  # slots named one by one


@dataclass(frozen=True, slots=True)
class Check:
    """So many meetings, and a sentence for each thing that keeps them from all having a time; none: no objection."""

    meetings: int
    against: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class FitView:
    """What is agreed, and what would be if everybody said yes; None where nobody is asked."""

    agreed: Check
    asked: Check | None


async def fit_view(event: Event, *, now: datetime) -> FitView:
    """Of meetings whose time can still be found or moved."""
    posed = await problem_of(event, now=now, requests=True)
    found = Meeting.filter(event=event, id__in=[meeting.id for meeting in posed.problem.meetings])
    meetings = {meeting.id: meeting for meeting in await with_people(found)}
    slots = {slot.id: slot for slot in await Slot.filter(round__event=event).select_related("round")}
    words = _Words(event, posed, meetings, slots)
    requests = sum(meeting.status == MeetingStatus.REQUESTED for meeting in meetings.values())
    agreed = words.check({one.id for one in meetings.values() if one.status == MeetingStatus.ACCEPTED})
    return FitView(agreed, words.check(set(meetings)) if requests else None)


@dataclass(frozen=True, slots=True)
class _Words:
    event: Event
    posed: Posed
    meetings: dict[int, Meeting]
    slots: dict[int, Slot]

    def check(self, ids: set[int]) -> Check:
        problem = self.posed.problem
        problem = replace(problem, meetings=tuple(one for one in problem.meetings if one.id in ids))
        found = fit(problem)
        known = {one.id: one.name for meeting in self.meetings.values() for one in people(meeting)}
        named = [self._nowhere(meeting) for meeting in found.nowhere]
        for one in sorted(found.committed, key=lambda one: one.room - one.meetings):
            name = known[self.posed.participants[one.participant]]
            named.append(over_committed(name, meetings=one.meetings, room=one.room))
        against = [self._crowded(one) for one in found.crowded] + named[:NAMED]
        if len(named) > NAMED:
            against.append(_("… and %(count)d more.") % {"count": len(named) - NAMED})
        return Check(len(ids), tuple(against))

    def _nowhere(self, meeting_id: int) -> str:
        names = names_of(self.meetings[meeting_id])
        return _("%(names)s have no free time in common.") % {"names": names}

    def _crowded(self, crowd: Crowded) -> str:
        slots = [self.slots[self.posed.slots[t]] for t in crowd.slots]
        sentence = ngettext(
            "%(meetings)d meetings can only be at %(times)s, where one table is free.",
            "%(meetings)d meetings can only be at %(times)s, where there is room for %(seats)d.",
            crowd.seats,
        ) % {"meetings": crowd.meetings, "times": self._times(slots), "seats": crowd.seats}
        return f"{sentence} {self._remedy(crowd, slots)}"

    def _remedy(self, crowd: Crowded, slots: list[Slot]) -> str:
        """The least that could be enough: tables stand in all slots of their round, a slot has all its tables."""
        rounds = {slot.round_id: slot.round for slot in slots}
        name = several(opened.name for opened in rounds.values())
        tables = -(-crowd.lacking // len(slots))
        more = ngettext(
            "“%(name)s” needs at least one more table", "“%(name)s” needs at least %(tables)d more tables", tables
        )
        most = max(self._tables(opened) for opened in rounds.values())
        extra = -(-crowd.lacking // most) if most else 0
        longer = ngettext("or one more slot.", "or %(slots)d more slots.", extra) if extra else ""
        return f"{more} {longer}".strip() % {"name": name, "tables": tables, "slots": extra}

    def _tables(self, opened: Round) -> int:
        seats = zip(self.posed.slots, self.posed.tables, strict=True)
        return max(len(tables) for slot, tables in seats if self.slots[slot].round_id == opened.id)

    def _times(self, slots: list[Slot]) -> str:
        times = [when(slot.start, self.event.tz) for slot in slots]
        if len(times) <= TIMES:
            return several(times)
        return _("%(count)d times from %(first)s to %(last)s") % {
            "count": len(times),
            "first": times[0],
            "last": times[-1],
        }
