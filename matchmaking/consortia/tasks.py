"""What waits for the members of consortia, for their first page: to come in, and to say who else may."""

from collections import Counter
from collections.abc import Sequence
from datetime import datetime

from app.i18n import _, ngettext
from app.models import Person
from events.tasks import Errand
from matchmaking.consortia.models import ConsortiumMember, MemberState


async def errands(person: Person, now: datetime) -> Sequence[Errand]:
    """Three queries, two for who is in none."""
    open_ones = ConsortiumMember.filter(email=person.email, consortium__closed_at__isnull=True)
    mine = await open_ones.select_related("consortium")
    invited = [one for one in mine if one.state == MemberState.INVITED]
    asked = await _asked([one for one in mine if one.state == MemberState.IN])
    return [
        *(
            Errand(one.consortium.path, _("Come in, or say no"), _("You are invited to “%(title)s”.") % _named(one))
            for one in invited
        ),
        *(
            Errand(
                one.consortium.path,
                _("Say who comes in"),
                ngettext(
                    "%(n)s asks to come into “%(title)s”.",
                    "%(n)s ask to come into “%(title)s”.",
                    asked[one.consortium_id],
                )
                % {**_named(one), "n": asked[one.consortium_id]},
            )
            for one in mine
            if asked[one.consortium_id]
        ),
    ]


async def _asked(inside: Sequence[ConsortiumMember]) -> Counter[int]:
    """By consortium how many ask to come in, where it is for this member to say."""
    if not inside:
        return Counter()
    others = await ConsortiumMember.filter(consortium_id__in=[one.consortium_id for one in inside])
    led = {one.consortium_id for one in others if one.coordinates}
    decided = {one.consortium_id for one in inside if one.coordinates or one.consortium_id not in led}
    asking = (one for one in others if one.state == MemberState.ASKING)
    return Counter(one.consortium_id for one in asking if one.consortium_id in decided)


def _named(member: ConsortiumMember) -> dict[str, str]:
    return {"title": member.consortium.title}
