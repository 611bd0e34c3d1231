"""A pilot or demo case that is over: nobody chooses it anew, what is there stays and says so; it can begin again."""

from collections.abc import Awaitable, Callable, Sequence
from datetime import date

from app.errors import NotFound, Refused
from app.i18n import _, ngettext
from app.journal import Actor, Changes, changing
from events.models import Session
from events.networks.calls.models import Call, CallStatus
from events.networks.models import DemoCase, Follow, Network, Pilot
from events.networks.proposing.models import Partner, Proposal, ProposalStatus

Uses = Callable[[Pilot, DemoCase | None, date], Awaitable[Sequence[str]]]
"""Sentences about what stands on a pilot, or on one demo case of it, on that day."""

WAITING = (ProposalStatus.DRAFT, ProposalStatus.SUBMITTED, ProposalStatus.RETURNED)


async def close(pilot: Pilot, case: DemoCase | None = None, *, by: Actor) -> None:
    """The pilot, with all its demo cases, or one of these. Closing twice is one."""
    async with changing(Network.scope_of(pilot.network_id), by=by) as changes:
        current = await _current(pilot, case)
        if not current.closed:
            current.closed_at = changes.at
            await current.save(update_fields=["closed_at"])
            _record(changes, "pilot.closed", "democase.closed", pilot, current)


async def reopen(pilot: Pilot, case: DemoCase | None = None, *, by: Actor) -> None:
    async with changing(Network.scope_of(pilot.network_id), by=by) as changes:
        current = await _current(pilot, case)
        if current.closed:
            current.closed_at = None
            await current.save(update_fields=["closed_at"])
            _record(changes, "pilot.reopened", "democase.reopened", pilot, current)


def closed_work() -> Refused:
    """For whoever chooses it anew."""
    return Refused(_("This pilot or demo case is closed."), hints=[_("Choose one that is worked on.")])


async def uses(pilot: Pilot, case: DemoCase | None, today: date) -> list[str]:
    """What this slice knows of it."""
    partners = Partner.filter(demo_case=case) if case else Partner.filter(pilot=pilot)
    found = [_partners(await partners.count())]
    if case is None:
        coming = Session.filter(pilots=pilot, event__last_day__gte=today)
        calls = Call.filter(pilots=pilot).exclude(status=CallStatus.PUBLISHED)
        found += [
            _followers(await Follow.filter(pilot=pilot).count()),
            _sessions(await coming.count()),
            _calls(await calls.count()),
            _proposals(await Proposal.filter(pilot=pilot, status__in=WAITING).count()),
        ]
    return [words for words in found if words]


async def _current(pilot: Pilot, case: DemoCase | None) -> Pilot | DemoCase:
    if case is None:
        return await Pilot.get(id=pilot.id)
    if case.pilot_id != pilot.id:
        raise NotFound
    return await DemoCase.get(id=case.id)


def _record(changes: Changes, of_pilot: str, of_case: str, pilot: Pilot, current: Pilot | DemoCase) -> None:
    topics = [Network.scope_of(pilot.network_id)]
    if isinstance(current, DemoCase):
        changes.record(of_case, current, topics=topics, data={"pilot": pilot.code, "name": current.name})
    else:
        changes.record(of_pilot, current, topics=topics, data={"code": pilot.code})


def _partners(n: int) -> str:
    return ngettext("%(n)d partner works on it.", "%(n)d partners work on it.", n) % {"n": n} if n else ""


def _followers(n: int) -> str:
    return ngettext("%(n)d person follows it.", "%(n)d people follow it.", n) % {"n": n} if n else ""


def _sessions(n: int) -> str:
    words = ngettext("%(n)d session to come is about it.", "%(n)d sessions to come are about it.", n)
    return words % {"n": n} if n else ""


def _calls(n: int) -> str:
    words = ngettext("%(n)d call that is not decided names it.", "%(n)d calls that are not decided name it.", n)
    return words % {"n": n} if n else ""


def _proposals(n: int) -> str:
    words = ngettext("%(n)d demo case is being proposed for it.", "%(n)d demo cases are being proposed for it.", n)
    return words % {"n": n} if n else ""
