"""The page between a change and its doing: everything that it would break, and a button that sends the same again."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass

from starlette.requests import Request
from starlette.responses import Response

from app.i18n import _, ngettext
from app.web import json, wants_json
from app.wording import when
from events.models import Event
from events.pages import desk_page
from events.scope import Place
from matchmaking.breakage import Breakage, Breaks, Fate, Hit, Why
from matchmaking.models import Meeting
from matchmaking.parties import with_people
from matchmaking.wording import names_of

SHOWN = 60  # meetings of one fate: the rest is counted


@dataclass(frozen=True, slots=True)
class Line:
    """A meeting that the change concerns: its number, who meets, when it is now, and why."""

    meeting: int
    names: str
    when: str
    why: str


@dataclass(frozen=True, slots=True)
class Part:
    """All meetings of one fate."""

    fate: str
    title: str
    lines: Sequence[Line]
    more: int


async def confirm(request: Request, place: Place, breaks: Breaks, *, title: str, back: str) -> Response:
    """409: what would happen, with what was posted in the form, ready to be sent with the mark of this list. Programs
    read the same, and send the mark as `seen`."""
    parts = await _parts(breaks.breakage, place.event)
    if wants_json(request):
        told = {"error": str(breaks), "hints": breaks.hints, "seen": breaks.breakage.mark}
        return json({**told, "breaks": [asdict(part) for part in parts]}, status=409)
    posted = await request.form(max_fields=500)
    return desk_page(
        request,
        place,
        "matchmaking/desk_breakage.html",
        status=409,
        title=title,
        sentence=str(breaks),
        parts=parts,
        ticks=_ticks(breaks.breakage.ticks),
        posted=[(name, str(value)) for name, value in posted.multi_items() if name != "seen"],
        mark=breaks.breakage.mark,
        action=request.url.path,
        back=back,
    )


async def _parts(breakage: Breakage, event: Event) -> list[Part]:
    found = Meeting.filter(id__in=[hit.meeting for hit in breakage.hits])
    meetings = {one.id: one for one in await with_people(found).select_related("slot")}
    parts = []
    for fate in reversed(Fate):
        hits = [hit for hit in breakage.of(fate) if hit.meeting in meetings]
        lines = [_line(hit, meetings[hit.meeting], event) for hit in hits[:SHOWN]]
        if lines:
            leaving = any(hit.why is Why.LEAVES for hit in hits)
            title = _called_off(len(hits)) if leaving else _title(fate, len(hits))
            parts.append(Part(fate.value, title, lines, len(hits) - len(lines)))
    return parts


def _line(hit: Hit, meeting: Meeting, event: Event) -> Line:
    at = when(meeting.slot.start, event.tz) if meeting.slot else ""
    return Line(meeting.id, names_of(meeting), at, _why(hit.why))


def _title(fate: Fate, count: int) -> str:
    match fate:
        case Fate.CANCELLED:
            words = ngettext("%(count)d request is withdrawn", "%(count)d requests are withdrawn", count)
        case Fate.WAITING:
            words = ngettext("%(count)d meeting waits for a new time", "%(count)d meetings wait for a new time", count)
        case Fate.MOVED:
            words = ngettext("%(count)d meeting changes its place", "%(count)d meetings change their place", count)
        case Fate.KEPT:
            words = ngettext("%(count)d stays as it is", "%(count)d stay as they are", count)
    return words % {"count": count}


def _called_off(count: int) -> str:
    words = ngettext(
        "%(count)d meeting or request is called off", "%(count)d meetings and requests are called off", count
    )
    return words % {"count": count}


def _why(why: Why) -> str:
    return {
        Why.SLOT: _("this time is no slot any more"),
        Why.ROUND: _("the round goes"),
        Why.TABLE: _("the table goes, or is somebody’s own"),
        Why.PLACE: _("the round is somewhere else"),
        Why.TYPE: _("somebody’s type does not meet in this round any more"),
        Why.RULE: _("the rules forbid it now"),
        Why.AGREED: _("the rules forbid it now, and they had agreed before"),
        Why.TIMES: _("a time that the request names goes"),
        Why.SCHEDULE: _("it names times, which the organisers give from now on"),
        Why.LEAVES: _("too few remain"),
        Why.GOES_ON: _("the others go on"),
    }[why]


def _ticks(count: int) -> str:
    words = ngettext(
        "%(count)d participant can no longer be met in it.", "%(count)d participants can no longer be met in it.", count
    )
    return words % {"count": count} if count else ""
