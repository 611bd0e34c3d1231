"""As whom one can look at the demo, and what each of them should try first."""

from collections import Counter
from typing import NamedTuple

from events.models import ParticipantKind
from events.networks.models import NetworkRole
from events.networks.support.models import Adviser
from matchmaking.demo.story import Story


class Login(NamedTuple):
    """Somebody of the story, for whoever wants to look around as them; `first` is what to try first."""

    role: str
    email: str
    name: str
    first: str


def participants(story: Story) -> tuple[Login, ...]:
    """The organiser, and the two delegates with the most to look at."""
    organiser = next(member for member in story.staff if member.kind == ParticipantKind.ORGANISER)
    meetings = Counter(who.email for each in story.requests for who in (each.asker, each.invitee))
    names = {one.email: one.name for one in story.delegates if one.rounds}  # who can say yes to a request at once
    first, second, *_others = (email for email, _count in meetings.most_common() if email in names)
    return (
        Login("organiser", organiser.email, organiser.name, "give every meeting a time at the desk"),
        Login("delegate", first, names[first], "answer the requests, then look at the agenda"),
        Login("delegate", second, names[second], "see whom to meet, and why"),
    )


async def helpers() -> list[Login]:
    """Who works around the event: a coordinator of a network, and an adviser of a support office."""
    found = []
    role = await NetworkRole.filter(pilot=None).order_by("id").select_related("person", "network").first()
    if role:
        first = f"open /networks/{role.network.code}/desk"
        found.append(Login("coordinator", role.person.email, role.person.name, first))
    adviser = await Adviser.all().order_by("id").select_related("person").first()
    if adviser:
        person = adviser.person
        found.append(Login("adviser", person.email, person.name, f"open /offices/{adviser.office_id}, the clients"))
    return found
