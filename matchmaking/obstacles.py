"""Says why two people cannot meet, and when they can: the words for `availability`'s obstacles."""

from collections.abc import Iterator, Sequence

from app.errors import Refused
from app.i18n import _
from app.wording import several, when
from matchmaking.availability import (
    Begun,
    Busy,
    NoCommonRound,
    Obstacle,
    Occupation,
    Slot,
    TablesTaken,
    TheyAreBusy,
    YouAreBusy,
)
from matchmaking.pair import Pair

NAMED = 6  # times in one sentence; more are only said to be there


def nothing_free(pair: Pair) -> Refused:
    """There is no slot at all: every reason once."""
    found = [one for one in pair.obstacles() if not isinstance(one, Begun)]
    if not pair.slots:
        return Refused(_("The organisers have not opened any meeting rounds yet."))
    if not found:
        return Refused(_("The last meeting slot has begun; there is no time left."))
    names = {"one": pair.you.name, "other": pair.they.name}
    if pair.desk_reads:
        return Refused(_("%(one)s and %(other)s have no free slot in common.") % names, hints=list(_lines(pair, found)))
    return Refused(_("You and %(other)s have no free slot in common.") % names, hints=list(_lines(pair, found)))


def not_then(pair: Pair, found: Obstacle) -> Refused:
    """This slot is not free: why, and which are."""
    if not (free := pair.free()):
        return Refused(_why(pair, found), hints=[_("No other slot is free for both of you.")])
    return Refused(_why(pair, found), hints=[_("Free for both of you: %(times)s.") % {"times": _times(pair, free)}])


def _why(pair: Pair, found: Obstacle) -> str:
    if isinstance(found, Begun):
        return _("The slot at %(when)s has begun.") % {"when": when(found.slot.span.start, pair.zone)}
    return next(_lines(pair, [found]))


def _lines(pair: Pair, obstacles: Sequence[Obstacle]) -> Iterator[str]:
    """One line a reason, what is yours to change first."""
    reader = None if not pair.desk_reads else pair.you.name
    unticked = [found for found in obstacles if isinstance(found, NoCommonRound)]
    yield from _unticked(pair, reader, [found.slot for found in unticked if not found.ticked_by_you])
    yield from (_busy_line(pair, reader, found) for found in obstacles if isinstance(found, YouAreBusy))
    yield from _unticked(pair, pair.they.name, [found.slot for found in unticked if found.ticked_by_you])
    if slots := [found.slot for found in obstacles if isinstance(found, TheyAreBusy)]:
        yield _("%(name)s is busy at %(times)s.") % {"name": pair.they.name, "times": _times(pair, slots)}
    if slots := [found.slot for found in obstacles if isinstance(found, TablesTaken)]:
        yield _("All tables are taken at %(times)s.") % {"times": _times(pair, slots)}


def _unticked(pair: Pair, name: str | None, slots: Sequence[Slot]) -> Iterator[str]:
    """`name` is None for the reader."""
    for opened in dict.fromkeys(slot.round for slot in slots):
        words = {"name": name, "round": pair.rounds[opened]}
        if name is None:
            yield _("You have not ticked “%(round)s”: tick it, and you can be met there.") % words
        else:
            yield _("%(name)s does not meet in “%(round)s”.") % words


def _busy_line(pair: Pair, name: str | None, found: YouAreBusy) -> str:
    words = {"name": name, "when": when(found.slot.span.start, pair.zone), "title": found.busy.title}
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


def _times(pair: Pair, slots: Sequence[Slot]) -> str:
    """Tue 5 May 10:20, 10:40 and Wed 6 May 9:00"""
    times = [when(slot.span.start, pair.zone) for slot in slots]
    if len(times) > NAMED:
        return _("%(times)s and more") % {"times": ", ".join(times[:NAMED])}
    return several(times)
