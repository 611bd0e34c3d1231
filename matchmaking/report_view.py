"""The quality of a draft as the desk reads it: beside today and first-fit, and how many people wait how often."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from app.i18n import _
from events.models import Participant
from matchmaking.charts import MOST_BARS, Bar, histogram
from matchmaking.scheduler.quality import Measures, Report


@dataclass(frozen=True, slots=True)
class Timetable:
    """One column of the comparison; `worst` is a name, "" where nobody waits."""

    name: str
    measures: Measures
    worst: str

    @property
    def worst_breaks(self) -> int:
        return self.measures.worst_off.breaks if self.measures.worst_off else 0

    def people(self, breaks: int, *, more: bool) -> int:
        """How many have so many breaks, or `more`."""
        each = self.measures.breaks_each
        return sum(each[breaks:]) if more else sum(each[breaks : breaks + 1])


@dataclass(frozen=True, slots=True)
class ReportView:
    """`waits` are rows of breaks, whether more are meant too, and how many people have them in each timetable."""

    report: Report
    timetables: tuple[Timetable, ...]
    bars: tuple[Bar, ...]
    waits: tuple[tuple[int, bool, tuple[int, ...]], ...]


async def report_view(report: Report) -> ReportView:
    """One query."""
    names = await _names(each for each in (report.plan, report.today, report.first_fit) if each)
    timetables = [_timetable(_("This draft"), report.plan, names)]
    if report.today:
        timetables.append(_timetable(_("Today"), report.today, names))
    timetables.append(_timetable(_("First-fit"), report.first_fit, names))
    return ReportView(report, tuple(timetables), histogram(report.plan.breaks_each), tuple(_waits(timetables)))


async def _names(measured: Iterable[Measures]) -> Mapping[int, str]:
    ids = {one.worst_off.participant for one in measured if one.worst_off}
    return {one.id: one.name for one in await Participant.filter(id__in=ids)}


def _timetable(name: str, measures: Measures, names: Mapping[int, str]) -> Timetable:
    worst = measures.worst_off
    return Timetable(name, measures, names.get(worst.participant, "") if worst and worst.breaks else "")


def _waits(timetables: list[Timetable]) -> Iterable[tuple[int, bool, tuple[int, ...]]]:
    values = max(len(one.measures.breaks_each) for one in timetables)
    for breaks in range(min(values, MOST_BARS)):
        more = values > MOST_BARS and breaks == MOST_BARS - 1
        yield breaks, more, tuple(one.people(breaks, more=more) for one in timetables)
