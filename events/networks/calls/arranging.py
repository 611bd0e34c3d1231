"""What belongs to a call besides its text: topics, criteria, the people who run it and review in it, briefings."""

from collections.abc import Mapping

from app import db
from app.errors import NotFound, Refused
from app.i18n import _
from app.models import Person
from events.models import Event, Session
from events.networks.calls.announcing import heard, in_first
from events.networks.calls.gate import changing_call
from events.networks.calls.models import (
    Call,
    CallBriefing,
    CallCriterion,
    CallOfficer,
    CallStatus,
    CallTopic,
    OfficerRole,
)
from events.networks.calls.proposals.models import CallAuthor, CallReview, ProposalStatus

MOST_TOPICS, MOST_CRITERIA, MOST_OFFICERS = 200, 12, 60


async def add_topic(call: Call, code: str, titles: Mapping[str, str], *, by: Person) -> CallTopic:
    """Partner searches and proposals name it from now on."""
    async with changing_call(call, by) as (changes, current):
        _refuse_published(current)
        if await CallTopic.filter(call=current, code=code).exists():
            raise Refused(_("There is a topic %(code)s already.") % {"code": code})
        if await CallTopic.filter(call=current).count() >= MOST_TOPICS:
            raise Refused(_("A call has %(most)d topics at most.") % {"most": MOST_TOPICS})
        topic = await CallTopic.create(call=current, code=code, titles=dict(titles))
        changes.record("call_topic.added", topic, topics=heard(current), data={"code": code})
    return topic


async def remove_topic(topic: CallTopic, *, by: Person) -> None:
    """Only while nobody and nothing refers to it: not a proposal, not a search for partners."""
    async with changing_call(await topic.call, by) as (changes, current):
        _refuse_published(current)
        changes.record("call_topic.removed", topic, topics=heard(current), data={"code": topic.code})
        try:
            await CallTopic.filter(id=topic.id).delete()
        except db.IntegrityError as error:
            raise Refused(_("The topic %(code)s is in use.") % {"code": topic.code}) from error


async def add_criterion(call: Call, titles: Mapping[str, str], *, weight: int, most: int, by: Person) -> CallCriterion:
    """Reviewers give up to `most` points for it. Only before the first review."""
    async with changing_call(call, by) as (changes, current):
        await _refuse_reviewed(current)
        if await CallCriterion.filter(call=current).count() >= MOST_CRITERIA:
            raise Refused(_("A call has %(most)d criteria at most.") % {"most": MOST_CRITERIA})
        criterion = await CallCriterion.create(call=current, titles=dict(titles), weight=weight, most=most)
        changes.record("criterion.added", criterion, topics=heard(current), data={"title": in_first(titles, current)})
    return criterion


async def remove_criterion(criterion: CallCriterion, *, by: Person) -> None:
    async with changing_call(await criterion.call, by) as (changes, current):
        await _refuse_reviewed(current)
        if await CallCriterion.filter(id=criterion.id).delete():
            title = in_first(criterion.titles, current)
            changes.record("criterion.removed", criterion, topics=heard(current), data={"title": title})


async def name_officer(
    call: Call, role: OfficerRole, *, email: str, name: str, organisation: str = "", by: Person
) -> CallOfficer:
    """A coordinator or reviewer, by their address (canonical). Whoever proposes in the call can be neither."""
    async with changing_call(call, by) as (changes, current):
        if await CallOfficer.filter(call=current, role=role, email=email).exists():
            raise Refused(_("%(name)s is named already.") % {"name": name})
        live = CallAuthor.filter(proposal__call=current, email=email)
        if await live.exclude(proposal__status=ProposalStatus.WITHDRAWN).exists():
            raise Refused(_("%(name)s is an author of a proposal in this call.") % {"name": name})
        if await CallOfficer.filter(call=current).count() >= MOST_OFFICERS:
            raise Refused(_("A call has %(most)d coordinators and reviewers at most.") % {"most": MOST_OFFICERS})
        officer = await CallOfficer.create(call=current, role=role, email=email, name=name, organisation=organisation)
        changes.record("officer.named", officer, topics=[current.desk], data={"name": name, "role": role.value})
    return officer


async def dismiss_officer(officer: CallOfficer, *, by: Person) -> None:
    """A call keeps one coordinator; a reviewer's reviews are taken back first."""
    async with changing_call(await officer.call, by) as (changes, current):
        coordinators = CallOfficer.filter(call=current, role=OfficerRole.COORDINATOR).exclude(id=officer.id)
        if officer.role == OfficerRole.COORDINATOR and not await coordinators.exists():
            raise Refused(_("%(name)s is the only coordinator of this call.") % {"name": officer.name})
        if await CallReview.filter(reviewer=officer).exists():
            raise Refused(
                _("%(name)s has proposals to review.") % {"name": officer.name}, hints=[_("Take them away first.")]
            )
        if await CallOfficer.filter(id=officer.id).delete():
            data = {"name": officer.name, "role": officer.role.value}
            changes.record("officer.dismissed", officer, topics=[current.desk], data=data)


async def tie_briefing(call: Call, event: Event, session: Session | None, *, by: Person) -> CallBriefing:
    """The event, or one session of it, is about this call; their pages name each other. Twice is once."""
    async with changing_call(call, by) as (changes, current):
        if event.network_id != current.network_id or (session and session.event_id != event.id):
            raise NotFound
        if before := await CallBriefing.get_or_none(call=current, event=event, session=session):
            return before
        briefing = await CallBriefing.create(call=current, event=event, session=session)
        title = session.title if session else event.title
        changes.record("briefing.tied", briefing, topics=[current.desk], data={"title": title})
    return briefing


async def untie_briefing(briefing: CallBriefing, *, by: Person) -> None:
    async with changing_call(await briefing.call, by) as (changes, current):
        if await CallBriefing.filter(id=briefing.id).delete():
            changes.record("briefing.untied", briefing, topics=[current.desk], data={"event_id": briefing.event_id})


async def _refuse_reviewed(call: Call) -> None:
    _refuse_published(call)
    if await CallReview.filter(proposal__call=call).exists():
        raise Refused(_("Reviews have begun; the criteria stay as they are."))


def _refuse_published(call: Call) -> None:
    if call.status == CallStatus.PUBLISHED:
        raise Refused(_("The decisions are published; the call stays as it was."))
