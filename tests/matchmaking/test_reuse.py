"""A profile of an earlier event is offered once, as far as it fits this event, and stands only after a save."""

from events.models import Event
from events.networks.models import Network, Pilot
from matchmaking.directory import earlier_profile
from matchmaking.profile_models import ChainRole, Profile
from matchmaking.profiles import write_profile
from matchmaking.wishes import Wish
from tests.matchmaking.conftest import Fair
from tests.matchmaking.visiting import visit  # noqa: F401 - a fixture


async def test_the_newest_profile_of_another_event_is_prefilled(fair: Fair, visit) -> None:  # noqa: F811
    later = await fair.second_event("oulu")
    anna = await fair.delegate("Anna", offers=("bark",), needs=("lignin",))
    there = await fair.newcomer("Anna", event=later)
    hers = await visit(fair[anna])
    page = (await hers.get("/e/oulu/profile")).text
    assert "This is your profile of “Meet in Tampere”." in page
    assert "bark" in page
    assert await Profile.filter(participant=there).count() == 0, "nothing is stored before the save"
    saved = {
        "about": "", "languages": "en", "interests-0-work": f"{fair.pilot.id}.{fair.demo_case.id}",
        "interests-0-role": "research", "interests-0-offers": "bark", "interests-0-needs": "lignin",
    }  # fmt: skip
    assert (await hers.post("/e/oulu/profile", data=saved)).status_code == 303
    assert (await Profile.get(participant=there)).status == "pending"
    assert "This is your profile of" not in (await hers.get("/e/oulu/profile")).text


async def test_what_does_not_belong_to_this_network_is_left_out_and_told(fair: Fair, visit) -> None:  # noqa: F811
    later = await fair.second_event("oulu")
    other = await Network.create(code="berry", name="BERRY+")
    berries = await Pilot.create(network=other, code="FOOD", names={"en": "Food"})
    anna = await fair.newcomer("Anna")
    await Event.filter(id=fair.event.id).update(network=other)
    elsewhere = Wish(berries.id, None, ChainRole.RESEARCH, ("berries",), (), 5)
    await write_profile(anna, about="I am Anna", languages=["pl"], interests=[elsewhere], version=None, by=fair[anna])
    there = await fair.newcomer("Anna", event=later)
    earlier = await earlier_profile(there)
    assert earlier
    assert (earlier.card.lines, earlier.card.about, earlier.left_out) == ((), "I am Anna", 1)
    hers = await visit(fair[anna])
    page = (await hers.get("/e/oulu/profile")).text
    assert "1 part is left out" in page
    assert "berries" not in page


async def test_nobody_gets_somebody_elses_profile(fair: Fair) -> None:
    await fair.delegate("Anna", offers=("bark",))
    mikko = await fair.newcomer("Mikko")
    assert await earlier_profile(mikko) is None
    nameless = await fair.newcomer("Eero")
    nameless.person_id = None
    assert await earlier_profile(nameless) is None
