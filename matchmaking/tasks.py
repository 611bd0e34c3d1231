"""What waits for people at a brokerage event: answers, messages, profiles, times; and the desk's steps from the first
round to what the meetings came to."""

from collections import Counter
from collections.abc import Sequence
from datetime import datetime

from app.i18n import _, ngettext
from app.wording import clock, deadline
from events.models import Event, Participant, ParticipantStatus, ParticipantType
from events.tasks import Stage, State, Step, Task, state_of
from events.waiting.models import WaitState
from matchmaking.draft_models import Draft, DraftState
from matchmaking.figures import profile_counts
from matchmaking.messages.models import Message, Report, ReportState
from matchmaking.models import Meeting, MeetingStatus
from matchmaking.outcomes.models import Outcome
from matchmaking.overview import counts
from matchmaking.parties import of_participants, people, with_people
from matchmaking.profile_models import Profile, ProfileStatus
from matchmaking.proposing import proposed_among, unanswered
from matchmaking.round_models import Availability, Round
from matchmaking.waitlist.models import MeetingWait


async def steps(event: Event, now: datetime) -> Sequence[Step]:
    """Nine queries, whatever the event's size."""
    if not event.nature.meetings:
        return []
    meetings = await counts(event)
    return [
        *await _of_people(event),
        *await _of_rounds(event),
        *await _of_meetings(event, meetings),
        await _of_outcomes(event, now),
    ]


async def _of_people(event: Event) -> Sequence[Step]:
    pending = (await profile_counts(event))[ProfileStatus.PENDING.value]
    reports = await Report.filter(event=event, state=ReportState.OPEN).count()
    found = [
        Step(
            Stage.PEOPLE, "profiles", _("Read profiles"),
            ngettext("%(n)s profile waits for approval.", "%(n)s profiles wait for approval.", pending) % {"n": pending}
            if pending
            else _("No profile is waiting."),
            state_of(done=not pending, now=bool(pending)),
        ),
    ]  # fmt: skip
    if reports:
        sentence = ngettext("%(n)s report about somebody is open.", "%(n)s reports about somebody are open.", reports)
        found.append(Step(Stage.PEOPLE, "reports", _("Look at reports"), sentence % {"n": reports}, State.NOW))
    return found


async def _of_rounds(event: Event) -> Sequence[Step]:
    types = await ParticipantType.filter(event=event).count()
    rounds = await Round.filter(event=event).count()
    return [
        Step(
            Stage.MEETINGS, "rules", _("Say who meets whom"),
            ngettext("%(n)s type of participants.", "%(n)s types of participants.", types) % {"n": types}
            if types
            else _("Everybody may ask everybody."),
            state_of(done=bool(types), now=False),
        ),
        Step(
            Stage.MEETINGS, "rounds", _("Open meeting rounds"),
            ngettext("%(n)s round so far.", "%(n)s rounds so far.", rounds) % {"n": rounds},
            state_of(done=bool(rounds), now=True),
        ),
    ]  # fmt: skip


async def _of_meetings(event: Event, meetings: dict[str, int]) -> Sequence[Step]:
    requested, waiting, placed = (meetings.get(state, 0) for state in ("requested", "waiting", "placed"))
    ready = await Draft.filter(event=event, state=DraftState.READY).exists()
    return [
        Step(
            Stage.MEETINGS, "meetings?state=requested", _("Watch the requests"),
            ngettext("%(n)s request waits for an answer.", "%(n)s requests wait for an answer.", requested)
            % {"n": requested},
            state_of(done=bool(requested + waiting + placed) and not requested, now=False),
        ),
        Step(
            Stage.MEETINGS, "drafts", _("Give every meeting a time"),
            ngettext("%(n)s meeting waits for a time.", "%(n)s meetings wait for a time.", waiting) % {"n": waiting}
            if waiting
            else ngettext("%(n)s meeting has its time.", "%(n)s meetings have their time.", placed) % {"n": placed},
            state_of(done=bool(placed) and not waiting, now=bool(waiting)),
        ),
        *([Step(
            Stage.MEETINGS, "drafts", _("Release the schedule"),
            _("A draft is ready. Nobody is told before it is released."), State.NOW,
        )] if ready else []),
    ]  # fmt: skip


async def _of_outcomes(event: Event, now: datetime) -> Step:
    over = await Meeting.filter(event=event, status=MeetingStatus.ACCEPTED, slot__end__lte=now).count()
    told = len({one.meeting_id for one in await Outcome.filter(meeting__event=event)})
    sentence = _("Somebody has said what became of %(told)d of %(over)d meetings.") % {"told": told, "over": over}
    if not over:
        sentence = _("No meeting is over yet.")
    ended = now.astimezone(event.tz).date() > event.last_day
    state = state_of(done=bool(over) and told >= over, now=bool(over) and ended)
    return Step(Stage.AFTER, "outcomes", _("See what the meetings came to"), sentence, state)


