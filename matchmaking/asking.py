"""May one participant ask another for a meeting? Loads what `rules` weighs, and says its answer in a sentence."""

from tortoise.expressions import Q

from app.errors import Refused
from app.i18n import _
from events.models import Participant, ParticipantStatus
from matchmaking.models import Meeting, MeetingStatus, Profile, ProfileStatus
from matchmaking.rules import PENDING_CAP, Before, Hindrance, Side, hindrance


async def standing(asker: Participant, invitee: Participant) -> Hindrance | None:
    """What stands against a request now; the page of the invitee shows it before anybody tries."""
    newest = await newest_meeting(asker, invitee)
    return hindrance(
        await _side(asker),
        await _side(invitee),
        before=Before(newest.asker_id, newest.status.value) if newest else None,
        pending=await requests_waiting(asker),
    )


async def newest_meeting(one: Participant, other: Participant) -> Meeting | None:
    either_way = Q(asker_id=one.id, invitee_id=other.id) | Q(asker_id=other.id, invitee_id=one.id)
    return await Meeting.filter(either_way).order_by("-id").first()


async def requests_waiting(asker: Participant) -> int:
    """How many of their requests wait for an answer; rules.PENDING_CAP at most."""
    return await Meeting.filter(asker=asker, status=MeetingStatus.REQUESTED).count()


def refusal(found: Hindrance, invitee: Participant) -> Refused:
    """The sentence for the asker, with what they can do."""
    sentence, hint = _words(found)
    values = {"name": invitee.name, "most": PENDING_CAP}
    return Refused(sentence % values, hints=[hint % values] if hint else [])


async def _side(participant: Participant) -> Side:
    approved = participant.status == ParticipantStatus.APPROVED and participant.person_id is not None
    profile = Profile.filter(participant=participant, status=ProfileStatus.APPROVED)
    return Side(participant.id, participant.organisation_id, ready=approved and await profile.exists())


def _words(found: Hindrance) -> tuple[str, str]:
    match found:
        case Hindrance.YOURSELF:
            return _("This is you."), ""
        case Hindrance.YOU_NOT_READY:
            return (
                _("You can ask for meetings once the organisers have approved you and your profile."),
                _("Is your profile complete? Say what you offer and what you seek."),
            )
        case Hindrance.THEY_NOT_READY:
            return _("%(name)s cannot be asked for meetings at this event."), ""
        case Hindrance.OWN_ORGANISATION:
            return _("%(name)s is from your own organisation: these tables are for meeting others."), ""
        case Hindrance.MEETING:
            return _("You and %(name)s have agreed to meet already."), _("You find it among your meetings.")
        case Hindrance.ASKED:
            return _("You have asked %(name)s already and wait for the answer."), ""
        case Hindrance.ASKED_BY_THEM:
            return _("%(name)s has asked you already."), _("Answer that request among your meetings.")
        case Hindrance.DECLINED:
            return _("%(name)s has declined your request."), _("They can still ask you.")
        case Hindrance.TOO_MANY:
            return (
                _("%(most)d of your requests wait for an answer, and more may not wait at once."),
                _("Withdraw one that matters less, or wait for an answer."),
            )
