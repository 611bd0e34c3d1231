"""Puts the reference data into the database: what is missing is created, what is there belongs to the desk."""

from collections.abc import Iterable

from app.journal import Actor, Changes, changing
from events.networks import reference
from events.networks.models import DemoCase, Membership, MembershipStatus, Network, Pilot, Region, Stage

SCOPE = "networks"  # not one network's journal: a region belongs to several


async def adopt_reference(known: reference.Reference, *, by: Actor) -> None:
    """Run it as often as you like: a row that is there stays as it is, whatever the reference says of it by now."""
    async with changing(SCOPE, by=by) as changes:
        regions = await _adopt_regions(known.regions, changes)
        for network in known.networks:
            row = await _adopt_network(network, changes)
            await _adopt_memberships(row, network.memberships, regions, changes)
            await _adopt_pilots(row, network.pilots, regions, changes)


async def _adopt_regions(known: Iterable[reference.Region], changes: Changes) -> dict[str, Region]:
    """All there are, by code."""
    regions = {region.code: region for region in await Region.all()}
    for region in known:
        if region.code not in regions:
            row = await Region.create(code=region.code, names=region.names, country=region.country, nuts=region.nuts)
            changes.record("region.added", row, topics=[], data={"name": row.names})
            regions[row.code] = row
    return regions


async def _adopt_network(network: reference.Network, changes: Changes) -> Network:
    if row := await Network.get_or_none(code=network.code):
        return row
    row = await Network.create(
        code=network.code, name=network.name, abouts=network.abouts, founded=network.founded, website=network.website
    )
    changes.record("network.added", row, topics=[], data={"name": row.name})
    return row


async def _adopt_memberships(
    network: Network, known: Iterable[reference.Membership], regions: dict[str, Region], changes: Changes
) -> None:
    """A region that was a member once has its row: the desk may have ended it."""
    there = {membership.region_id for membership in await Membership.filter(network=network)}
    for membership in known:
        region = regions[membership.region]
        if region.id not in there:
            status = MembershipStatus(membership.status)
            row = await Membership.create(
                network=network, region=region, status=status, start=membership.start, notes=membership.notes
            )
            changes.record("membership.added", row, topics=[], data={"network": network.name, "region": region.names})


async def _adopt_pilots(
    network: Network, known: Iterable[reference.Pilot], regions: dict[str, Region], changes: Changes
) -> None:
    """Lead regions come with a new pilot only: who leads changes, and the desk knows."""
    pilots = {pilot.code: pilot for pilot in await Pilot.filter(network=network)}
    for position, pilot in enumerate(known):
        row = pilots.get(pilot.code)
        if row is None:
            row = await Pilot.create(network=network, code=pilot.code, names=pilot.names, position=position)
            await row.leads.add(*(regions[code] for code in pilot.leads))
            changes.record("pilot.added", row, topics=[], data={"network": network.name, "code": row.code})
        await _adopt_demo_cases(row, pilot.demo_cases, changes)


async def _adopt_demo_cases(pilot: Pilot, known: Iterable[reference.DemoCase], changes: Changes) -> None:
    there = {demo_case.code for demo_case in await DemoCase.filter(pilot=pilot)}
    for demo_case in known:
        if demo_case.code not in there:
            stage = Stage(demo_case.stage)
            row = await DemoCase.create(pilot=pilot, code=demo_case.code, name=demo_case.name, stage=stage)
            changes.record("democase.added", row, topics=[], data={"pilot": pilot.code, "name": row.name})