async def tasks(participants: Sequence[Participant], now: datetime) -> Sequence[Task]:
    """Nine queries, whatever their number. Each has its event at hand."""
    mine = [one for one in participants if one.event.nature.meetings]
    approved = [one for one in mine if one.status == ParticipantStatus.APPROVED]
    if not mine:
        return []
    return [
        *await _offers(approved, now),
        *await _requests(approved, now),
        *await _messages(approved),
        *await _profiles(mine),
        *await _times(mine, now),
        *await _outcomes(approved, now),
    ]


async def _offers(participants: Sequence[Participant], now: datetime) -> Sequence[Task]:
    """Times that are kept for their meetings for a while."""
    kept = MeetingWait.filter(waiter_id__in=_ids(participants), state=WaitState.OFFERED, until__gt=now)
    zones = {one.event_id: one.event.tz for one in participants}
    found = []
    for one in await kept.order_by("until").select_related("meeting"):
        event = one.meeting.event_id
        sentence = _("It is kept for you until %(time)s.") % {"time": clock(one.until or now, zones[event])}
        found.append(Task(event, "waiting", _("Take the time that is free for a meeting"), sentence))
    return found


async def _requests(participants: Sequence[Participant], now: datetime) -> Sequence[Task]:
    """Requests that nobody has answered, and other times that were proposed."""
    wishes = await proposed_among(participants, now=now)
    asked = Meeting.filter(unanswered(now), invitee_id__in=_ids(participants))
    until: dict[int, list[datetime | None]] = {}
    for invitee, expires in await asked.values_list("invitee_id", "expires_at"):
        until.setdefault(invitee, []).append(expires)
    proposed = Counter(one.asked.id for one in wishes)
    requests = [
        Task(one.event_id, "meetings", _("Answer requests"), _waiting(one, until[one.id]))
        for one in participants
        if one.id in until
    ]
    others = [
        Task(
            one.event_id, "meetings", _("Look at another time"),
            ngettext("%(n)s person proposes it.", "%(n)s people propose one.", proposed[one.id])
            % {"n": proposed[one.id]},
        )
        for one in participants
        if proposed[one.id]
    ]  # fmt: skip
    return requests + others


def _waiting(participant: Participant, until: Sequence[datetime | None]) -> str:
    words = ngettext("%(n)s person would like to meet you.", "%(n)s people would like to meet you.", len(until))
    words %= {"n": len(until)}
    first = min((instant for instant in until if instant), default=None)
    if first is None:
        return words
    return f"{words} " + _("The first request ends %(deadline)s.") % {"deadline": deadline(first, participant.event.tz)}


async def _messages(participants: Sequence[Participant]) -> Sequence[Task]:
    found = Message.filter(recipient_id__in=_ids(participants), read_at__isnull=True)
    unread = Counter(recipient for (recipient,) in await found.values_list("recipient_id"))
    return [
        Task(
            one.event_id, "messages", _("Read messages"),
            ngettext("%(n)s message is new.", "%(n)s messages are new.", unread[one.id]) % {"n": unread[one.id]},
        )
        for one in participants
        if unread[one.id]
    ]  # fmt: skip


async def _profiles(participants: Sequence[Participant]) -> Sequence[Task]:
    profiles = {one.participant_id: one for one in await Profile.filter(participant_id__in=_ids(participants))}
    found = []
    for one in participants:
        profile = profiles.get(one.id)
        if profile is None:
            sentence = _("Others find you by what you offer and seek.")
            found.append(Task(one.event_id, "profile", _("Write your profile"), sentence))
        elif profile.status == ProfileStatus.RETURNED:
            found.append(Task(one.event_id, "profile", _("Complete your profile"), profile.status_reason))
    return found


async def _times(participants: Sequence[Participant], now: datetime) -> Sequence[Task]:
    events = [one.event_id for one in participants]
    coming = {event for (event,) in await Round.filter(event_id__in=events, end__gt=now).values_list("event_id")}
    ticks = Availability.filter(participant_id__in=_ids(participants))
    ticked = {participant for (participant,) in await ticks.values_list("participant_id")}
    return [
        Task(one.event_id, "availability", _("Say when you can be met"), _("Tick the rounds you come to."))
        for one in participants
        if one.event_id in coming and one.id not in ticked
    ]


async def _outcomes(participants: Sequence[Participant], now: datetime) -> Sequence[Task]:
    mine = _ids(participants)
    over = Meeting.filter(of_participants(mine), status=MeetingStatus.ACCEPTED, slot__end__lte=now)
    said = {(one.meeting_id, one.participant_id) for one in await Outcome.filter(participant_id__in=mine)}
    untold = Counter(
        one.id for meeting in await with_people(over) for one in people(meeting) if (meeting.id, one.id) not in said
    )
    return [
        Task(
            one.event_id, "meetings", _("Say what became of your meetings"),
            ngettext("%(n)s meeting is over.", "%(n)s meetings are over.", untold[one.id]) % {"n": untold[one.id]},
        )
        for one in participants
        if untold[one.id]
    ]  # fmt: skip


def _ids(participants: Sequence[Participant]) -> list[int]:
    return [one.id for one in participants]
