"""Which regions met which: requested and realised meetings of an event, or of all a network's, region by region."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from app import db
from app.wording import alphabetical, country
from events.models import Event
from events.networks.models import Network, Region
from matchmaking.outcomes.verdict import Said

Counts = Mapping[tuple[int, int], tuple[int, int]]  # (region that asked, region asked) → requested, realised


@dataclass(frozen=True, slots=True)
class RegionsMet:
    """`regions` with most meetings first; `names` has each as "Tampere Region, Finland"."""

    counts: Counts
    regions: tuple[int, ...]
    names: Mapping[int, str]

    @property
    def pairs(self) -> Sequence[tuple[int, int, int, int]]:
        """(asked, was asked, requested, realised), the most first."""
        rows = [(one, other, *both) for (one, other), both in self.counts.items()]
        return sorted(rows, key=lambda row: (-row[2], -row[3], alphabetical(self.names[row[0]])))

    @property
    def requested(self) -> int:
        return sum(requested for requested, _realised in self.counts.values())

    @property
    def realised(self) -> int:
        return sum(realised for _requested, realised in self.counts.values())

    @property
    def between(self) -> int:
        """Realised meetings of two regions."""
        return sum(realised for (one, other), (_requested, realised) in self.counts.items() if one != other)


async def of_event(event: Event) -> RegionsMet:
    return await _met("meeting.event_id = $1", event.id)


async def of_network(network: Network) -> RegionsMet:
    return await _met("meeting.event_id IN (SELECT id FROM event WHERE network_id = $1)", network.id)


async def _met(which: str, number: int) -> RegionsMet:
    """Two queries. Realised is what outcomes.verdict calls held: somebody says so and nobody denies it."""
    said = "SELECT 1 FROM outcome WHERE outcome.meeting_id = meeting.id AND said"
    realised = (
        f"meeting.status = 'accepted' AND EXISTS ({said} <> '{Said.MISSED.value}') "
        f"AND NOT EXISTS ({said} = '{Said.MISSED.value}')"
    )
    rows = await db.rows(
        "SELECT one.region_id AS one, other.region_id AS other, COUNT(*) AS requested, "  # noqa: S608 - words of ours
        f"SUM(CASE WHEN {realised} THEN 1 ELSE 0 END) AS realised FROM meeting "
        "JOIN participant AS asker ON asker.id = meeting.asker_id "
        "JOIN organisation AS one ON one.id = asker.organisation_id "
        "JOIN participant AS invitee ON invitee.id = meeting.invitee_id "
        "JOIN organisation AS other ON other.id = invitee.organisation_id "
        f"WHERE {which} GROUP BY one.region_id, other.region_id",
        number,
    )
    counts = {(row["one"], row["other"]): (int(row["requested"]), int(row["realised"])) for row in rows}
    weight: dict[int, int] = {}
    for (one, other), (requested, _realised) in counts.items():
        weight[one] = weight.get(one, 0) + requested
        weight[other] = weight.get(other, 0) + requested * (one != other)
    regions = await Region.filter(id__in=list(weight))
    names = {region.id: f"{region.name}, {country(region.country)}" for region in regions}
    ordered = sorted(weight, key=lambda region: (-weight[region], alphabetical(names[region])))
    return RegionsMet(counts, tuple(ordered), names)
