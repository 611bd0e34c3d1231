"""Mends a timetable that people already hold, on the day: what still can stand stands, and few people are told anew."""

import time
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from random import Random

from matchmaking.scheduler.fewest import Fewest, fewest
from matchmaking.scheduler.neighbourhood import must_hear
from matchmaking.scheduler.plan import Bound, Plan, Status, touched
from matchmaking.scheduler.pools import sure
from matchmaking.scheduler.problem import Meeting, Problem
from matchmaking.scheduler.tables import seat
from matchmaking.scheduler.waiting import totals
from matchmaking.scheduler.ways import settle

PROVING = 0.4  # seconds


@dataclass(frozen=True, slots=True)
class Changes:
    """What happened since the timetable was made. Participants and slots are the problem's indices."""

    gone: frozenset[int] = frozenset()  # will not come: their meetings fall out
    blocked: Mapping[int, int] = field(default_factory=dict)  # participant -> more slots in which they cannot meet
    tables: Mapping[int, int] = field(default_factory=dict)  # slot -> tables there are now
    begun: int = 0  # slots too near or past: nothing moves into them, and what can stay there stays


@dataclass(frozen=True, slots=True)
class Repair:
    """The mended plan, of the problem as it is now, and who (indices) must be told something new: another time or
    table, or that somebody is gone. No plan with as many meetings touches fewer than `least`."""

    problem: Problem
    plan: Plan
    touched: frozenset[int]
    least: int


def repair(problem: Problem, today: Plan, changes: Changes, *, seed: int = 1, seconds: float = PROVING) -> Repair:
    """Keep as many of today's meetings as can be, then touch the fewest people, then move the fewest meetings.

    Meetings without a slot today stay without. A plan takes milliseconds; `seconds` limit the search for a better one
    and for a proof that there is none.
    """
    started, asked = time.monotonic(), problem
    problem = stood_in(problem, today, changes)
    now = changed(problem, today, changes)
    pairs = [(before.people, after.people) for before, after in zip(asked.meetings, problem.meetings, strict=True)]
    hit = {person for before, after in pairs if changes.gone & {*after} or before != after for person in before}
    newcomers = {person for before, after in pairs for person in {*after}.difference(before)}
    heard = frozenset(hit | newcomers) - changes.gone
    found = settle(now, heard=heard, random=Random(seed))  # noqa: S311 - a schedule, not a secret
    best = fewest(now, found, heard=heard, seconds=seconds, seed=seed)
    if any(one.pools for one in now.meetings):  # others of the pools might make do with fewer
        best = replace(best, least=min(best.least, len((heard | must_hear(now)) - newcomers)))
    plan = replace(_plan(now, best, seed), seconds=time.monotonic() - started)
    return Repair(now, plan, heard | touched(now, plan), best.least)


def _plan(now: Problem, best: Fewest, seed: int) -> Plan:
    breaks, idle = totals(now, best.slots)
    ids = tuple(meeting.id for meeting in now.meetings)
    status = Status.UNKNOWN if None in best.slots else Status.FEASIBLE
    bound = Bound(len(ids), touched=best.least)
    people = tuple(meeting.people for meeting in now.meetings) if any(one.pools for one in now.meetings) else ()
    return Plan(ids, best.slots, seat(now, best.slots), breaks, idle, bound, status, 0.0, seed, people=people)


def stood_in(problem: Problem, today: Plan, changes: Changes) -> Problem:
    """With somebody else of the same pool for whoever is gone or cannot any more, where one is free then."""
    busy = {
        (person, slot)
        for meeting, slot in zip(problem.meetings, today.slots, strict=True)
        if slot is not None
        for person in meeting.people
    }

    def free(person: int, slot: int) -> bool:
        blocked = problem.participants[person].blocked | changes.blocked.get(person, 0)
        return not blocked >> slot & 1 and person not in changes.gone

    meetings = list(problem.meetings)
    for index, slot in enumerate(today.slots):
        meeting = meetings[index]
        if slot is None:
            continue
        for out in {*meeting.people}.difference(sure(meeting)):
            pool = next(pool for pool in meeting.pools if out in pool)
            able = [one for one in pool if free(one, slot) and (one, slot) not in busy]
            if able and not free(out, slot):
                busy.add((able[0], slot))
                meeting = replace(meeting, people=tuple(able[0] if one == out else one for one in meeting.people))
        meetings[index] = meeting
    return replace(problem, meetings=tuple(meetings))


def changed(problem: Problem, today: Plan, changes: Changes) -> Problem:
    """The problem as it is now: the meetings that have a slot today and whose people still come."""
    held = zip(problem.meetings, today.slots, today.tables, strict=True)
    kept = {
        index: _as_it_is_now(replace(meeting, current=slot, table=table), problem, changes)
        for index, (meeting, slot, table) in enumerate(held)
        if slot is not None and not changes.gone & {*meeting.people}
    }
    people = (
        replace(participant, blocked=participant.blocked | changes.blocked.get(person, 0))
        for person, participant in enumerate(problem.participants)
    )
    slots = (replace(slot, tables=changes.tables.get(t, slot.tables)) for t, slot in enumerate(problem.slots))
    return replace(problem.only(kept), participants=tuple(people), slots=tuple(slots))


def _as_it_is_now(meeting: Meeting, problem: Problem, changes: Changes) -> Meeting:
    """Pinned, if its slot has begun and it can stay there; else kept out of the slots that have begun."""
    assert meeting.current is not None
    stays = not any(changes.blocked.get(person, 0) >> meeting.current & 1 for person in meeting.people)
    if changes.begun >> meeting.current & 1 and stays:
        return replace(meeting, fixed=meeting.current)
    return replace(meeting, allowed=meeting.allowed & ~changes.begun)
