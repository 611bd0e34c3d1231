"""Writing a profile, and the desk's look at it before others see it."""

from collections.abc import Sequence

from tortoise.expressions import Q

from app.errors import Refused, Stale
from app.i18n import _
from app.journal import Actor, Changes, changing
from events.models import Event, Participant
from events.networks.models import DemoCase, Pilot
from matchmaking.parties import acting_for, desk_only, members
from matchmaking.profile_models import ChainRole, Interest, Profile, ProfileStatus
from matchmaking.wishes import Wish

MOST_INTERESTS = 12


async def write_profile(
    participant: Participant,
    *,
    about: str,
    languages: Sequence[str],
    interests: Sequence[Wish],
    version: int | None,
    by: Actor,
) -> Profile:
    """The whole profile as its page has it; `version` is what that page saw, None: there was none.

    An approved profile stays approved: the desk sees in the journal what was written since.
    """
    event = await Event.get(id=participant.event_id)
    async with changing(event.scope, by=by) as changes:
        acting = await acting_for(participant, by=by)
        profile = await Profile.get_or_none(participant=participant) or Profile(participant=participant, version=0)
        if version != (profile.version or None):
            raise Stale(
                _("This profile was changed in another window meanwhile."), hints=[_("Load the page and write again.")]
            )
        await _refuse_interests(participant, interests)
        profile.about, profile.languages = about, list(languages)
        profile.version += 1
        if profile.status == ProfileStatus.RETURNED:
            profile.status, profile.status_reason = ProfileStatus.PENDING, ""
        await profile.save()
        await _write_interests(profile, interests)
        _record(changes, "profile.written", profile, participant, event, **acting)
    return profile


async def works_for(participant: Participant) -> tuple[list[Pilot], list[DemoCase]]:
    """Pilots and demo cases that they can name: what is closed only where their profile names it already."""
    event = await Event.get(id=participant.event_id)
    named = await Interest.filter(profile__participant=participant).values_list("pilot_id", "demo_case_id")
    mine = Q(id__in=[pilot for pilot, _case in named])
    pilots = await Pilot.filter(Q(closed_at__isnull=True) | mine, network_id=event.network_id).order_by(
        "position", "id"
    )
    mine = Q(id__in=[case for _pilot, case in named if case])
    open_ones = Q(closed_at__isnull=True, pilot__closed_at__isnull=True)
    return pilots, await DemoCase.filter(open_ones | mine, pilot__network_id=event.network_id).order_by("id")


async def approve_profile(profile: Profile, *, by: Actor) -> Profile:
    """Others see it from now on."""
    return await _judge(profile, ProfileStatus.APPROVED, "", kind="profile.approved", by=by)


async def return_profile(profile: Profile, *, reason: str, by: Actor) -> Profile:
    """Back to its author, who reads the reason; nobody else sees it until it is approved."""
    if not reason:
        raise Refused(_("Say what is missing: the author reads it."))
    return await _judge(profile, ProfileStatus.RETURNED, reason, kind="profile.returned", by=by)


async def _judge(profile: Profile, status: ProfileStatus, reason: str, *, kind: str, by: Actor) -> Profile:
    participant = await Participant.get(id=profile.participant_id).select_related("event")
    event = participant.event
    async with changing(event.scope, by=by) as changes:
        await desk_only(event, by=by)
        profile = await Profile.get(id=profile.id)
        profile.status, profile.status_reason = status, reason
        profile.version += 1
        await profile.save()
        _record(changes, kind, profile, participant, event)
    return profile


async def _refuse_interests(participant: Participant, interests: Sequence[Wish]) -> None:
    if not interests:
        raise Refused(_("Name at least one pilot that you work on: partners are found by it."))
    if len(interests) > MOST_INTERESTS:
        raise Refused(_("A profile has at most %(most)d pilots and demo cases.") % {"most": MOST_INTERESTS})
    works = [(wish.pilot, wish.demo_case) for wish in interests]
    if len(set(works)) < len(works):
        raise Refused(_("The same pilot and demo case stand in the profile twice: put them in one."))
    pilots, cases = await works_for(participant)
    known: set[tuple[int, int | None]] = {(pilot.id, None) for pilot in pilots}
    known |= {(case.pilot_id, case.id) for case in cases}
    if not known.issuperset(works):
        raise Refused(_("One of these pilots or demo cases does not belong to this event's network, or is closed."))


async def _write_interests(profile: Profile, interests: Sequence[Wish]) -> None:
    await Interest.filter(profile=profile).delete()
    await Interest.bulk_create(
        Interest(
            profile=profile,
            pilot_id=wish.pilot,
            demo_case_id=wish.demo_case,
            role=ChainRole(wish.role),
            offers=list(wish.offers),
            needs=list(wish.needs),
            trl=wish.trl,
        )
        for wish in interests
    )


def _record(
    changes: Changes, kind: str, profile: Profile, participant: Participant, event: Event, **data: object
) -> None:
    """The other participants hear of it while they may read it."""
    seen = members(event) if profile.status == ProfileStatus.APPROVED else None
    data = {"participant": participant.id, "name": participant.name, **data}
    changes.record(kind, profile, topics=[participant.topic, event.desk, seen], data=data)
