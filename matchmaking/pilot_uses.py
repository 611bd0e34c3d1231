"""What people at events have built on a pilot or demo case, for whoever is about to close it."""

from collections.abc import Sequence
from datetime import date

from app.i18n import ngettext
from events.networks.models import DemoCase, Pilot
from matchmaking.groups.models import Group, GroupStatus
from matchmaking.marketplace.models import Opportunity
from matchmaking.profile_models import Profile


async def uses(pilot: Pilot, case: DemoCase | None, today: date) -> Sequence[str]:
    """At events that are not over."""
    profiles = Profile.filter(participant__event__last_day__gte=today)
    entries = Opportunity.filter(event__last_day__gte=today, closed_at__isnull=True)
    groups = Group.filter(event__last_day__gte=today).exclude(status=GroupStatus.CANCELLED)
    if case:
        counts = [
            await profiles.filter(interests__demo_case=case).distinct().count(),
            await entries.filter(demo_case=case).count(),
            await groups.filter(demo_case=case).count(),
        ]
    else:
        counts = [
            await profiles.filter(interests__pilot=pilot).distinct().count(),
            await entries.filter(pilot=pilot).count(),
            await groups.filter(demo_case__pilot=pilot).count(),
        ]
    told = zip((_profiles, _opportunities, _groups), counts, strict=True)
    return [words(n) for words, n in told if n]


def _profiles(n: int) -> str:
    return ngettext("%(n)d profile names it.", "%(n)d profiles name it.", n) % {"n": n}


def _opportunities(n: int) -> str:
    return ngettext("%(n)d opportunity is about it.", "%(n)d opportunities are about it.", n) % {"n": n}


def _groups(n: int) -> str:
    return ngettext("%(n)d group meets about it.", "%(n)d groups meet about it.", n) % {"n": n}
