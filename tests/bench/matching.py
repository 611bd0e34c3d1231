"""How good recommendations are on events with planted truth, and what they cost: one list, all lists, one page.

Quality and lists are without a database, and so are measured once.
"""

import statistics
import time
from collections.abc import Callable, Mapping, Sequence

from app.journal import changing
from events.models import Organisation, OrganisationKind, Participant
from events.networks.models import DemoCase, Pilot, Region, Stage
from matchmaking.profile_models import ChainRole, Interest, Profile, ProfileStatus
from matchmaking.ranking import NOBODY_CROWDED, points_of, rank
from matchmaking.spreading.easing import ease, exposures, favourites
from matchmaking.wishes import Crowd, crowd
from tests.bench.rig import Asked, Client, Figure, Ground, Server, cpu_of, serving
from tests.bench.stage import Fair, fair, sign_in
from tests.planted import REGIONS, Planted, by_shared_tags, gini, mean_ndcg, planted, world

PEOPLE = 2000
SHOWN = 20
SEEDS = 1, 2, 3
READERS = range(0, PEOPLE, 20)
LISTS = range(0, PEOPLE, 100)
CHANGES = 5
BATCH = 100
QUALITY = (
    "nDCG@10", "nDCG@10 of shared tags alone", "nDCG@10, other regions first", "nDCG@10, popular eased",
    "uneven (Gini) without easing", "uneven (Gini)", "lists that show the most shown, without easing",
    "lists that show the most shown",
)  # fmt: skip
COSTS = "profiles made ready", "one list of 20", "all lists, and what the popular lose"


async def figures(ground: Ground) -> list[Figure]:
    found = [*_quality(), *_costs()] if ground.kind == "sqlite" else [Figure(what, None) for what in (*QUALITY, *COSTS)]
    return [*found, *await _pages(ground)]


def _quality() -> list[Figure]:
    runs = [_measured(planted(PEOPLE, seed=seed)) for seed in SEEDS]
    note = f"mean of {len(SEEDS)} events of {PEOPLE:,}"
    return [
        Figure(what, statistics.mean(values), note=note)
        for what, values in zip(QUALITY, zip(*runs, strict=True), strict=True)
    ]


def _measured(event: Planted) -> tuple[float, ...]:
    """In the order of QUALITY."""
    anywhere = crowd(event.written, interregional=False)
    lists = [favourites(points_of(one, anywhere), shown=SHOWN) for one in event.written]
    losses = ease(lists, shown=SHOWN)
    plain, eased = (exposures(lists, lost, shown=SHOWN) for lost in (NOBODY_CROWDED, losses))
    return (
        mean_ndcg(event, _ranking(event, anywhere), readers=READERS),
        mean_ndcg(event, lambda reader: by_shared_tags(event, reader), readers=READERS),
        mean_ndcg(event, _ranking(event, crowd(event.written)), readers=READERS),
        mean_ndcg(event, _ranking(event, anywhere, losses), readers=READERS),
        *(gini([counts[one] for one in range(PEOPLE)]) for counts in (plain, eased)),
        *(max(counts.values()) for counts in (plain, eased)),
    )


def _ranking(
    event: Planted, among: Crowd, losses: Mapping[int, int] = NOBODY_CROWDED
) -> Callable[[int], Sequence[int]]:
    def ranking(reader: int) -> list[int]:
        return [one.participant for one in rank(event.written[reader], among, limit=10, crowded=losses)]

    return ranking


def _costs() -> list[Figure]:
    event = planted(PEOPLE, seed=SEEDS[0])
    start = time.process_time()
    among = crowd(event.written)
    ready = time.process_time()
    for reader in LISTS:
        rank(event.written[reader], among, limit=SHOWN)
    ranked = time.process_time()
    ease([favourites(points_of(one, among), shown=SHOWN) for one in event.written], shown=SHOWN)
    done = time.process_time()
    return [
        Figure(COSTS[0], (ready - start) * 1e3, "ms CPU", note="after a profile has changed, by whoever looks next"),
        Figure(COSTS[1], (ranked - ready) / len(LISTS) * 1e3, "ms CPU", note="at most 50"),
        Figure(COSTS[2], done - ranked, "s CPU", note="in a worker; at most 30"),
    ]


async def _pages(ground: Ground) -> list[Figure]:
    """The whole request of somebody among so many, who all have a profile and times; then after another's change."""
    made = await fair(pairs=PEOPLE // 2)
    await _give_profiles(made, planted(PEOPLE, seed=SEEDS[0]))
    (cookie,) = await sign_in([made.pairs[0].asker])
    with serving(ground) as server:
        headers = {"Cookie": cookie}
        found = await cpu_of(server, {"page of the best 20": Asked("/e/fair/matches", headers, times=4)})
        return [*found, await _after_a_change(server, headers)]


async def _after_a_change(server: Server, headers: Mapping[str, str]) -> Figure:
    client = await Client.connect(server)
    seconds = []
    for _ in range(CHANGES):
        profile = await Profile.all().order_by("id").first()
        assert profile
        await Profile.filter(id=profile.id).update(version=profile.version + 1)
        before = server.cpu
        await client.get("/e/fair/matches", **headers)
        seconds.append(server.cpu - before)
    client.close()
    return Figure("page of the best 20, after a profile has changed", statistics.median(seconds) * 1e6, "µs CPU")


async def _give_profiles(made: Fair, event: Planted) -> None:
    """What is planted, for the guests of the fair in the order of their ids."""
    network = made.event.network_id
    async with changing(made.event.scope, by="bench") as changes:
        pilots = [
            await Pilot.create(network_id=network, code=f"P{n}", names={"en": f"Pilot {n}"}, position=n)
            for n in range(max(world().pilots) + 1)
        ]
        cases = [
            await DemoCase.create(pilot=pilots[pilot], code=f"c{n}", name=f"Demo case {n}", stage=Stage.CONNECT)
            for n, pilot in enumerate(world().pilots)
        ]
        regions = [
            await Region.create(code=f"r{n}", names={"en": f"Region {n}"}, country="FI") for n in range(len(REGIONS))
        ]
        houses: dict[int, Organisation] = {}
        for guest in event.guests:
            if guest.organisation not in houses:
                told = {"name": f"House {guest.organisation}", "kind": OrganisationKind.COMPANY}
                houses[guest.organisation] = await Organisation.create(region=regions[guest.region], **told)
        guests = await Participant.filter(event=made.event, kind="delegate").order_by("id")
        for participant, guest in zip(guests, event.guests, strict=True):
            participant.organisation_id = houses[guest.organisation].id
        await Participant.bulk_update(guests, ["organisation_id"], batch_size=BATCH)
        told = {"status": ProfileStatus.APPROVED}
        await Profile.bulk_create(
            [
                Profile(participant=one, languages=sorted(written.languages), **told)
                for one, written in zip(guests, event.written, strict=True)
            ],
            batch_size=BATCH,
        )
        profiles = await Profile.filter(participant__event=made.event).order_by("participant_id")
        await Interest.bulk_create(
            [
                Interest(
                    profile=profile,
                    pilot=pilots[line.pilot],
                    demo_case=cases[line.demo_case] if line.demo_case is not None else None,
                    role=ChainRole(line.role),
                    offers=list(line.offers),
                    needs=list(line.needs),
                    trl=line.trl,
                )
                for profile, written in zip(profiles, event.written, strict=True)
                for line in written.lines
            ],
            batch_size=BATCH,
        )
        changes.record("bench.set", made.event, topics=[])
