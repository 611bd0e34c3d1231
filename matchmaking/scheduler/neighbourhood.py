"""A part of a timetable that people hold, for CP-SAT: who must hear of a change there, or how few can.

Meetings outside the part may be lifted off their place without finding another: whatever cannot be had even so cannot
be had at all. Where nobody is lifted, it is a plan.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from enum import StrEnum

from ortools.sat.python import cp_model

from matchmaking.scheduler.problem import Problem


def must_hear(problem: Problem) -> frozenset[int]:
    """Whoever must be told whatever is done: a meeting of theirs cannot stay in its slot, or has lost its table."""
    told = {person for index in unsettled(problem) for person in problem.meetings[index].people}
    return frozenset(person for person in told if not problem.participants[person].thing)


def unsettled(problem: Problem) -> list[int]:
    """The meetings (indices) that have a slot today and cannot keep slot and table both."""
    held: set[tuple[int, int]] = set()
    lost = []
    for index, (meeting, mask) in enumerate(zip(problem.meetings, problem.open_slots(), strict=True)):
        if (slot := meeting.current) is None:
            continue
        table = -1 if meeting.table is None else meeting.table
        if mask >> slot & meeting.own >> slot & 1:
            continue
        if not mask >> slot & 1 or not 0 <= table < problem.slots[slot].tables or (slot, table) in held:
            lost.append(index)
        else:
            held.add((slot, table))
    return lost


class Goal(StrEnum):
    """What one search is for."""

    ALL = "all"  # a better plan
    DROPS = "drops"  # how few meetings must fall out
    PEOPLE = "people"  # how few people are touched, if no more fall out than do now


class Known:
    """What does not change from round to round."""

    def __init__(self, problem: Problem, heard: frozenset[int]) -> None:
        self.problem = problem
        self.opens = problem.open_slots()
        self.home = [meeting.current or 0 for meeting in problem.meetings]
        self.loose = set(unsettled(problem))
        self.told = heard | must_hear(problem)
        self.meetings_of = problem.meetings_of()
        self.pressed = self._without_pause()
        self.of_person = len(problem.meetings) + 1  # in points: one meeting moved is worth one
        self.of_drop = self.of_person * (len(problem.participants) + 1)

    def cost(self, slots: Sequence[int | None]) -> tuple[int, int, int]:
        """Meetings dropped, people touched, meetings moved."""
        moved = [one for one, slot in enumerate(slots) if slot != self.home[one]]
        touched = self.told.union(person for one in moved for person in self.people(one))
        return sum(slot is None for slot in slots), len(touched), len(moved)

    def around(self, people: Iterable[int]) -> set[int]:
        near = {one for person in {*people, *self.pressed} for one in self.meetings_of[person]} | self.loose
        related = {other for pair in self.problem.precedences for other in pair if near & {*pair}}
        return near | related

    def among(self, people: frozenset[int]) -> set[int]:
        """Meetings that can move without anybody else hearing of it, and those that perhaps must."""
        must = self.loose.union(*(self.meetings_of[person] for person in self.pressed))
        return {one for one in self.around(people) if one in must or people.issuperset(self.people(one))}

    def _without_pause(self) -> list[int]:
        """Who would have too many meetings in a row if all stayed: they have less time than they had."""
        limits = self.problem.limits_each()
        busy = [sum(1 << slot for slot in {self.home[one] for one in mine}) for mine in self.meetings_of]
        pairs = enumerate(zip(busy, limits, strict=True))
        return [one for one, (mask, mine) in pairs if any((mask & slots).bit_count() > most for slots, most in mine)]

    def people(self, meeting: int) -> list[int]:
        """Who would hear of it."""
        return [one for one in self.problem.meetings[meeting].people if not self.problem.participants[one].thing]

    def size(self, inside: Iterable[int]) -> int:
        return sum(self.opens[one].bit_count() for one in inside)


class Neighbourhood:
    def __init__(self, known: Known, inside: set[int], hint: Sequence[int | None], goal: Goal) -> None:
        self.known, self.inside, self.hint, self.goal = known, inside, hint, goal
        self.model = cp_model.CpModel()
        self.at = {one: self._slots_of(one) for one in sorted(inside)}
        self.bound, self.optimal = 0, False
        self.lift: dict[int, cp_model.IntVar] = {}
        self.hears: dict[int, cp_model.IntVar] = {}
        self.drops: list[cp_model.IntVar] = []
        self.stays: list[cp_model.IntVar] = []
        self._place()
        self._share_people_and_tables()
        self._keep_order()
        people, drops = cp_model.LinearExpr.sum(list(self.hears.values())), cp_model.LinearExpr.sum(self.drops)
        if goal is Goal.ALL:
            self.model.minimize(known.of_drop * drops + known.of_person * people - cp_model.LinearExpr.sum(self.stays))
        elif goal is Goal.DROPS:
            self.model.minimize(drops)
        else:
            self.model.add(drops <= sum(slot is None for slot in hint))
            self.model.minimize(people)

    def lifted(self, found: cp_model.CpSolver) -> set[int]:
        return {one for one, literal in self.lift.items() if found.boolean_value(literal)}

    def slots(self, found: cp_model.CpSolver) -> tuple[int | None, ...]:
        slots: list[int | None] = list(self.known.home)
        for one, at in self.at.items():
            slots[one] = next((slot for slot, literal in at.items() if found.boolean_value(literal)), None)
        return tuple(slots)

    def _slots_of(self, meeting: int) -> dict[int, cp_model.IntVar]:
        made = {}
        for slot in range(len(self.known.problem.slots)):
            if self.known.opens[meeting] >> slot & 1:
                made[slot] = self.model.new_bool_var("")
                self.model.add_hint(made[slot], self.hint[meeting] == slot)
        return made

    def _place(self) -> None:
        """In one slot or dropped; whoever's meeting is not at home hears of it."""
        for one, at in self.at.items():
            dropped = self.model.new_bool_var("")
            self.model.add_exactly_one(*at.values(), dropped)
            self.drops.append(dropped)
            home = at.get(self.known.home[one])
            if home is not None:
                self.stays.append(home)
                self._tell(one, home.negated())

    def _tell(self, meeting: int, moved: cp_model.LiteralT) -> None:
        for person in self.known.people(meeting):
            if person not in self.known.told:
                if person not in self.hears:
                    self.hears[person] = self.model.new_bool_var("")
                self.model.add_implication(moved, self.hears[person])

    def _share_people_and_tables(self) -> None:
        problem = self.known.problem
        there: dict[tuple[int, int], list[cp_model.LiteralT]] = defaultdict(list)  # person, slot
        seated: dict[int, list[cp_model.LiteralT]] = defaultdict(list)  # slot
        for one, at in self.at.items():
            for slot, literal in at.items():
                if not problem.meetings[one].own >> slot & 1:
                    seated[slot].append(literal)
                for person in problem.meetings[one].people:
                    there[person, slot].append(literal)
        limited = {person for person, _ in there} if problem.limits else set[int]()
        crowded = {slot for slot, literals in seated.items() if self._seats(slot) < len(literals)}
        for one, meeting in enumerate(problem.meetings):
            if one in self.inside:
                continue
            slot = self.known.home[one]
            near = any((person, slot) in there or person in limited for person in meeting.people)
            if near or (slot in crowded and not meeting.own >> slot & 1):
                stays = self._stays(one)
                if not meeting.own >> slot & 1:
                    seated[slot].append(stays)
                for person in meeting.people:
                    there[person, slot].append(stays)
        for literals in there.values():
            self.model.add_at_most_one(literals)
        self._leave_pauses(there)
        for slot in crowded:
            self.model.add(sum(seated[slot]) <= problem.slots[slot].tables)

    def _leave_pauses(self, there: dict[tuple[int, int], list[cp_model.LiteralT]]) -> None:
        if not self.known.problem.limits:
            return
        limits = self.known.problem.limits_each()
        for person in {person for person, _ in there}:
            for slots, most in limits[person]:
                here = [x for (who, t), literals in there.items() if who == person and slots >> t & 1 for x in literals]
                self.model.add(cp_model.LinearExpr.sum(here) <= most)

    def _seats(self, slot: int) -> int:
        """Tables that nobody outside sits at."""
        meetings = self.known.problem.meetings
        outside = sum(
            home == slot and not meetings[one].own >> slot & 1
            for one, home in enumerate(self.known.home)
            if one not in self.inside
        )
        return self.known.problem.slots[slot].tables - outside

    def _stays(self, meeting: int) -> cp_model.LiteralT:
        """Outside the neighbourhood: at home, unless it may be lifted off."""
        if self.goal is Goal.ALL or self.known.problem.meetings[meeting].fixed is not None:
            return self.model.new_constant(1)
        lifted = self.lift[meeting] = self.model.new_bool_var("")
        self.model.add_hint(lifted, value=False)
        self._tell(meeting, lifted)
        return lifted.negated()

    def _keep_order(self) -> None:
        for earlier, later in self.known.problem.precedences:
            if earlier in self.at and later in self.at:
                for slot, literal in self.at[later].items():
                    clash = [other for then, other in self.at[earlier].items() if then >= slot]
                    self.model.add_at_most_one(literal, *clash)
