"""Says why people cannot meet, and when they can: the words for `availability`'s obstacles."""

from collections.abc import Iterator, Sequence
from datetime import datetime

from app.errors import Refused
from app.i18n import _
from app.wording import several, when
from matchmaking.availability import (
    Begun,
    Busy,
    Gate,
    Gated,
    NoCommonRound,
    NoInterpreter,
    Obstacle,
    Occupation,
    RoundFull,
    Slot,
    TablesTaken,
    TheyAreBusy,
    TooClose,
    YouAreBusy,
)
from matchmaking.gathering import Gathering

NAMED = 6  # times in one sentence; more are only said to be there


def nothing_free(gathering: Gathering) -> Refused:
    """There is no slot at all: every reason once."""
    found = [one for one in gathering.obstacles() if not isinstance(one, Begun)]
    if not gathering.slots:
        return Refused(_("The organisers have not opened any meeting rounds yet."))
    if not found:
        return Refused(_("The last meeting slot has begun; there is no time left."))
    others, hints = [one.name for one in gathering.others], list(_lines(gathering, found))
    if gathering.desk_reads:
        names = {"names": several([gathering.you.name, *others])}
        return Refused(_("%(names)s have no free slot in common.") % names, hints=hints)
    return Refused(_("You and %(other)s have no free slot in common.") % {"other": several(others)}, hints=hints)


def not_then(gathering: Gathering, found: Obstacle) -> Refused:
    """This slot is not free: why, and which are."""
    if not (free := gathering.free()):
        return Refused(_why(gathering, found), hints=[_("No other slot is free for all of you.")])
    return Refused(_why(gathering, found), hints=[free_words(gathering, free)])


def no_slot(gathering: Gathering, start: datetime) -> Refused:
    """At this time nobody meets, whoever is free: which slots could be had."""
    told = {"when": when(start, gathering.zone)}
    free = gathering.free()
    return Refused(
        _("There is no slot of that length at %(when)s.") % told, hints=[free_words(gathering, free)] if free else []
    )


def free_words(gathering: Gathering, free: Sequence[Slot]) -> str:
    """Free for all of you: Tue 5 May 10:20 and 10:40. The desk reads it of others."""
    times = {"times": _times(gathering, free)}
    if gathering.desk_reads:
        return _("Free for all of them: %(times)s.") % times
    return _("Free for all of you: %(times)s.") % times


def _why(gathering: Gathering, found: Obstacle) -> str:
    if isinstance(found, Begun):
        return _("The slot at %(when)s has begun.") % {"when": when(found.slot.span.start, gathering.zone)}
    return next(_lines(gathering, [found]))


def _lines(gathering: Gathering, obstacles: Sequence[Obstacle]) -> Iterator[str]:
    """One line a reason, what is yours to change first."""
    reader = None if not gathering.desk_reads else gathering.you.name
    unticked = [found for found in obstacles if isinstance(found, NoCommonRound)]
    yield from _unticked(gathering, reader, [found.slot for found in unticked if not found.ticked_by_you])
    yield from (_busy_line(gathering, reader, found) for found in obstacles if isinstance(found, YouAreBusy))
    for who, other in enumerate(gathering.others):
        missing = [found.slot for found in unticked if found.ticked_by_you and found.who == who]
        yield from _unticked(gathering, other.name, missing)
        if slots := [found.slot for found in obstacles if isinstance(found, TheyAreBusy) and found.who == who]:
            yield _("%(name)s is busy at %(times)s.") % {"name": other.name, "times": _times(gathering, slots)}
    yield from _gate_lines(gathering, [found for found in obstacles if isinstance(found, Gated)])
    yield from _limit_lines(gathering, reader, obstacles)
    if slots := [found.slot for found in obstacles if isinstance(found, TablesTaken)]:
        yield _("All tables are taken at %(times)s.") % {"times": _times(gathering, slots)}
    if gathering.bridging and (slots := [found.slot for found in obstacles if isinstance(found, NoInterpreter)]):
        words = {"languages": gathering.bridging.between, "times": _times(gathering, slots)}
        yield _("No interpreter is free at %(times)s: %(languages)s.") % words


def _gate_lines(gathering: Gathering, gated: Sequence[Gated]) -> Iterator[str]:
    """One for each round and reason; the times that were named are listed, for they can be taken."""
    for opened, gate in dict.fromkeys((found.slot.round, found.gate) for found in gated):
        words = {"round": gathering.rounds[opened], "name": gathering.others[0].name if gathering.others else ""}
        match gate:
            case Gate.NOT_OPEN:
                yield _("Booking of “%(round)s” has not opened yet.") % words
            case Gate.CLOSED:
                yield _("Booking of “%(round)s” is closed: the organisers can still help.") % words
            case Gate.SCHEDULE:
                yield _("The organisers give the times of “%(round)s”: agree, and one comes with the schedule.") % words
            case Gate.NOT_NAMED:
                yield _("In “%(round)s” the request names other times.") % words


def _limit_lines(gathering: Gathering, reader: str | None, obstacles: Sequence[Obstacle]) -> Iterator[str]:
    for who in (None, *range(len(gathering.others))):
        name = reader if who is None else gathering.others[who].name
        full = [found.slot for found in obstacles if isinstance(found, RoundFull) and found.who == who]
        for opened in dict.fromkeys(slot.round for slot in full):
            yield _round_full(name) % {"name": name, "round": gathering.rounds[opened]}
        if close := [found.slot for found in obstacles if isinstance(found, TooClose) and found.who == who]:
            yield _too_close(name) % {"name": name, "times": _times(gathering, close)}


def _round_full(name: str | None) -> str:
    if name is None:
        return _("You have as many meetings in “%(round)s” as you may.")
    return _("%(name)s has as many meetings in “%(round)s” as they may.")


def _too_close(name: str | None) -> str:
    if name is None:
        return _("Between your meetings you have a break at %(times)s.")
    return _("Between meetings %(name)s has a break at %(times)s.")


def _unticked(gathering: Gathering, name: str | None, slots: Sequence[Slot]) -> Iterator[str]:
    """`name` is None for the reader."""
    for opened in dict.fromkeys(slot.round for slot in slots):
        words = {"name": name, "round": gathering.rounds[opened]}
        if name is None:
            yield _("You have not ticked “%(round)s”: tick it, and you can be met there.") % words
        else:
            yield _("%(name)s does not meet in “%(round)s”.") % words


def _busy_line(gathering: Gathering, name: str | None, found: YouAreBusy) -> str:
    words = {"name": name, "when": when(found.slot.span.start, gathering.zone), "title": found.busy.title}
    if name is not None:
        return _("%(name)s is busy at %(when)s.") % words
    return _your_business(found.busy) % words


def _your_business(busy: Busy) -> str:
    match busy.what:
        case Occupation.BLOCK:
            return _("You keep %(when)s free.")
        case Occupation.MEETING if busy.title:
            return _("You meet %(title)s at %(when)s.")
        case Occupation.SESSION if busy.title:
            return _("You are in “%(title)s” at %(when)s.")
    return _("You are busy at %(when)s.")


def _times(gathering: Gathering, slots: Sequence[Slot]) -> str:
    """Tue 5 May 10:20, 10:40 and Wed 6 May 9:00"""
    times = [when(slot.span.start, gathering.zone) for slot in slots]
    if len(times) > NAMED:
        return _("%(times)s and more") % {"times": ", ".join(times[:NAMED])}
    return several(times)
