"""Public pages of networks, regions, organisations and pilots: what everybody sees, sorted, searched and paged fast."""

import re
import time
from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import date
from typing import Any

import pytest

from app import db
from app.errors import Refused
from app.i18n import speaking
from events.belonging import belong
from events.models import Event, EventKind, Organisation, OrganisationKind
from events.networks.following import agree, disagree, houses
from events.networks.keeping import Words, add_series
from events.networks.models import Listing, Membership, MembershipStatus, Pilot, Region
from events.networks.reading import members, ordered
from events.networks.regions import organisations

Conference = Any  # see conftest.py
Browser = Any
Counted = Callable[[], AbstractContextManager[list[str]]]
REGIONS = {
    "Łódzkie": "PL", "Lubelskie": "PL", "Mazowieckie": "PL", "Örebro": "SE", "Oulu": "FI", "Åland": "FI",
}  # fmt: skip


async def join(conference: Conference) -> list[Membership]:
    """The Finnish ones since 2020."""
    for name, code in REGIONS.items():
        region = await Region.create(code=name.lower(), names={"en": name}, country=code)
        start = date(2020, 1, 1) if code == "FI" else None
        await Membership.create(network=conference.network, region=region, status=MembershipStatus.FULL, start=start)
    return await Membership.all().select_related("region")


async def test_regions_stand_where_readers_look_for_them(sqlite_conference: Conference) -> None:
    rows = await join(sqlite_conference)

    def by(sort: str) -> list[str]:
        return [one.region.name for one in ordered(rows, sort)]

    with speaking("pl"):
        assert by("name") == ["Åland", "Lubelskie", "Łódzkie", "Mazowieckie", "Örebro", "Oulu"]
        assert by("-country") == ["Örebro", "Lubelskie", "Łódzkie", "Mazowieckie", "Åland", "Oulu"], "equals by name"
    with speaking("fi"):
        assert by("name") == ["Łódzkie", "Lubelskie", "Mazowieckie", "Oulu", "Åland", "Örebro"]
        assert by("-name") == by("name")[::-1]
        assert by("since")[-2:] == ["Oulu", "Åland"]
        assert by("colour") == by("name")


async def test_network_shows_its_members_of_a_day_sorted_by_links(conference: Conference, browser: Browser) -> None:
    await join(conference)
    nobody = await browser()
    page = (await nobody.get("/networks/vanguard?on=2019-12-31&sort=-name")).text
    assert "4 regions on 31 December 2019" in page
    names = re.findall(r'<th scope="row"><a href="/regions/[^"]+">(\w+)</a>', page)
    assert names == ["Örebro", "Mazowieckie", "Lubelskie", "Łódzkie"], "to English readers ł is an l"
    assert 'aria-sort="descending"' in page
    for odd in ("?on=yesterday", "?on=2019-02-31", "?sort=colour", "?sort=%00", "?on=99999-01-01"):
        answer = await nobody.get(f"/networks/vanguard{odd}")
        assert answer.status_code == 200
        assert "6 regions on" in answer.text


async def test_regions_and_notes_are_said_in_the_readers_language_or_marked(
    conference: Conference, browser: Browser
) -> None:
    region = await Region.create(code="tampere", names={"en": "Tampere Region", "fi": "Pirkanmaa"}, country="FI")
    notes = {"en": "joined in 2020", "fi": "liittyi 2020"}
    full = MembershipStatus.FULL
    await Membership.create(network=conference.network, region=region, status=full, notes=notes)
    nobody = await browser()
    page = (await nobody.get("/networks/vanguard", accept_language="fi")).text
    assert '<a href="/regions/tampere">Pirkanmaa</a>' in page
    assert "liittyi 2020" in page
    page = (await nobody.get("/networks/vanguard", accept_language="pl")).text
    assert '<a href="/regions/tampere"><span lang="en">Tampere Region</span></a>' in page
    assert '<span lang="en">joined in 2020</span>' in page
    assert "<h1>Pirkanmaa</h1>" in (await nobody.get("/regions/tampere", accept_language="fi")).text


async def test_members_of_a_day_are_counted_by_country(conference: Conference) -> None:
    await Membership.create(network=conference.network, region=conference.region, status=MembershipStatus.OBSERVER)
    shown = await members(conference.network, date(2024, 1, 1), today=date(2024, 1, 1))
    assert shown.by_country == (("PL", 1),)
    assert shown.by_status == ((MembershipStatus.OBSERVER, 1),)
    assert [tile.count for tile in shown.map.tiles if tile.country == "PL"] == [1]


async def test_people_are_listed_only_with_their_consent(conference: Conference, browser: Browser) -> None:
    anna = await conference.delegate("Anna")
    house, person = await Organisation.get(id=anna.organisation_id), await anna.person
    nobody, hers = await browser(), await browser(person)
    page = f"/organisations/{house.id}"
    region = f"/regions/{conference.region.code}"
    assert "Anna" not in (await nobody.get(page)).text.replace("Anna Ltd", "")
    with pytest.raises(Refused, match="have not taken part"):
        await agree(house, by=await conference.person("Somebody"))
    assert (await hers.post(f"/account/listings/{house.id}")).status_code == 303
    for path in (page, region):
        assert "Anna" in (await nobody.get(path)).text.replace("Anna Ltd", "")
    assert (await Listing.get()).at
    assert [bool(one.listing) for one in await houses(person)] == [True]
    await hers.post(f"/account/listings/{house.id}/end")
    assert "Anna" not in (await nobody.get(region)).text.replace("Anna Ltd", "")
    assert (await hers.post("/account/listings/999999")).status_code == 404
    await disagree(house, by=person)


