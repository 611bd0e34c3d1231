"""A pilot's chain on its page, who brings what behind a sign-in, and the network and the desk's report in pictures."""

from datetime import timedelta

from app import db
from app.journal import changing
from events.models import Event, Organisation, Participant, ParticipantStatus
from events.networks.models import Network, Region
from matchmaking.groups.membership import join_group, propose_group
from matchmaking.marketplace.models import OpportunityKind
from matchmaking.marketplace.posting import Draft, post
from matchmaking.meetings import accept, request_meeting
from matchmaking.models import Meeting
from matchmaking.outcomes.saying import say
from matchmaking.outcomes.verdict import Said
from matchmaking.pilot_work import ahead, by_year, chain_of, presences
from matchmaking.profile_models import ChainRole
from matchmaking.profiles import approve_profile, write_profile
from matchmaking.regions_met import of_event, of_network
from matchmaking.round_models import Slot
from matchmaking.wishes import Wish
from tests.events.conftest import counting_statements
from tests.matchmaking.conftest import DAY, Fair
from tests.matchmaking.visiting import Visit, visit  # noqa: F401 - a fixture


async def standing(fair: Fair, name: str, role: ChainRole, *, region: int = 0, offers: str = "", needs: str = ""):
    """Somebody of a company that stands there."""
    participant = await fair.newcomer(name, region=region)
    wish = Wish(fair.pilot.id, None, role, tuple(filter(None, [offers])), tuple(filter(None, [needs])))
    profile = await write_profile(
        participant, about="", languages=["en"], interests=[wish], version=None, by=fair[participant]
    )
    await approve_profile(profile, by=fair.organiser)
    return participant


async def test_the_pilot_page_says_which_link_is_missing_and_names_nobody(fair: Fair, visit: Visit) -> None:  # noqa: F811
    await standing(fair, "Anna", ChainRole.RAW_MATERIAL, offers="Bark", needs="Dryers <b>")
    await standing(fair, "Mikko", ChainRole.END_USER, region=1)
    client = await visit(await fair.person("Visitor"))
    address = f"/networks/vanguard/pilots/{fair.pilot.code}"
    page = (await client.get(address)).text
    assert "Missing links: component, equipment and integrator." in page
    assert "Dryers &lt;b&gt;" in page
    assert 'class="missing"' in page
    assert "style=" not in page
    assert "Anna Ltd" not in page
    named = (await client.get(f"{address}/chain")).text
    assert "Anna Ltd" in named
    assert "This link is missing." in named
    client.cookies.clear()
    assert (await client.get(address)).status_code == 200
    assert (await client.get(f"{address}/chain")).headers["location"].startswith("/sign-in")
    assert (await client.get("/networks/vanguard/pilots/NOPE/chain")).status_code == 303
    assert (await client.get("/networks/nope/figures")).status_code == 404


async def test_only_approved_people_make_a_chain(fair: Fair) -> None:
    anna = await standing(fair, "Anna", ChainRole.SERVICE)
    await Participant.filter(id=anna.id).update(status=ParticipantStatus.WITHDRAWN)
    assert (await chain_of(fair.pilot, today=DAY)).organisations == 0
    assert await presences(fair.pilot) == ()
    assert await by_year(fair.network) == {}


async def test_participation_counts_houses_once_an_event_and_year(fair: Fair) -> None:
    await standing(fair, "Anna", ChainRole.SERVICE)
    await standing(fair, "Mikko", ChainRole.FUNDER, region=1)
    sara = await fair.delegate("Sara", house="Anna Ltd")
    assert sara.organisation_id
    (one,) = await presences(fair.pilot)
    assert (one.people, one.organisations, one.regions) == (3, 2, 2)
    assert await by_year(fair.network) == {(fair.pilot.id, DAY.year): (2, 2)}


async def test_what_is_ahead_shows_rounds_and_the_market_to_members_only(fair: Fair) -> None:
    opened = await fair.round("10:00", "11:00")
    anna, jan = await fair.delegate("Anna", opened), await fair.delegate("Jan")
    await post(anna, Draft(OpportunityKind.OFFER, "Bark", "Much", pilot=fair.pilot.id), by=fair[anna])
    (mine,) = await ahead(fair.pilot, fair[jan], today=DAY)
    assert (mine.organisations, mine.opportunities, [people for _round, people in mine.rounds]) == (2, 1, [1])
    (seen,) = await ahead(fair.pilot, await fair.person("Stranger"), today=DAY)
    assert (seen.organisations, seen.opportunities, seen.rounds, seen.member) == (2, 0, (), False)
    assert await ahead(fair.pilot, None, today=DAY + timedelta(days=2)) == ()


