import pytest

from matchmaking.directory import Filter, directory, own_card
from matchmaking.leaving import withdraw
from matchmaking.profile_models import Profile
from matchmaking.profiles import return_profile, write_profile


@pytest.fixture
async def anna(sqlite_fair):
    return await sqlite_fair.delegate("Anna Nowak", offers=("bark",), needs=("lignin",))


@pytest.fixture
async def mikko(sqlite_fair):
    return await sqlite_fair.delegate("Mikko Virtanen", region=1, offers=("kraft lignin",), needs=("bark",))


async def names(event, **kept) -> list[str]:
    return [card.name for card in (await directory(event)).only(Filter(**kept))]


async def test_directory_holds_approved_profiles_of_this_event_only(sqlite_fair, anna, mikko):
    fair = sqlite_fair
    jan = await fair.delegate("Jan")
    await return_profile(await Profile.get(participant=jan), reason="Empty", by=fair.organiser)
    sara = await fair.delegate("Sara")
    await withdraw(sara, by=fair[sara])
    await fair.newcomer("Nobody")
    other = await fair.second_event("lahti")
    assert await names(fair.event) == ["Anna Nowak", "Mikko Virtanen"]
    assert await names(other) == []


async def test_filters_narrow(sqlite_fair, anna, mikko):
    fair = sqlite_fair
    both = ["Anna Nowak", "Mikko Virtanen"]
    assert await names(fair.event, pilot=fair.pilot.id) == both
    assert await names(fair.event, pilot=999) == []
    assert await names(fair.event, demo_case=fair.demo_case.id) == both
    assert await names(fair.event, role="research") == both
    assert await names(fair.event, role="funder") == []
    assert await names(fair.event, region=fair.regions[1].id) == ["Mikko Virtanen"]


@pytest.mark.parametrize(
    ("words", "found"),
    [
        ("lignin", 2),
        ("LIGNIN kraft", 1),
        ("nowak ltd", 1),
        ("malopolska", 1),
        ("Małopolska", 1),
        ("%", 0),
        ("_", 0),
        (".*", 0),
        ("", 2),
        ("  ", 2),
    ],
)
async def test_search_takes_words_as_they_are(sqlite_fair, anna, mikko, words, found):
    assert len(await names(sqlite_fair.event, words=words)) == found


async def test_matches_come_with_reasons_in_the_readers_words(sqlite_fair, anna, mikko):
    known = await directory(sqlite_fair.event)
    me = await own_card(anna)
    (match,) = known.matches(me, limit=10)
    assert match.card.name == "Mikko Virtanen"
    assert match.score > 500
    assert match.reasons[:3] == (
        "They offer kraft lignin, you seek lignin.",
        "You offer bark, they seek it.",
        "You both work on Biobased aromatics.",
    )
    assert "They are from another region (Tampere Region, Finland)." in match.reasons
    assert known.matches(me, limit=10, without={mikko.id}) == []
    assert known.match(me, known.find(mikko.id)) == match


async def test_a_card_changes_with_its_profile_and_its_person(sqlite_fair, anna, mikko):
    fair = sqlite_fair
    before = await own_card(anna)
    await write_profile(anna, about="New", languages=["pl"], interests=before.lines, version=2, by=fair[anna])
    after = await own_card(anna)
    assert (before.about, after.about) == ("", "New")
    anna.name = "Anna Kowalska"
    await anna.save()
    assert (await own_card(anna)).name == "Anna Kowalska"