async def test_ten_thousand_organisations_are_searched_and_paged(
    conference: Conference, browser: Browser, counted: Counted
) -> None:
    region, kind = conference.region, OrganisationKind.COMPANY.value
    rows = [(f"Spółka {n:05}", kind, region.id, "") for n in range(9_999)] + [("Łąka Biotech", kind, region.id, "")]
    await db.insert_many("organisation", ("name", "kind", "region_id", "website"), rows)
    everything = await organisations(region)
    assert (everything.found, everything.pages, len(everything.lines)) == (10_000, 200, 50)
    with counted() as statements:
        found = await organisations(region, words="laka BIO")
    assert [line.name for line in found.lines] == ["Łąka Biotech"]
    assert len(statements) == 2
    began = time.process_time()
    answer = await (await browser()).get(f"/regions/{region.code}?q=spolka&page=150")
    assert answer.status_code == 200
    assert "Spółka 07450" in answer.text
    assert time.process_time() - began < 1.5
    beyond = await organisations(region, number=10**6)
    assert beyond.number == 200


async def test_organisations_are_narrowed_by_kind(sqlite_conference: Conference, browser: Browser) -> None:
    region = sqlite_conference.region
    await Organisation.create(name="Klaster", kind=OrganisationKind.CLUSTER, region=region)
    await Organisation.create(name="Firma", kind=OrganisationKind.COMPANY, region=region)
    page = (await (await browser()).get(f"/regions/{region.code}?kind=cluster&page=x")).text
    assert "Klaster" in page
    assert "Firma" not in page
    assert (await (await browser()).get("/regions/nowhere")).status_code == 404


async def test_pilot_shows_sessions_of_released_events_alone(conference: Conference, browser: Browser) -> None:
    bio = await Pilot.get(code="BIO")
    await conference.session("Aromatics", "09:00", "10:00", room=conference.hall, pilots=[bio])
    nobody = await browser()
    assert "Aromatics" not in (await nobody.get("/networks/vanguard/pilots/BIO")).text
    await conference.release()
    page = (await nobody.get("/networks/vanguard/pilots/BIO")).text
    assert "Aromatics" in page
    assert "09:00" in page
    assert (await nobody.get("/networks/vanguard/pilots/NANO")).status_code == 404
    anna = await browser(await conference.person("Anna"))
    assert (await nobody.post("/networks/vanguard/pilots/BIO/following")).status_code == 403
    assert (await anna.post("/networks/vanguard/pilots/BIO/following")).status_code == 303
    assert "Stop following" in (await anna.get("/networks/vanguard/pilots/BIO")).text
    assert (await anna.post("/networks/vanguard/pilots/BIO/following/end")).status_code == 303
    assert "Follow this pilot" in (await anna.get("/networks/vanguard/pilots/BIO")).text


async def test_calendar_has_every_event_by_month_and_kind(conference: Conference, browser: Browser) -> None:
    event, nobody = conference.event, await browser()
    year = event.first_day.year
    assert event.title in (await nobody.get(f"/networks/vanguard/calendar?year={year}")).text
    assert event.title in (await nobody.get(f"/networks/vanguard/calendar?year={year}&kind=conference")).text
    for other in (f"?year={year}&kind=training", "?year=2001"):
        page = (await nobody.get(f"/networks/vanguard/calendar{other}")).text
        assert f">{event.title}<" not in page
    assert (await nobody.get("/networks/vanguard/calendar?year=x&kind=y")).status_code == 200


async def test_feed_has_an_all_day_entry_for_each_event_and_answers_304(
    conference: Conference, browser: Browser
) -> None:
    series = await add_series(conference.network, "tour", Words(titles={"en": "Tour"}), by="test")
    nobody = await browser()
    feed = await nobody.get("/networks/vanguard/feed.ics")
    assert feed.status_code == 200
    assert feed.headers["content-type"].startswith("text/calendar")
    assert "SUMMARY:Kraków Brokerage Days" in feed.text
    assert "DTSTART;VALUE=DATE" in feed.text
    etag = feed.headers["etag"]
    assert (await nobody.get("/networks/vanguard/feed.ics", if_none_match=etag)).status_code == 304
    empty = await nobody.get("/networks/vanguard/series/tour/feed.ics")
    assert empty.text.count("BEGIN:VEVENT") == 1, "never empty"
    await belong(conference.event, series=series, part_of=None, by=conference.organiser)
    moved = await nobody.get("/networks/vanguard/feed.ics", if_none_match=etag)
    assert moved.status_code == 200
    assert "Kraków" in (await nobody.get("/networks/vanguard/series/tour/feed.ics")).text
    for path in ("/networks/unknown/feed.ics", "/networks/vanguard/series/unknown/feed.ics"):
        answer = await nobody.get(path)
        assert (answer.status_code, answer.text) == (404, "no such calendar")


async def test_series_of_another_network_is_refused(conference: Conference, make: Any) -> None:
    other = await make("berry", "kajaani")
    series = await add_series(other.network, "tour", Words(titles={"en": "Tour"}), by="test")
    with pytest.raises(Refused, match="series of another network"):
        await belong(conference.event, series=series, part_of=None, by="test")
    await Event.filter(id=other.event.id).update(kind=EventKind.CONVENTION)
    with pytest.raises(Refused, match="no convention of this network"):
        await belong(conference.event, series=None, part_of=await Event.get(id=other.event.id), by="test")
