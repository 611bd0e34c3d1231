"""Verbs of the marketplace: an author writes, edits, closes and opens again; the desk can close what does not fit."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from app.errors import NotFound, Refused, Stale
from app.i18n import _
from app.journal import Actor, Changes, changing
from events.models import Event, Participant, ParticipantStatus
from events.networks.closing import closed_work
from events.networks.models import DemoCase, Pilot
from matchmaking.marketplace.extras import Answer, kept_answers, missing
from matchmaking.marketplace.market import fields_of
from matchmaking.marketplace.models import Opportunity, OpportunityKind, Origin
from matchmaking.models import Meeting
from matchmaking.parties import acting_for, members
from matchmaking.profile_models import ChainRole, Profile, ProfileStatus

MOST_OPEN = 20  # opportunities of one participant


@dataclass(frozen=True, slots=True)
class Draft:
    """An opportunity as its form has it."""

    kind: OpportunityKind
    title: str
    text: str
    pilot: int | None = None
    demo_case: int | None = None
    role: ChainRole | None = None
    trl: int | None = None
    call_topic: str = ""
    language: str = ""
    answers: Mapping[int, Answer | None] = field(default_factory=dict)


async def post(author: Participant, draft: Draft, *, by: Actor) -> Opportunity:
    """Raises Refused for authors who have too many open, and for pilots of another network."""
    async with changing(Event.scope_of(author.event_id), by=by) as changes:
        acting = await acting_for(author, by=by)
        if author.status != ParticipantStatus.APPROVED:
            raise Refused(_("Opportunities can be posted once the organisers have approved you."))
        if await Opportunity.filter(participant=author, closed_at__isnull=True).count() >= MOST_OPEN:
            raise Refused(
                _("You have %(most)d open opportunities, and more would bury the others’.") % {"most": MOST_OPEN},
                hints=[_("Close one that matters less.")],
            )
        event = await Event.get(id=author.event_id)
        made = Opportunity(event=event, participant=author, version=0, created_at=changes.at)
        await _write(made, event, draft, changes)
        await _tell(changes, "opportunity.posted", made, author, event, acting)
    return made


async def edit(opportunity: Opportunity, draft: Draft, *, version: int, by: Actor) -> Opportunity:
    """Raises Stale for an old version."""
    author = await Participant.get(id=opportunity.participant_id)
    async with changing(Event.scope_of(opportunity.event_id), by=by) as changes:
        acting = await acting_for(author, by=by)
        current = await Opportunity.get(id=opportunity.id)
        if current.version != version:
            raise Stale(
                _("This opportunity was changed in another window meanwhile."),
                hints=[_("Load the page and write again.")],
            )
        event = await Event.get(id=author.event_id)
        await _write(current, event, draft, changes)
        await _tell(changes, "opportunity.edited", current, author, event, acting)
    return current


async def close(opportunity: Opportunity, *, by: Actor) -> None:
    """Nobody finds it any more; meetings that came of it still show it. Closing twice is one."""
    await _turn(opportunity, closed=True, by=by)


async def reopen(opportunity: Opportunity, *, by: Actor) -> None:
    await _turn(opportunity, closed=False, by=by)


async def keep_origin(opportunity: Opportunity, meeting: Meeting) -> None:
    """Within an open block: the meeting that is being asked for came of this opportunity of the invitee."""
    current = await Opportunity.get(id=opportunity.id)
    if current.participant_id != meeting.invitee_id:
        raise NotFound
    if not current.open:
        raise Refused(_("“%(title)s” is closed by now.") % {"title": current.title})
    await Origin.create(meeting=meeting, opportunity=current)


async def _turn(opportunity: Opportunity, *, closed: bool, by: Actor) -> None:
    author = await Participant.get(id=opportunity.participant_id)
    async with changing(Event.scope_of(opportunity.event_id), by=by) as changes:
        acting = await acting_for(author, by=by)
        current = await Opportunity.get(id=opportunity.id)
        if current.open != closed:
            return
        if not closed and await Opportunity.filter(participant=author, closed_at__isnull=True).count() >= MOST_OPEN:
            raise Refused(_("You have too many open opportunities."), hints=[_("Close one that matters less.")])
        current.closed_at = changes.at if closed else None
        await _save(current, changes)
        kind = "opportunity.closed" if closed else "opportunity.reopened"
        await _tell(changes, kind, current, author, await Event.get(id=author.event_id), acting)


async def _write(opportunity: Opportunity, event: Event, draft: Draft, changes: Changes) -> None:
    await _refuse_foreign_work(event, draft)
    await _refuse_closed_work(opportunity, draft)
    fields = await fields_of(event)
    answers = kept_answers(fields, draft.answers)
    if lacking := missing(fields, answers):
        raise Refused(_("Please answer: %(what)s.") % {"what": ", ".join(one.label for one in lacking)})
    opportunity.kind, opportunity.title, opportunity.text = draft.kind, draft.title, draft.text
    opportunity.pilot_id, opportunity.demo_case_id = draft.pilot, draft.demo_case
    opportunity.role, opportunity.trl = draft.role, draft.trl  # type: ignore[assignment]  # nullable
    opportunity.call_topic, opportunity.language, opportunity.answers = draft.call_topic, draft.language, answers
    await _save(opportunity, changes)


async def _save(opportunity: Opportunity, changes: Changes) -> None:
    opportunity.version += 1
    opportunity.changed_at = changes.at
    await opportunity.save()


async def _refuse_foreign_work(event: Event, draft: Draft) -> None:
    if draft.pilot is None:
        if draft.demo_case is not None:
            raise NotFound
        return
    if not await Pilot.filter(id=draft.pilot, network_id=event.network_id).exists():
        raise Refused(_("This pilot does not belong to this event's network."))
    if draft.demo_case and not await DemoCase.filter(id=draft.demo_case, pilot_id=draft.pilot).exists():
        raise Refused(_("This demo case does not belong to the pilot."))


async def _refuse_closed_work(opportunity: Opportunity, draft: Draft) -> None:
    """What is closed stays only where the entry is about it already."""
    pilot = await Pilot.get(id=draft.pilot) if draft.pilot and draft.pilot != opportunity.pilot_id else None
    other = draft.demo_case and draft.demo_case != opportunity.demo_case_id
    case = await DemoCase.get(id=draft.demo_case) if other else None
    if (pilot and pilot.closed) or (case and case.closed):
        raise closed_work()


async def _tell(
    changes: Changes,
    kind: str,
    opportunity: Opportunity,
    author: Participant,
    event: Event,
    acting: Mapping[str, object],
) -> None:
    """The other participants hear of it while they see its author."""
    seen = await Profile.filter(participant=author, status=ProfileStatus.APPROVED).exists()
    data = {"participant": author.id, "name": author.name, "title": opportunity.title, **acting}
    changes.record(kind, opportunity, topics=[event.desk, members(event) if seen else None], data=data)
