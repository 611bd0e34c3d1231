"""Which region is in a network, as what and from when to when: admitted, corrected, given another status, ended."""

from datetime import date

from app.errors import Refused
from app.i18n import _
from app.journal import Actor, Changes, changing
from app.seen import refuse_stale
from app.texts import Texts
from events.networks.models import Membership, MembershipStatus, Network, Region
from events.networks.terms import Term
from events.networks.wording import term_words

NO_TEXTS: Texts = {}


async def admit_region(
    network: Network, region: Region, status: MembershipStatus, term: Term, *, notes: Texts = NO_TEXTS, by: Actor
) -> Membership:
    """A new membership. Raises Refused when the region is in the network on one of these days already."""
    _refuse_backwards(term)
    async with changing(network.scope, by=by) as changes:
        await _refuse_overlap(network, region, term)
        membership = await Membership.create(
            network=network, region=region, status=status, start=term.start, end=term.end, notes=dict(notes)
        )
        _record(changes, "membership.added", network, region, membership)
    return membership


async def correct_membership(
    membership: Membership,
    status: MembershipStatus,
    term: Term,
    *,
    notes: Texts = NO_TEXTS,
    was: str = "",
    by: Actor,
) -> Membership:
    """What was wrong about it; a region that becomes something else is `change_status`. `was` marks what the page
    showed (`facts_of`). Raises Stale when it is something else by now."""
    _refuse_backwards(term)
    async with changing(Network.scope_of(membership.network_id), by=by) as changes:
        current = await Membership.get(id=membership.id).select_related("network", "region")
        refuse_stale(was, facts_of(current))
        await _refuse_overlap(current.network, current.region, term, besides=current)
        current.status, current.start, current.end = status, term.start, term.end
        current.notes = dict(notes)
        await current.save()
        _record(changes, "membership.corrected", current.network, current.region, current)
    return current


def facts_of(membership: Membership) -> tuple[str, Term, Texts]:
    return membership.status.value, membership.term, membership.notes


async def change_status(membership: Membership, status: MembershipStatus, on: date, *, by: Actor) -> Membership:
    """From `on` the region has another status: the old membership ends that day and the new one begins."""
    async with changing(Network.scope_of(membership.network_id), by=by) as changes:
        current = await Membership.get(id=membership.id).select_related("network", "region")
        _refuse_same(current, status)
        _refuse_outside(current, on)
        later = Term(on, current.end)
        current.end = on
        await current.save()  # first: two open memberships of a region are one too many for the table
        changed = await Membership.create(
            network=current.network, region=current.region, status=status, start=later.start, end=later.end
        )
        _record(changes, "membership.changed", current.network, current.region, changed)
    return changed


async def end_membership(membership: Membership, on: date, *, by: Actor) -> Membership:
    """The region leaves: `on` is the first day that it is no member."""
    async with changing(Network.scope_of(membership.network_id), by=by) as changes:
        current = await Membership.get(id=membership.id).select_related("network", "region")
        _refuse_outside(current, on)
        current.end = on
        await current.save()
        _record(changes, "membership.ended", current.network, current.region, current)
    return current


async def remove_membership(membership: Membership, *, by: Actor) -> None:
    """It never was: for mistakes. Who leaves is `end_membership`, and stays in the network's history."""
    async with changing(Network.scope_of(membership.network_id), by=by) as changes:
        current = await Membership.get(id=membership.id).select_related("network", "region")
        _record(changes, "membership.removed", current.network, current.region, current)
        await current.delete()


def _refuse_backwards(term: Term) -> None:
    if term.start and term.end and term.end <= term.start:
        raise Refused(_("The membership would end before it began."))


async def _refuse_overlap(network: Network, region: Region, term: Term, *, besides: Membership | None = None) -> None:
    for other in await Membership.filter(network=network, region=region).order_by("start", "id"):
        if (besides is None or other.id != besides.id) and other.term.overlaps(term):
            raise Refused(
                _("%(region)s is in the network on some of these days already: %(status)s, %(term)s.")
                % {"region": region.name, "status": _(other.status.value), "term": term_words(other.term)},
                hints=[_("End or correct that membership first, or choose other days.")],
            )


def _refuse_same(membership: Membership, status: MembershipStatus) -> None:
    if membership.status == status:
        raise Refused(
            _("%(region)s has this status already: %(status)s.")
            % {"region": membership.region.name, "status": _(status.value)}
        )


def _refuse_outside(membership: Membership, on: date) -> None:
    if not membership.term.holds(on) or membership.start == on:
        raise Refused(
            _("That day is not within the membership: %(term)s.") % {"term": term_words(membership.term)},
            hints=[_("Choose a day after it began and before it ended.")],
        )


def _record(changes: Changes, kind: str, network: Network, region: Region, membership: Membership) -> None:
    changes.record(
        kind, membership, topics=[network.scope],
        data={"network": network.name, "region": region.names, "status": membership.status.value},
    )  # fmt: skip
