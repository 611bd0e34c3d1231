"""What an event's meetings came to, for the desk and its funder: in all, by pilot and by region."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from app.wording import alphabetical, country
from events.models import Event, Participant
from events.networks.models import Pilot
from matchmaking.marketplace.models import Origin
from matchmaking.models import Meeting, MeetingStatus
from matchmaking.outcomes.models import Outcome
from matchmaking.outcomes.verdict import Said, Verdict, useful, verdict
from matchmaking.overview import whole
from matchmaking.parties import principals
from matchmaking.profile_models import Interest


@dataclass(frozen=True, slots=True)
class Result:
    """One meeting that had a time which is over, and what its people said."""

    meeting: Meeting
    people: Sequence[Participant]  # who talked; an interpreter is none of them
    said: Sequence[Outcome]
    pilots: frozenset[int]  # of the opportunity it came of or the group it was, else those that its first two share

    @property
    def verdict(self) -> Verdict:
        return verdict([one.said for one in self.said])

    @property
    def regions(self) -> dict[int, str]:
        """Of its people, by id."""
        houses = [one.organisation for one in self.people if one.organisation]
        return {house.region_id: f"{house.region.name}, {country(house.region.country)}" for house in houses}


@dataclass(frozen=True, slots=True)
class Line:
    """A group of meetings. Those that nobody spoke of count as neither held nor missed."""

    name: str
    meetings: int
    held: int
    missed: int
    disputed: int
    useful: int
    follow_ups: int
    interregional: int

    @property
    def unknown(self) -> int:
        return self.meetings - self.held - self.missed - self.disputed


@dataclass(frozen=True, slots=True)
class Report:
    total: Line
    by_pilot: Sequence[Line]  # a meeting on two pilots counts in both
    by_region: Sequence[Line]  # a meeting of two regions counts in both


async def report(event: Event, *, now: datetime, no_pilot: str, total: str) -> Report:
    """`no_pilot` and `total` name those lines."""
    found = await results(event, now=now)
    pilots = {one.id: one.code for one in await Pilot.filter(network_id=event.network_id).order_by("position", "id")}
    regions = {id: name for result in found for id, name in result.regions.items()}
    by_pilot = [_line(name, found, lambda one, id=id: id in one.pilots) for id, name in pilots.items()]  # type: ignore[misc]
    without = _line(no_pilot, found, lambda one: not one.pilots)
    by_region = [_line(name, found, lambda one, id=id: id in one.regions) for id, name in regions.items()]  # type: ignore[misc]
    return Report(
        total=_line(total, found, lambda one: True),
        by_pilot=[line for line in (*by_pilot, without) if line.meetings],
        by_region=sorted(by_region, key=lambda line: (-line.meetings, alphabetical(line.name))),
    )


async def results(event: Event, *, now: datetime) -> list[Result]:
    """In order of time. Six queries, whatever their number."""
    over = Meeting.filter(event=event, status=MeetingStatus.ACCEPTED, slot__end__lte=now)
    meetings = await whole(over).order_by("slot__start", "id")
    said: dict[int, list[Outcome]] = {}
    for outcome in await Outcome.filter(meeting__event=event).select_related("participant").order_by("id"):
        said.setdefault(outcome.meeting_id, []).append(outcome)
    origins = dict(await Origin.filter(meeting__event=event).values_list("meeting_id", "opportunity__pilot_id"))
    groups = Meeting.filter(event=event, group_id__isnull=False)
    origins |= dict(await groups.values_list("id", "group__demo_case__pilot_id"))
    work: dict[int, set[int]] = {}
    for participant, pilot in await Interest.filter(profile__participant__event=event).values_list(
        "profile__participant_id", "pilot_id"
    ):
        work.setdefault(participant, set()).add(pilot)
    return [
        Result(one, principals(one), said.get(one.id, ()), _pilots(one, origins.get(one.id), work)) for one in meetings
    ]


def _pilots(meeting: Meeting, origin: int | None, work: dict[int, set[int]]) -> frozenset[int]:
    if origin:
        return frozenset({origin})
    return frozenset(work.get(meeting.asker_id, set()) & work.get(meeting.invitee_id, set()))


def _line(name: str, results: Iterable[Result], belongs: Callable[[Result], bool]) -> Line:
    mine = [one for one in results if belongs(one)]
    verdicts = [one.verdict for one in mine]
    said = [[outcome.said for outcome in one.said] for one in mine]
    return Line(
        name=name,
        meetings=len(mine),
        held=verdicts.count(Verdict.HELD),
        missed=verdicts.count(Verdict.MISSED),
        disputed=verdicts.count(Verdict.DISPUTED),
        useful=sum(useful(one) for one in said),
        follow_ups=sum(Said.FOLLOW_UP in one for one in said),
        interregional=sum(len(one.regions) > 1 for one in mine),
    )
