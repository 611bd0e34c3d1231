"""The first timetable: the tightest meetings first, then room made for the rest by Kempe chains and ejections."""

from collections import Counter
from collections.abc import Callable, Sequence
from random import Random

from matchmaking.scheduler.problem import slots_in
from matchmaking.scheduler.timetable import FREE, Chain, Timetable

SAMPLE = 12  # meetings tried when a full slot needs one to leave


def construct(timetable: Timetable, among: Sequence[int], *, random: Random, stop: Callable[[], bool]) -> None:
    """Fill an empty timetable with these meetings as far as it goes, or until `stop()`.

    Fixed meetings first, then those that can stay where they are today, then the rest.
    """
    order = _tightest_first(timetable, among, random)
    meetings = timetable.problem.meetings
    order = [one for one in order if not _place_at(timetable, one, meetings[one].fixed)]
    order = [one for one in order if not _place_at(timetable, one, meetings[one].current)]
    waiting = [one for one in order if not _place_cheaply(timetable, one)]
    fill(timetable, waiting, random=random, stop=stop)


def fill(timetable: Timetable, waiting: list[int], *, random: Random, stop: Callable[[], bool]) -> None:
    """Insert what waits, ejecting others where nothing else helps; keeps the fullest timetable met."""
    waiting = [meeting for meeting in waiting if timetable.open[meeting] and not insert(timetable, meeting, random)]
    best, most = timetable.slot[:], timetable.placed
    ejected: Counter[int] = Counter()
    for _ in range(30 * len(waiting) + 200):
        if not waiting or stop():
            break
        meeting = waiting.pop(random.randrange(len(waiting)))
        if not insert(timetable, meeting, random):
            waiting += _eject_for(timetable, meeting, ejected, random)
        if timetable.placed > most:
            best, most = timetable.slot[:], timetable.placed
    if timetable.slot != best:
        timetable.load_slots(best)


def insert(timetable: Timetable, meeting: int, random: Random) -> bool:
    """Place the meeting without unplacing any other, if one chain's swap makes that possible."""
    if timetable.at_limit(meeting):
        return False
    if _place_cheaply(timetable, meeting):
        return True
    slots = slots_in(timetable.open[meeting] & timetable.window(meeting))
    random.shuffle(slots)
    return any(_make_room(timetable, meeting, slot, random) for slot in slots)


def _tightest_first(timetable: Timetable, among: Sequence[int], random: Random) -> list[int]:
    """Those first whose people have the fewest slots to spare."""
    choice, wanted = [0] * len(timetable.busy), [0] * len(timetable.busy)
    for meeting in among:
        for person in timetable.people[meeting]:
            choice[person] |= timetable.open[meeting]
            wanted[person] += 1
    spare = [mask.bit_count() - count for mask, count in zip(choice, wanted, strict=True)]
    keys = {
        meeting: (
            min(spare[person] for person in timetable.people[meeting]),
            timetable.open[meeting].bit_count(),
            random.random(),
        )
        for meeting in among
    }
    return sorted(among, key=keys.__getitem__)


def _place_at(timetable: Timetable, meeting: int, slot: int | None) -> bool:
    if slot is None or timetable.full_for(meeting, slot) or timetable.at_limit(meeting):
        return False
    if not timetable.free_slots(meeting) >> slot & 1:
        return False
    timetable.place(meeting, slot)
    return True


def _place_cheaply(timetable: Timetable, meeting: int) -> bool:
    """The free slot that adds the least waiting and is the least crowded, if there is any."""
    best, least = FREE, 0.0
    free = timetable.free_slots(meeting)
    if not free or timetable.at_limit(meeting):
        return False
    load, capacity, people = timetable.load, timetable.capacity, timetable.people[meeting]
    tariffs = [(timetable.tariff[p], timetable.busy[p], timetable.energy[p]) for p in people]
    for slot in slots_in(free):
        if timetable.full_for(meeting, slot):
            continue
        cost = 8 * load[slot] / max(1, capacity[slot])
        for tariff, busy, energy in tariffs:
            cost += tariff[busy | 1 << slot] - energy
        if best == FREE or cost < least:
            best, least = slot, cost
    if best == FREE:
        return False
    timetable.place(meeting, best)
    return True


