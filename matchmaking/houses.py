"""People of one organisation at an event, and whom of the others they meet already."""

from app.errors import Refused
from app.i18n import _
from app.wording import by_name, several
from events.models import Organisation, Participant, ParticipantStatus
from matchmaking.models import LIVE, Meeting
from matchmaking.parties import of_participants, people, with_people


async def colleagues_of(participant: Participant) -> list[Participant]:
    """Approved participants of the same organisation with an account, without themselves."""
    if participant.organisation_id is None:
        return []
    found = Participant.filter(event_id=participant.event_id, organisation_id=participant.organisation_id)
    found = found.filter(status=ParticipantStatus.APPROVED, person_id__isnull=False).exclude(id=participant.id)
    return by_name(await found.order_by("id"))


async def refuse_beside(asker: Participant, invitee: Participant, house: Organisation | None) -> None:
    """Two of one organisation, or one twice at one organisation, only where that is wanted."""
    hint = _("If you want a meeting of your own all the same, say so and ask again.")
    if mine := await met_by_colleague(asker, invitee):
        names = several(one.name for one in people(mine) if are_colleagues(one, asker))
        sentence = _("%(name)s of your organisation already meets %(partner)s, or has asked to.")
        ways = [_("You can join that meeting, or take it over, on the page of your colleagues."), hint]
        raise Refused(sentence % {"name": names, "partner": invitee.name}, hints=ways)
    if house and (asked := await asked_of(asker, house)):
        raise Refused(
            _("You have asked %(house)s already: %(name)s answers, or a colleague.")
            % {"house": house.name, "name": asked.invitee.name},
            hints=[_("Wait for the answer, or withdraw that request.")],
        )


async def met_by_colleague(asker: Participant, partner: Participant) -> Meeting | None:
    """A live meeting or request of a colleague with this partner: two of one house need not ask the same."""
    ids = [one.id for one in await colleagues_of(asker)]
    theirs = Meeting.filter(of_participants(ids), status__in=LIVE, group_id__isnull=True)
    found = with_people(theirs.filter(of_participants([partner.id])), "organisation")
    return await found.select_related("slot").order_by("-id").first()


def are_colleagues(one: Participant, other: Participant) -> bool:
    return one.organisation_id is not None and one.organisation_id == other.organisation_id


async def asked_of(asker: Participant, house: Organisation) -> Meeting | None:
    """Their live request to this organisation as a whole, or the meeting that came of it."""
    found = Meeting.filter(of_participants([asker.id]), house=house, event_id=asker.event_id, status__in=LIVE)
    return await with_people(found).first()
