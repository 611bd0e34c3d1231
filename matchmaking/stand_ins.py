"""Who could go instead of whom, as a schedule may choose: colleagues where a house was asked as a whole, and
interpreters of the same languages. Reads only; a fixed number of queries.
"""

from collections import defaultdict
from collections.abc import Sequence
from itertools import combinations

from events.models import Event, Participant, ParticipantStatus
from matchmaking.bookmarks.vetoes import kept_apart, pair_of
from matchmaking.conditions import matrix_of
from matchmaking.interpreters.bridging import bridges, in_need
from matchmaking.interpreters.models import Interpreter
from matchmaking.models import LIVE, Meeting, SeatRole
from matchmaking.parties import of_participants, people, principals, with_people
from matchmaking.profile_models import Profile, ProfileStatus

Pool = list[Participant]  # whoever goes, then who could instead
Pools = dict[int, list[Pool]]  # by meeting


async def colleagues_instead(event: Event, meetings: Sequence[Meeting]) -> dict[int, Pool]:
    """Of meetings that have no time yet and were asked of a house: its people whom rules and wishes let go there, who
    share a language and do not meet the asker anyway. The meetings have their people at hand."""
    asked = [one for one in meetings if one.house_id and one.slot_id is None and not _interpreters(one)]
    if not asked:
        return {}
    approved = Profile.filter(status=ProfileStatus.APPROVED, participant__status=ParticipantStatus.APPROVED)
    of_house = approved.filter(participant__event=event, participant__person_id__isnull=False)
    of_house = of_house.filter(participant__organisation_id__in={one.house_id for one in asked})
    profiles = await of_house.order_by("participant_id").select_related("participant")
    houses = defaultdict(list)
    for profile in profiles:
        houses[profile.participant.organisation_id].append(profile.participant)
    languages = {profile.participant_id: profile.languages for profile in profiles}
    askers = Profile.filter(participant_id__in=[one.asker_id for one in asked])
    languages |= {profile.participant_id: profile.languages for profile in await askers}
    everybody = {*languages, *(one.asker_id for one in asked)}
    apart, matrix = await kept_apart(event, among=everybody), await matrix_of(event.id)
    met = await _met([one.id for house in houses.values() for one in house])

    def may_go(one: Participant, meeting: Meeting) -> bool:
        pair = pair_of(one.id, meeting.asker_id)
        silent = in_need([languages.get(meeting.asker_id, []), languages[one.id]]) and not meeting.unaided
        ruled_out = pair in apart or not matrix.may_ask(meeting.asker.type_id, one.type_id)
        return not silent and not ruled_out and pair not in met and one not in people(meeting)

    return {
        meeting.id: [meeting.invitee, *others]
        for meeting in asked
        if meeting.invitee.organisation_id == meeting.house_id
        if (others := [one for one in houses[meeting.house_id] if may_go(one, meeting)])
    }


async def interpreters_instead(event: Event, meetings: Sequence[Meeting]) -> Pools:
    """Of meetings with an interpreter: the others who speak with all of its people."""
    booked = {one.id: found[0] for one in meetings if (found := _interpreters(one))}
    if not booked:
        return {}
    working = Interpreter.filter(participant__event=event, participant__status=ParticipantStatus.APPROVED)
    registered = await working.order_by("id").select_related("participant")
    speakers = {one.id for meeting in meetings if meeting.id in booked for one in principals(meeting)}
    languages = {one.participant_id: one.languages for one in await Profile.filter(participant_id__in=speakers)}
    pools: Pools = {}
    for meeting in meetings:
        if meeting.id in booked:
            spoken = [languages.get(one.id, []) for one in principals(meeting)]
            able = [one.participant for one in registered if bridges(one.languages, spoken)]
            others = [one for one in able if one not in people(meeting)]
            pools[meeting.id] = [[booked[meeting.id], *others]] if others else []
    return pools


def _interpreters(meeting: Meeting) -> list[Participant]:
    return [seat.participant for seat in meeting.seats if seat.role == SeatRole.INTERPRETER]


async def _met(ids: Sequence[int]) -> set[tuple[int, int]]:
    """Pairs of whom one is among these participants, and who meet or have asked to."""
    theirs = with_people(Meeting.filter(of_participants(ids), status__in=LIVE, group_id__isnull=True))
    return {pair_of(one.id, other.id) for each in await theirs for one, other in combinations(people(each), 2)}
