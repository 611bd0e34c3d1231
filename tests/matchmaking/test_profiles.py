import pytest

from app.errors import Forbidden, Refused, Stale
from app.journal import changes_since, revision
from events.networks.models import DemoCase, Network, Pilot, Stage
from matchmaking.parties import members
from matchmaking.profile_models import Interest, Profile, ProfileStatus
from matchmaking.profiles import approve_profile, return_profile, write_profile
from matchmaking.wishes import Wish


async def write(fair, participant, *, version=None, by=None, interests=None, about="We extract lignin."):
    lines = interests or [Wish(fair.pilot.id, None, "research", ("lignin",), ("pulp",), 5)]
    return await write_profile(
        participant,
        about=about,
        languages=["en", "pl"],
        interests=lines,
        version=version,
        by=by or fair[participant],
    )


async def told(fair) -> set[str]:
    return set((await changes_since(fair.event.scope, await revision(fair.event.scope) - 1))[-1].topics)


async def test_write_profile_waits_for_the_desk(fair):
    anna = await fair.newcomer("Anna")
    profile = await write(fair, anna)
    assert profile.status == ProfileStatus.PENDING
    assert profile.languages == ["en", "pl"]
    interest = await Interest.get(profile=profile)
    assert (interest.offers, interest.needs, interest.trl) == (["lignin"], ["pulp"], 5)
    assert await told(fair) == {anna.topic, fair.event.desk}


async def test_approved_profiles_are_told_to_the_other_participants(fair):
    anna = await fair.newcomer("Anna")
    profile = await approve_profile(await write(fair, anna), by=fair.organiser)
    assert profile.status == ProfileStatus.APPROVED
    assert members(fair.event) in await told(fair)
    again = await write(fair, anna, version=profile.version, about="New")
    assert again.status == ProfileStatus.APPROVED
    assert members(fair.event) in await told(fair)


async def test_a_returned_profile_says_why_and_comes_back(sqlite_fair):
    fair = sqlite_fair
    anna = await fair.newcomer("Anna")
    profile = await write(fair, anna)
    with pytest.raises(Refused, match="Say what is missing"):
        await return_profile(profile, reason="", by=fair.organiser)
    profile = await return_profile(profile, reason="What do you seek?", by=fair.organiser)
    assert (profile.status, profile.status_reason) == (ProfileStatus.RETURNED, "What do you seek?")
    profile = await write(fair, anna, version=profile.version)
    assert (profile.status, profile.status_reason) == (ProfileStatus.PENDING, "")


async def test_only_the_desk_approves(sqlite_fair):
    fair = sqlite_fair
    anna = await fair.newcomer("Anna")
    profile = await write(fair, anna)
    with pytest.raises(Forbidden):
        await approve_profile(profile, by=fair[anna])
    assert (await Profile.get(id=profile.id)).status == ProfileStatus.PENDING


async def test_nobody_writes_for_another_but_the_desk(sqlite_fair):
    fair = sqlite_fair
    anna, eve = await fair.newcomer("Anna"), await fair.newcomer("Eve")
    with pytest.raises(Forbidden):
        await write(fair, anna, by=fair[eve])
    assert await write(fair, anna, by=fair.organiser)


async def test_an_old_page_does_not_overwrite(sqlite_fair):
    fair = sqlite_fair
    anna = await fair.newcomer("Anna")
    first = await write(fair, anna)
    await write(fair, anna, version=first.version)
    for version in (None, first.version):
        with pytest.raises(Stale):
            await write(fair, anna, version=version)


async def test_interests_belong_to_the_network_and_stand_once(sqlite_fair):
    fair = sqlite_fair
    anna = await fair.newcomer("Anna")
    foreign = await Network.create(code="berry", name="BERRY+")
    berries = await Pilot.create(network=foreign, code="FOOD", names={"en": "Functional foods"})
    powder = await DemoCase.create(pilot=berries, code="powder", name="Powder", stage=Stage.LEARN)
    wrong = [
        [],
        [Wish(berries.id, None, "research", (), ())],
        [Wish(fair.pilot.id, powder.id, "research", (), ())],
        [Wish(fair.pilot.id, None, "research", (), ()), Wish(fair.pilot.id, None, "funder", (), ())],
        [Wish(fair.pilot.id, None, "research", (), ())] * 13,
    ]
    for interests in wrong:
        with pytest.raises(Refused):
            await write_profile(anna, about="", languages=["en"], interests=interests, version=None, by=fair[anna])
    assert not await Profile.exists()
