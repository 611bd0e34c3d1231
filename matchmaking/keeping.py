"""Fixed or flexible: each of a meeting's people says whether a schedule may move it; one who holds to it is enough."""

from app.errors import Refused
from app.i18n import _
from app.journal import Actor
from events.models import Participant
from matchmaking.meetings import changing_meeting, tell
from matchmaking.models import Keep, Meeting
from matchmaking.parties import acting_for, desk_only, people


async def keep_time(meeting: Meeting, *, keeper: Participant | None, by: Actor) -> Meeting:
    """No schedule moves it while the keeper holds to its time; None: the organisers do."""
    async with changing_meeting(meeting, by=by) as (changes, current):
        acting = await _speaking_for(current, keeper, by=by)
        if not current.placed:
            raise Refused(_("This meeting has no time yet that could be kept."))
        _kept, new = await Keep.get_or_create(meeting=current, participant=keeper)
        if new:
            current.fixed = True
            await _say(current)
            tell(changes, "meeting.kept", current, {**acting, "keeper": keeper.id if keeper else None})
    return current


async def let_move(meeting: Meeting, *, keeper: Participant | None, by: Actor) -> Meeting:
    """For the keeper's part a schedule may move it, until the freeze; others may still hold to its time."""
    async with changing_meeting(meeting, by=by) as (changes, current):
        acting = await _speaking_for(current, keeper, by=by)
        if await Keep.filter(meeting=current, participant=keeper).delete():
            current.fixed = await Keep.filter(meeting=current).exists()
            await _say(current)
            tell(changes, "meeting.freed", current, {**acting, "keeper": keeper.id if keeper else None})
    return current


async def keepers(meeting: Meeting) -> list[Participant | None]:
    """Who holds to its time; None: the organisers."""
    return [one.participant for one in await Keep.filter(meeting=meeting).order_by("id").select_related("participant")]


async def _say(meeting: Meeting) -> None:
    """A draft that was made before must not be released over it."""
    meeting.version += 1
    await meeting.save(update_fields=["fixed", "version"])


async def _speaking_for(meeting: Meeting, keeper: Participant | None, *, by: Actor) -> dict[str, object]:
    if keeper is None:
        await desk_only(meeting.event, by=by)
        return {}
    if keeper.id not in {one.id for one in people(meeting)}:
        raise Refused(_("%(name)s is not in this meeting any more.") % {"name": keeper.name})
    return await acting_for(keeper, by=by)
