"""A pilot or demo case is closed after a look at what stands on it: it stays, says so, and nobody chooses it anew."""

import pytest

from app.errors import Refused
from events.models import Organisation
from events.networks.closing import close, reopen, uses
from events.networks.coordinators import appoint
from events.networks.following import follow
from events.networks.models import DemoCase, Pilot
from events.networks.proposing.partnering import join
from events.schedule import Details, create_session
from matchmaking.affinity import Wish
from matchmaking.pilot_uses import uses as uses_at_events
from matchmaking.profiles import works_for, write_profile
from tests.matchmaking.conftest import DAY, Fair, fair, no_cards_of_another_database  # noqa: F401 - fixtures
from tests.matchmaking.visiting import Visit, visit  # noqa: F401 - a fixture

DESK = "/networks/vanguard/desk/pilots/BIO"


async def test_a_look_shows_what_stands_on_a_pilot(fair: Fair, visit: Visit) -> None:  # noqa: F811
    await appoint(fair.network, fair.organiser.email, by="test")
    anna = await fair.delegate("Anna", await fair.round("10:00", "11:00"))
    house = await Organisation.get(id=anna.organisation_id)
    await join(fair.pilot, house, by=fair[anna])
    await follow(fair.pilot, by=fair[anna])
    await create_session(fair.event, Details(title="Bark", pilots=(fair.pilot,)), by=fair.organiser)
    hers = await visit(fair.organiser)
    page = (await hers.get(f"{DESK}/closing")).text
    for words in (
        "1 partner works on it.", "1 person follows it.", "1 session to come is about it.", "1 profile names it."
    ):  # fmt: skip
        assert words in page
    assert (await hers.get(f"{DESK}/closing?case={fair.demo_case.id}")).status_code == 200
    for odd in ("x", "0", "999999", "-1", "9" * 40):
        assert (await hers.get(f"{DESK}/closing?case={odd}")).status_code == 404
    assert not (await Pilot.get(id=fair.pilot.id)).closed, "a look changes nothing"


async def test_what_is_closed_is_offered_to_nobody_who_has_not_named_it(fair: Fair, visit: Visit) -> None:  # noqa: F811
    await appoint(fair.network, fair.organiser.email, by="test")
    anna = await fair.delegate("Anna", await fair.round("10:00", "11:00"))
    newcomer = await fair.newcomer("Nina")
    hers = await visit(fair.organiser)
    assert (await hers.post(f"{DESK}/closing", data={"case": fair.demo_case.id})).status_code == 303
    assert (await DemoCase.get(id=fair.demo_case.id)).closed
    assert not (await Pilot.get(id=fair.pilot.id)).closed
    assert [[one.id for one in each] for each in await works_for(newcomer)] == [[fair.pilot.id], []]
    assert (await hers.post(f"{DESK}/closing", data={})).status_code == 303
    assert await works_for(newcomer) == ([], [])
    assert [one.id for one in (await works_for(anna))[0]] == [fair.pilot.id], "Anna's profile names it"
    wish = Wish(pilot=fair.pilot.id, demo_case=None, role="component", offers=("bark",), needs=())
    with pytest.raises(Refused, match="or is closed"):
        await write_profile(newcomer, about="", languages=[], interests=[wish], version=None, by=fair[newcomer])
    house = await Organisation.get(id=anna.organisation_id)
    with pytest.raises(Refused, match="nobody joins it any more"):
        await join(fair.pilot, house, by=fair[anna])
    network = (await hers.get("/networks/vanguard")).text
    assert "closed" in network
    assert "Work on this pilot ended" in (await hers.get("/networks/vanguard/pilots/BIO")).text
    journal = (await hers.get("/networks/vanguard/desk/journal")).text
    assert "Pilot closed: BIO" in journal
    assert "Demo case closed in BIO: Biobased aromatics" in journal
    assert (await hers.post(f"{DESK}/reopening", data={})).status_code == 303
    assert (await hers.post(f"{DESK}/reopening", data={"case": fair.demo_case.id})).status_code == 303
    assert [len(each) for each in await works_for(newcomer)] == [1, 1]


async def test_closing_twice_is_one(fair: Fair) -> None:  # noqa: F811
    await close(fair.pilot, by=fair.organiser)
    first = (await Pilot.get(id=fair.pilot.id)).closed_at
    await close(fair.pilot, by=fair.organiser)
    assert (await Pilot.get(id=fair.pilot.id)).closed_at == first
    await reopen(fair.pilot, by=fair.organiser)
    await reopen(fair.pilot, by=fair.organiser)
    assert await uses(fair.pilot, None, DAY) == list(await uses_at_events(fair.pilot, fair.demo_case, DAY)) == []