async def test_regions_meet_in_the_direction_they_asked(fair: Fair, visit: Visit) -> None:  # noqa: F811
    opened = await fair.round("10:00", "11:00")
    anna, jan = [await fair.delegate(name, opened) for name in ("Anna", "Jan")]
    mikko, olli = [await fair.delegate(name, opened, region=1) for name in ("Mikko", "Olli")]
    held, denied, open_one = [
        await request_meeting(asker, invitee, message="", by=fair[asker])
        for asker, invitee in ((anna, mikko), (anna, olli), (mikko, jan))
    ]
    for meeting, invitee in ((held, mikko), (denied, olli)):
        await accept(meeting, by=fair[invitee])
    await _let_them_be_over(fair)
    await say(await Meeting.get(id=held.id), anna, Said.HELD, note="", by=fair[anna])
    await say(await Meeting.get(id=denied.id), anna, Said.HELD, note="", by=fair[anna])
    await say(await Meeting.get(id=denied.id), olli, Said.MISSED, note="", by=fair[olli])
    polish, finnish = (region.id for region in fair.regions)
    for met in (await of_event(fair.event), await of_network(fair.network)):
        assert met.counts == {(polish, finnish): (2, 1), (finnish, polish): (1, 0)}, open_one
        assert (met.requested, met.realised, met.between) == (3, 1, 1)
    desk = await visit(fair.organiser)
    report = (await desk.get(f"/e/{fair.event.slug}/desk/outcomes")).text
    assert "Requested: 3. Realised: 1, of which between regions: 1." in report
    figures = (await desk.get("/networks/vanguard/figures")).text
    assert "Requested: 3. Realised: 1, of which between regions: 1." in figures
    assert "Anna" not in figures
    other = await Network.create(code="other", name="Other")
    assert (await of_network(other)).counts == {}


async def test_a_group_is_one_meeting_of_all_regions_in_it(fair: Fair, visit: Visit) -> None:  # noqa: F811
    opened = await fair.round("10:00", "11:00")
    fair.regions.append(await a_region("basque", "Basque Country", "ES"))
    people = [await fair.delegate(name, opened, region=n) for n, name in enumerate(("Anna", "Mikko", "Itziar"))]
    people.append(await fair.delegate("Jan", opened))
    group = await propose_group(fair.event, fair.demo_case, title="Bark", proposer=people[0], by=fair[people[0]])
    for one in people[1:]:
        await join_group(group, one, by=fair[one])
    await _let_them_be_over(fair)
    await say(await Meeting.get(), people[2], Said.HELD, note="", by=fair[people[2]])
    polish, finnish, basque = (region.id for region in fair.regions)
    met = await of_event(fair.event)
    assert met.counts == {(polish, finnish): (1, 1), (polish, basque): (1, 1), (finnish, basque): (1, 1)}
    assert (met.requested, met.realised, met.between) == (1, 1, 1)
    report = (await (await visit(fair.organiser)).get(f"/e/{fair.event.slug}/desk/outcomes")).text
    assert "Requested: 1. Realised: 1, of which between regions: 1." in report
    assert "Basque Country" in report


async def a_region(code: str, name: str, country: str) -> Region:
    async with changing("networks", by="test") as changes:
        made = await Region.create(code=code, names={"en": name}, country=country)
        changes.record("region.added", made, topics=[])
    return made


async def test_the_pilot_page_takes_as_many_queries_for_many(sqlite_fair: Fair) -> None:
    await standing(sqlite_fair, "Anna", ChainRole.SERVICE)
    with counting_statements() as few:
        await chain_of(sqlite_fair.pilot, today=DAY)
        await presences(sqlite_fair.pilot)
        await ahead(sqlite_fair.pilot, sqlite_fair.organiser, today=DAY)
    for name in ("Mikko", "Jan", "Sara"):
        await standing(sqlite_fair, name, ChainRole.SERVICE)
    with counting_statements() as many:
        await chain_of(sqlite_fair.pilot, today=DAY)
        await presences(sqlite_fair.pilot)
        await ahead(sqlite_fair.pilot, sqlite_fair.organiser, today=DAY)
    assert len(many) == len(few)
    assert await Organisation.all().count() == 4


async def _let_them_be_over(fair: Fair) -> None:
    for slot in await Slot.all():
        await Slot.filter(id=slot.id).update(start=slot.start - timedelta(days=30), end=slot.end - timedelta(days=30))
    await Event.filter(id=fair.event.id).update(version="v1")
    assert await db.rows("SELECT 1 FROM slot")
