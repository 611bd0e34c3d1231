"""May somebody join a group? Asked by the list before anybody tries, by the group's page and by the verb alike."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from app.errors import Refused
from app.i18n import _
from app.models import Person
from events.models import Participant
from matchmaking.asking import Newcomer, full_among, newcomer
from matchmaking.consortia.models import ConsortiumMember, MemberState
from matchmaking.groups.models import FEWEST, Group, GroupStatus
from matchmaking.houses import are_colleagues


@dataclass(frozen=True, slots=True)
class Entrant:
    """Somebody who would join, and what decides it, read once for however many groups."""

    known: Newcomer
    consortia: frozenset[int]  # that they are in
    full: frozenset[int]  # those inside (participants) who meet as many as they may

    def against(self, group: Group, inside: Sequence[Participant], *, rules: bool = True) -> Refused | None:
        """What stands against it; without `rules`: when the desk wants it."""
        if found := _closed(group, inside, self.known.one):
            return found
        if not self.known.side.ready:
            return unready()
        if group.consortium_id is not None and group.consortium_id not in self.consortia:
            return Refused(
                _("This is the meeting of a consortium, for its members."), hints=[_("Ask on its board to come in.")]
            )
        if not rules:
            return None
        founding = group.status == GroupStatus.GATHERING and len(inside) + 1 == FEWEST
        full = [one for one in inside if founding and one.id in self.full]
        if full:
            return Refused(
                _("%(name)s has agreed to as many meetings as they may.") % {"name": full[0].name},
                hints=[_("With the third member this group becomes a meeting of theirs too.")],
            )
        return self.known.against(inside)


async def entrant(participant: Participant, insiders: Iterable[Participant]) -> Entrant:
    """For groups that have these people in them."""
    person = await Person.get_or_none(id=participant.person_id)
    mine = ConsortiumMember.filter(state=MemberState.IN, email=person.email if person else "")
    return Entrant(
        known=await newcomer(participant),
        consortia=frozenset([one.consortium_id for one in await mine]),
        full=await full_among(list(insiders)),
    )


def unready() -> Refused:
    return Refused(
        _("You can join groups once the organisers have approved you and your profile."),
        hints=[_("Is your profile complete? Say what you offer and what you seek.")],
    )


def _closed(group: Group, inside: Sequence[Participant], participant: Participant) -> Refused | None:
    if group.status == GroupStatus.CANCELLED:
        return Refused(_("This group does not meet."), hints=[_("Propose one yourself.")])
    if len(inside) >= group.seats:
        return Refused(
            _("All %(seats)d seats are taken.") % {"seats": group.seats}, hints=[_("Propose another group.")]
        )
    if colleague := next((one for one in inside if are_colleagues(one, participant)), None):
        return Refused(
            _("%(name)s of your organisation is in this group.") % {"name": colleague.name},
            hints=[_("You can take over that seat on the page of your colleagues.")],
        )
    return None
