"""What a region offers and seeks: merged by organisation, from approved profiles, without names."""

from datetime import date, timedelta

from app import db
from events.models import Event, Organisation, Participant, ParticipantStatus
from matchmaking.profile_models import Profile, ProfileStatus
from matchmaking.supply import A_PAGE, RECENT, of_organisation, of_region
from tests.matchmaking.conftest import DAY, Fair

TODAY = DAY


async def test_colleagues_are_one_organisation_with_each_term_once(fair: Fair) -> None:
    await fair.delegate("Anna", house="Lignin Oy", region=1, offers=("Lignin", "Resins"), needs=("Pilot line",))
    await fair.delegate("Jan", house="Lignin Oy", region=1, offers=("lignin", "Bark"))
    await fair.delegate("Ewa", house="Klaster", region=0, needs=("Lignin",))
    shown = await of_region(fair.regions[1], code="", number=1, today=TODAY)
    assert [(one.pilot.code, one.organisations) for one in shown.counts] == [("BIO", 1)]
    (line,) = shown.lines
    assert (line.name, line.offers, line.needs) == ("Lignin Oy", ("Lignin", "Resins", "Bark"), ("Pilot line",))
    house = await Organisation.get(name="Lignin Oy")
    assert [(pilot.code, found) for pilot, found in await of_organisation(house, today=TODAY)] == [("BIO", line)]


async def test_only_approved_and_recent_profiles_count(fair: Fair) -> None:
    region = fair.regions[0]
    returned = await fair.delegate("Returned", offers=("Returned",))
    await Profile.filter(participant=returned).update(status=ProfileStatus.RETURNED)
    gone = await fair.delegate("Gone", offers=("Gone",))
    await Participant.filter(id=gone.id).update(status=ParticipantStatus.WITHDRAWN)
    here = await fair.delegate("Here", offers=("Here",))
    assert here.organisation_id
    shown = await of_region(region, code="", number=1, today=TODAY)
    assert [line.offers for line in shown.lines] == [("Here",)]
    last = (await Event.get(id=fair.event.id)).last_day
    assert (await of_region(region, code="", number=1, today=last + RECENT)).pilot is not None
    long_after = await of_region(region, code="", number=1, today=last + RECENT + timedelta(days=1))
    assert (long_after.pilot, long_after.lines) == (None, ())


async def test_many_organisations_are_paged_with_few_queries(sqlite_fair: Fair) -> None:
    fair = sqlite_fair
    for number in range(A_PAGE + 2):
        await fair.delegate(f"Anna {number:03}", offers=("Lignin",))
    statements: list[str] = []
    client = db.client()
    original = client.execute_query

    async def noted(sql: str, *args: object) -> object:
        statements.append(sql)
        return await original(sql, *args)

    client.execute_query = noted  # type: ignore[method-assign, assignment]
    try:
        second = await of_region(fair.regions[0], code="BIO", number=9, today=TODAY)
    finally:
        del client.execute_query
    assert (second.number, second.pages) == (2, 2)
    assert [line.name for line in second.lines] == ["Anna 050 Ltd", "Anna 051 Ltd"]
    assert len(statements) <= 3


async def test_nobody_says_anything(sqlite_fair: Fair) -> None:
    shown = await of_region(sqlite_fair.regions[0], code="BIO", number=1, today=date(2026, 1, 1))
    assert (shown.counts, shown.pilot) == ((), None)