def _make_room(timetable: Timetable, meeting: int, slot: int, random: Random) -> bool:
    """Place the meeting here after one chain has taken whoever is in its way to another slot."""
    others = in_the_way(timetable, meeting, slot)
    if len(others) > 1:
        return False
    for other in others or some_in(timetable, slot, random):
        elsewhere = slots_in(timetable.open[other] & ~(1 << slot))
        random.shuffle(elsewhere)
        for there in elsewhere:
            chain = timetable.chain(other, there)
            if chain is not None and leaves_room(timetable, chain, meeting):
                timetable.swap(chain)
                if timetable.window(meeting) >> slot & 1:
                    timetable.place(meeting, slot)
                    return True
                timetable.swap(chain.back())
    return False


def in_the_way(timetable: Timetable, meeting: int, slot: int) -> list[int]:
    held = {timetable.at[person][slot] for person in timetable.people[meeting]}
    return sorted(held - {FREE})


def some_in(timetable: Timetable, slot: int, random: Random) -> list[int]:
    """A few meetings of a slot, found through random people."""
    found = []
    for _ in range(SAMPLE):
        other = timetable.at[random.randrange(len(timetable.at))][slot]
        if other != FREE and other not in found:
            found.append(other)
    return found


def leaves_room(timetable: Timetable, chain: Chain, meeting: int) -> bool:
    """Whether after the swap the meeting's people and a table are free in the slot the chain leaves."""
    load = timetable.load[chain.here] - timetable.taken(chain, chain.here) + timetable.takes(meeting, chain.here)
    if load > timetable.capacity[chain.here] or not timetable.fits(chain):
        return False
    if any(timetable.at[person][chain.there] in chain.coming for person in timetable.people[meeting]):
        return False
    return not timetable.limited or _leaves_pauses(timetable, chain, meeting)


def _leaves_pauses(timetable: Timetable, chain: Chain, meeting: int) -> bool:
    timetable.swap(chain)
    bears = timetable.bears(meeting, chain.here, ())
    timetable.swap(chain.back())
    return bears


def _eject_for(timetable: Timetable, meeting: int, ejected: Counter[int], random: Random) -> list[int]:
    """Force the meeting in; those ejected, the least often ejected first, wait again. Nobody when it is hopeless."""
    choices = []
    for slot in slots_in(timetable.open[meeting]):
        out = must_leave(timetable, meeting, slot, ejected, random)
        if out is None or not timetable.bears(meeting, slot, out):
            continue
        if all(timetable.problem.meetings[other].fixed is None for other in out):
            choices.append((sum(2 + ejected[other] for other in out) + random.random(), slot, out))
    if not choices:
        return []
    _, slot, out = min(choices)
    for other in out:
        timetable.remove(other)
        ejected[other] += 1
    timetable.place(meeting, slot)
    return out


def must_leave(
    timetable: Timetable, meeting: int, slot: int, ejected: Counter[int], random: Random
) -> list[int] | None:
    """Who has to go if the meeting takes the slot: its people's meetings, those out of order, one for the table.

    None where no table could be freed.
    """
    out = set(in_the_way(timetable, meeting, slot))
    for other, earlier in timetable.relatives.get(meeting, ()):
        then = timetable.slot[other]
        if then != FREE and (then >= slot if earlier else then <= slot):
            out.add(other)
    for person in timetable.people[meeting]:
        mine = [other for other in timetable.at[person] if other != FREE and other not in out]
        if len(mine) >= timetable.most[person]:
            out.add(min(mine, key=lambda other: (ejected[other], random.random())))
    stay = timetable.load[slot] - sum(timetable.takes(other, slot) for other in out if timetable.slot[other] == slot)
    if stay + timetable.takes(meeting, slot) > timetable.capacity[slot]:
        some = some_in(timetable, slot, random)
        leavers = [other for other in some if other not in out and timetable.takes(other, slot)]
        if not leavers:
            return None
        out.add(min(leavers, key=lambda other: (ejected[other], random.random())))
    return sorted(out)
