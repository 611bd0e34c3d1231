"""What an office's clients came to, for whoever pays for it: realised meetings, outcomes, and half a year on."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from app.i18n import _, later
from app.sheets import sheet
from app.texts import said
from app.wording import alphabetical, country
from events.models import Event, Participant
from events.networks.support.models import Client, Office
from matchmaking.models import Meeting, MeetingStatus
from matchmaking.outcomes.report import Result, results
from matchmaking.outcomes.verdict import Said, Verdict, useful
from matchmaking.parties import of_persons
from matchmaking.support.models import CameOf, FollowUp
from matchmaking.wording import houses_of

WORDS = {
    Verdict.HELD: later("realised"),
    Verdict.MISSED: later("did not take place"),
    Verdict.DISPUTED: later("they disagree"),
    Verdict.UNKNOWN: later("nobody said"),
}


@dataclass(frozen=True, slots=True)
class Ours:
    """A meeting that is over, with the office's clients in it and the others."""

    result: Result
    clients: tuple[Participant, ...]
    partners: tuple[Participant, ...]

    @property
    def event(self) -> Event:
        return self.result.meeting.event

    @property
    def day(self) -> date:
        assert self.result.meeting.slot
        return self.result.meeting.slot.start.astimezone(self.event.tz).date()

    @property
    def said(self) -> list[Said]:
        """By the clients; what their partners said counts in the verdict alone."""
        ids = {one.id for one in self.clients}
        return [one.said for one in self.result.said if one.participant_id in ids]


@dataclass(frozen=True, slots=True)
class Line:
    event: Event
    clients: int  # who had a meeting
    meetings: int
    held: int
    missed: int
    open: int  # nobody said, or they disagree
    useful: int  # for a client
    follow_ups: int  # agreed, says a client
    abroad: int  # with somebody of another country


@dataclass(frozen=True, slots=True)
class OfficeReport:
    lines: Sequence[Line]
    answers: Mapping[CameOf, int]
    asked: int
    answered: int


async def office_report(office: Office, *, now: datetime) -> OfficeReport:
    found = await ours(office, now=now)
    events = {one.event.id: one.event for one in found}
    asked = await _follow_ups(office)
    answers = Counter(one.came_of for one in asked if one.came_of)
    return OfficeReport(
        lines=[_line(event, [one for one in found if one.event.id == id]) for id, event in events.items()],
        answers={came_of: answers[came_of] for came_of in CameOf},
        asked=len(asked),
        answered=sum(answers.values()),
    )


async def ours(office: Office, *, now: datetime) -> list[Ours]:
    """Meetings of the office's clients that are over, the newest event first, then in order of time."""
    clients = {one.person_id for one in await Client.filter(office=office)}
    over = Meeting.filter(of_persons(list(clients)), status=MeetingStatus.ACCEPTED, slot__end__lte=now)
    ids = {one.event_id for one in await over} if clients else set()
    events = await Event.filter(id__in=list(ids)).order_by("-last_day", "-id")
    return [one for event in events for result in await results(event, now=now) if (one := _ours(result, clients))]


async def meetings_sheet(office: Office, *, now: datetime) -> bytes:
    """One row a meeting, in the language being served; notes of either side are not in it."""
    head = [_("Event"), _("Day"), _("Start"), _("Clients"), _("Organisation"), _("Partners"), _("Organisation")]
    head += [_("Region"), _("Result"), _("The client says")]
    return sheet(head, [_row(one) for one in await ours(office, now=now)])


async def follow_ups_sheet(office: Office) -> bytes:
    head = [_("Event"), _("Client"), _("Organisation"), _("Asked on"), _("Answered"), _("What came of it"), _("Note")]
    return sheet(
        head,
        [
            (
                said(one.participant.event, "title"),
                one.participant.name,
                houses_of([one.participant]),
                f"{one.asked_at:%Y-%m-%d}",
                f"{one.answered_at:%Y-%m-%d}" if one.answered_at else "",
                _(one.came_of.value) if one.came_of else "",
                one.note,
            )
            for one in await _follow_ups(office)
        ],
    )


async def _follow_ups(office: Office) -> list[FollowUp]:
    """Asked of those who are its clients now."""
    found = FollowUp.filter(participant__person__client__office_id=office.id)
    return await found.order_by("id").select_related("participant__event", "participant__organisation__region")


def _ours(result: Result, clients: set[int]) -> Ours | None:
    mine = tuple(one for one in result.people if one.person_id in clients)
    others = tuple(one for one in result.people if one.person_id not in clients)
    return Ours(result, mine, others) if mine else None


def _line(event: Event, found: Sequence[Ours]) -> Line:
    verdicts = Counter(one.result.verdict for one in found)
    return Line(
        event=event,
        clients=len({client.id for one in found for client in one.clients}),
        meetings=len(found),
        held=verdicts[Verdict.HELD],
        missed=verdicts[Verdict.MISSED],
        open=verdicts[Verdict.UNKNOWN] + verdicts[Verdict.DISPUTED],
        useful=sum(useful(one.said) for one in found),
        follow_ups=sum(Said.FOLLOW_UP in one.said for one in found),
        abroad=sum(len(_countries(one.result.people)) > 1 for one in found),
    )


def _row(one: Ours) -> tuple[str, ...]:
    slot = one.result.meeting.slot
    assert slot
    return (
        said(one.event, "title"),
        f"{one.day:%Y-%m-%d}",
        f"{slot.start.astimezone(one.event.tz):%H:%M}",
        ", ".join(each.name for each in one.clients),
        houses_of(one.clients),
        ", ".join(each.name for each in one.partners),
        houses_of(one.partners),
        ", ".join(sorted(_places(one.partners), key=alphabetical)),
        _(WORDS[one.result.verdict]),
        ", ".join(dict.fromkeys(_(said.value) for said in one.said)),
    )


def _places(several: Iterable[Participant]) -> set[str]:
    regions = [one.organisation.region for one in several if one.organisation]
    return {f"{region.name}, {country(region.country)}" for region in regions}


def _countries(several: Iterable[Participant]) -> set[str]:
    return {one.organisation.region.country for one in several if one.organisation}
