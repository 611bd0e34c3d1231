"""Half a year after an event an office's clients are asked, once, what came of their meetings; the office reads it."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from tortoise.expressions import Q, Subquery
from tortoise.queryset import QuerySet

from app import outbox
from app.config import Settings
from app.errors import NotFound
from app.i18n import _, speaking
from app.journal import changing
from app.models import Mail, Person
from app.texts import said
from events.models import Event, Participant, ParticipantStatus
from events.networks.digests import DAYTIME
from events.networks.support.models import Client
from events.networks.wording import ZONE
from matchmaking.models import Meeting, MeetingStatus, Seat
from matchmaking.support.letters import SCOPE, office_letter
from matchmaking.support.models import CameOf, FollowUp

HALF_A_YEAR = timedelta(days=182)
TOO_LATE = timedelta(days=365)
LOOK = timedelta(minutes=10)
A_ROUND = 50


class Asking:
    """The worker: looks every ten minutes in the daytime."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.next = datetime.min.replace(tzinfo=UTC)

    async def work(self) -> bool:
        now = datetime.now(UTC)
        if now < self.next or now.astimezone(ZONE).hour not in DAYTIME:
            return False
        asked = await ask(await due(now=now), self.settings, now=now)
        if asked < A_ROUND:
            self.next = now + LOOK
        return asked > 0


async def due(*, now: datetime) -> list[Participant]:
    """Clients who had a meeting at an event that ended half a year ago, and were not asked yet."""
    ended = (now - TOO_LATE).date(), (now - HALF_A_YEAR).date()
    of_then = _unasked().filter(_have_met(), event__last_day__gte=ended[0], event__last_day__lte=ended[1])
    return await of_then.order_by("id").limit(A_ROUND)


async def ask(found: Sequence[Participant], settings: Settings, *, now: datetime) -> int:
    """Ask each on their account page, and by mail whoever takes such mails; how many. Another worker may have been
    faster, and somebody may have left their office meanwhile."""
    asked = 0
    for participant in found:
        async with changing(SCOPE, by="worker") as changes:
            current = await _unasked().filter(id=participant.id).select_related("event", "person").first()
            client = await Client.get_or_none(person_id=participant.person_id).select_related("office__organisation")
            if current is None or client is None or client.office is None or current.person is None:
                continue
            question = await FollowUp.create(participant=current, asked_at=changes.at)
            if current.person.support_mails:
                office = client.office.organisation.name
                mail = _mail(question, current.person, current.event, office, settings, now)
                await outbox.post_all([mail])
            changes.record("follow_up.asked", question, topics=[], data={"participant": current.id})
            asked += 1
    return asked


async def answer(question: FollowUp, came_of: CameOf, *, note: str, by: Person) -> None:
    """Saying it again replaces what was said."""
    async with changing(SCOPE, by=by) as changes:
        current = await FollowUp.get_or_none(id=question.id, participant__person_id=by.id)
        if current is None:
            raise NotFound
        current.came_of, current.note, current.answered_at = came_of, note, changes.at
        await current.save()
        changes.record("follow_up.answered", current, topics=[], data={"came_of": came_of.value})


async def open_questions(person: Person) -> list[FollowUp]:
    """Those that this person has not answered."""
    found = FollowUp.filter(participant__person_id=person.id, answered_at__isnull=True)
    return await found.order_by("id").select_related("participant__event")


def _unasked() -> QuerySet[Participant]:
    return Participant.filter(
        status=ParticipantStatus.APPROVED,
        person__client__office_id__isnull=False,
        follow_up__id__isnull=True,
    )


def _have_met() -> Q:
    """Participants who had a meeting."""
    placed = Meeting.filter(status=MeetingStatus.ACCEPTED, slot_id__isnull=False)
    seated = Seat.filter(meeting__status=MeetingStatus.ACCEPTED, meeting__slot_id__isnull=False)
    found = (placed.values("asker_id"), placed.values("invitee_id"), seated.values("participant_id"))
    return Q(*(Q(id__in=Subquery(those)) for those in found), join_type=Q.OR)


def _mail(question: FollowUp, person: Person, event: Event, office: str, settings: Settings, now: datetime) -> Mail:
    with speaking(person.language):
        subject = _("%(event)s: what came of your meetings?") % {"event": said(event, "title")}
        context = {"event": event, "person": person, "url": f"{settings.base_url}/follow-ups/{question.id}"}
        return office_letter(
            "follow_up", person, office=office, subject=subject, context=context, settings=settings, now=now
        )
