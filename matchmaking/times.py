"""When a participant can be met: the rounds they ticked, less the time they keep free. Verbs of their own page."""

from collections.abc import Collection, Mapping, Sequence

from app.errors import NotFound, Refused
from app.i18n import _
from app.intervals import Interval, overlaps
from app.journal import Actor, Changes, changing
from app.wording import several
from events.models import Event, Participant
from matchmaking.models import Meeting, MeetingStatus
from matchmaking.parties import acting_for, of_participants, with_people
from matchmaking.profile_models import Profile
from matchmaking.round_models import Availability, Block, Round
from matchmaking.rounds import add_lines
from matchmaking.wording import meeting_line

MOST_BLOCKS = 50


async def tick_rounds(participant: Participant, rounds: Collection[Round], *, by: Actor) -> None:
    """Exactly these rounds from now on. Raises Refused, naming the meetings, when one would lose its round."""
    wanted = {opened.id for opened in rounds}
    async with changing(Event.scope_of(participant.event_id), by=by) as changes:
        acting = await acting_for(participant, by=by, office=True)
        event = await Event.get(id=participant.event_id)
        chosen = await Round.filter(event=event, id__in=wanted).prefetch_related("types")
        if len(chosen) < len(wanted):
            raise NotFound
        before = {tick.round_id for tick in await Availability.filter(participant=participant)}
        await _refuse_other_types(participant, [one for one in chosen if one.id not in before])
        await _refuse_meetings(
            participant, event, _("You have meetings in a round that you want to leave."), lost=before - wanted
        )
        await Availability.filter(participant=participant, round_id__in=before - wanted).delete()
        await Availability.bulk_create(
            Availability(participant=participant, round_id=one) for one in sorted(wanted - before)
        )
        for added in chosen:
            await add_lines(added)
        if wanted != before:
            data = {"participant": participant.id, "name": participant.name, "rounds": sorted(wanted), **acting}
            changes.record("availability.ticked", participant, topics=[participant.topic, event.desk], data=data)


async def rounds_for(participant: Participant) -> list[Round]:
    """Those in which somebody of their type can be met, in order of time, with their types at hand."""
    return (await rounds_for_each([participant]))[participant.id]


async def rounds_for_each(participants: Sequence[Participant]) -> dict[int, list[Round]]:
    """`rounds_for` by participant (id). Two queries."""
    of_events = Round.filter(event_id__in=[one.event_id for one in participants])
    found = await of_events.order_by("start").prefetch_related("types")
    return {
        one.id: [opened for opened in found if opened.event_id == one.event_id and _admits(opened, one)]
        for one in participants
    }


async def keep_free(participant: Participant, span: Interval, *, note: str = "", by: Actor) -> Block:
    """Nobody meets them in this time. Raises Refused when a meeting stands in it."""
    if not span:
        raise Refused(_("The time ends before it begins."))
    async with changing(Event.scope_of(participant.event_id), by=by) as changes:
        acting = await acting_for(participant, by=by)
        event = await Event.get(id=participant.event_id)
        if not event.spans(span.start, span.end):
            raise Refused(_("This time is outside the days of the event."))
        if await Block.filter(participant=participant).count() >= MOST_BLOCKS:
            raise Refused(_("You keep %(most)d times free already. Give one back first.") % {"most": MOST_BLOCKS})
        await _refuse_meetings(participant, event, _("You have a meeting in this time."), span=span)
        block = await Block.create(participant=participant, start=span.start, end=span.end, note=note)
        _record(changes, "block.kept", block, participant, event, acting)
    return block


async def give_back(block: Block, *, by: Actor) -> None:
    """The time they kept free is free for meetings again."""
    participant = await Participant.get(id=block.participant_id)
    async with changing(Event.scope_of(participant.event_id), by=by) as changes:
        acting = await acting_for(participant, by=by)
        if await Block.filter(id=block.id).delete():
            event = await Event.get(id=participant.event_id)
            _record(changes, "block.given_back", block, participant, event, acting)


async def limit_meetings(participant: Participant, most: int | None, *, by: Actor) -> Profile:
    """They want to meet no more often than that, None: as often as it fits. What was agreed before stays."""
    async with changing(Event.scope_of(participant.event_id), by=by) as changes:
        acting = await acting_for(participant, by=by)
        event = await Event.get(id=participant.event_id)
        profile = await Profile.get_or_none(participant=participant)
        if profile is None:
            raise Refused(_("Write your profile first."))
        if profile.most_meetings != most:
            profile.most_meetings = most
            await profile.save(update_fields=["most_meetings"])
            data = {"name": participant.name, "most_meetings": most, **acting}
            changes.record("participant.limited", participant, topics=[participant.topic, event.desk], data=data)
    return profile


async def placed_meetings(participant: Participant) -> list[Meeting]:
    """Their meetings that have a slot, in order of time, with people, slot and table at hand."""
    mine = Meeting.filter(of_participants([participant.id]), status=MeetingStatus.ACCEPTED, slot_id__isnull=False)
    return await with_people(mine.order_by("slot__start")).select_related("slot__round", "table")


async def _refuse_other_types(participant: Participant, chosen: Collection[Round]) -> None:
    current = await Participant.get(id=participant.id)
    for opened in chosen:
        if not _admits(opened, current):
            names = {"round": opened.name, "types": several(type.name for type in opened.types)}
            raise Refused(_("“%(round)s” is only for: %(types)s.") % names)


def _admits(opened: Round, participant: Participant) -> bool:
    return not len(opened.types) or participant.type_id in {type.id for type in opened.types}


async def _refuse_meetings(
    participant: Participant, event: Event, sentence: str, *, lost: Collection[int] = (), span: Interval | None = None
) -> None:
    in_the_way = [
        meeting
        for meeting in await placed_meetings(participant)
        if meeting.slot and (meeting.slot.round_id in lost or (span and overlaps(span, meeting.slot.span)))
    ]
    if in_the_way:
        hints = [meeting_line(meeting, event.tz) for meeting in in_the_way]
        raise Refused(sentence, hints=[*hints, _("Move or cancel first what stands there.")])


def _record(
    changes: Changes, kind: str, block: Block, participant: Participant, event: Event, acting: Mapping[str, object]
) -> None:
    """When, and not why: the note is theirs."""
    data = {"name": participant.name, "start": block.start.isoformat(), "end": block.end.isoformat(), **acting}
    changes.record(kind, block, topics=[participant.topic, event.desk], data=data)
