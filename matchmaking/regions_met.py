"""Which regions met which: requested and realised meetings of an event, or of all a network's, region by region."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations

from app import db
from app.wording import alphabetical, country
from events.models import Event
from events.networks.models import Network, Region
from matchmaking.outcomes.verdict import Said

SAID = "SELECT 1 FROM outcome WHERE outcome.meeting_id = meeting.id AND said"
REALISED = (
    f"meeting.status = 'accepted' AND EXISTS ({SAID} <> '{Said.MISSED.value}') "
    f"AND NOT EXISTS ({SAID} = '{Said.MISSED.value}')"
)
"""What outcomes.verdict calls held: somebody says so and nobody denies it."""
Counts = Mapping[tuple[int, int], tuple[int, int]]  # (region that asked, region asked) → requested, realised


@dataclass(frozen=True, slots=True)
class RegionsMet:
    """`regions` with most meetings first; `names` has each as "Tampere Region, Finland".

    In a group nobody asks: its meeting counts for each two of its regions, in the order in which people registered, and
    once in the numbers of meetings `requested`, `realised` and, of these, `between` regions.
    """

    counts: Counts
    regions: tuple[int, ...]
    names: Mapping[int, str]
    requested: int
    realised: int
    between: int

    @property
    def pairs(self) -> Sequence[tuple[int, int, int, int]]:
        """(asked, was asked, requested, realised), the most first."""
        rows = [(one, other, *both) for (one, other), both in self.counts.items()]
        return sorted(rows, key=lambda row: (-row[2], -row[3], alphabetical(self.names[row[0]])))


async def of_event(event: Event) -> RegionsMet:
    return await _met("meeting.event_id = $1", event.id)


async def of_network(network: Network) -> RegionsMet:
    return await _met("meeting.event_id IN (SELECT id FROM event WHERE network_id = $1)", network.id)


async def _met(which: str, number: int) -> RegionsMet:
    """Three queries."""
    met = [*await _of_two(which, number), *await _of_groups(which, number)]
    counts: dict[tuple[int, int], tuple[int, int]] = {}
    for one in met:
        for pair in _pairs(one.regions):
            requested, realised = counts.get(pair, (0, 0))
            counts[pair] = requested + one.requested, realised + one.realised
    weight: dict[int, int] = {}
    for (one_region, other), (requested, _realised) in counts.items():
        weight[one_region] = weight.get(one_region, 0) + requested
        weight[other] = weight.get(other, 0) + requested * (one_region != other)
    regions = await Region.filter(id__in=list(weight))
    names = {region.id: f"{region.name}, {country(region.country)}" for region in regions}
    return RegionsMet(
        counts,
        tuple(sorted(weight, key=lambda region: (-weight[region], alphabetical(names[region])))),
        names,
        requested=sum(one.requested for one in met),
        realised=sum(one.realised for one in met),
        between=sum(one.realised for one in met if len(set(one.regions)) > 1),
    )


@dataclass(frozen=True, slots=True)
class _Met:
    """So many meetings of people from these regions, whoever asked first."""

    regions: tuple[int, ...]
    requested: int
    realised: int


def _pairs(regions: Sequence[int]) -> Sequence[tuple[int, int]]:
    """Each two of them once; one region alone met itself."""
    different = list(dict.fromkeys(regions))
    return list(combinations(different, 2)) or [(different[0], different[0])]


async def _of_two(which: str, number: int) -> Sequence[_Met]:
    rows = await db.rows(
        "SELECT one.region_id AS one, other.region_id AS other, COUNT(*) AS requested, "  # noqa: S608 - words of ours
        f"SUM(CASE WHEN {REALISED} THEN 1 ELSE 0 END) AS realised FROM meeting "
        "JOIN participant AS asker ON asker.id = meeting.asker_id "
        "JOIN organisation AS one ON one.id = asker.organisation_id "
        "JOIN participant AS invitee ON invitee.id = meeting.invitee_id "
        "JOIN organisation AS other ON other.id = invitee.organisation_id "
        f"WHERE {which} AND meeting.group_id IS NULL GROUP BY one.region_id, other.region_id",
        number,
    )
    return [_Met((row["one"], row["other"]), int(row["requested"]), int(row["realised"])) for row in rows]


async def _of_groups(which: str, number: int) -> Sequence[_Met]:
    """By meeting, its members' regions as they registered."""
    rows = await db.rows(
        "SELECT meeting.id AS meeting, organisation.region_id AS region, "  # noqa: S608 - words of ours
        f"CASE WHEN {REALISED} THEN 1 ELSE 0 END AS realised FROM meeting "
        "LEFT JOIN seat ON seat.meeting_id = meeting.id AND seat.role = 'member' "
        "JOIN participant ON participant.id IN (meeting.asker_id, meeting.invitee_id, seat.participant_id) "
        "JOIN organisation ON organisation.id = participant.organisation_id "
        f"WHERE {which} AND meeting.group_id IS NOT NULL ORDER BY meeting.id, participant.id",
        number,
    )
    found: dict[int, _Met] = {}
    for row in rows:
        before = found.get(row["meeting"])
        regions = (*(before.regions if before else ()), row["region"])
        found[row["meeting"]] = _Met(regions, 1, int(row["realised"]))
    return list(found.values())
