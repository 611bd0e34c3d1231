"""Two coordinators at the same page of a network's desk: the second one sees both versions, and nothing is lost."""

import html
import re
from typing import Any

import pytest

from events.networks.coordinators import appoint
from events.networks.keeping import Words, add_series
from events.networks.memberships import admit_region
from events.networks.models import Membership, MembershipStatus, Network, Pilot, Region, Series
from events.networks.terms import Term

Conference = Any  # see conftest.py
Browser = Any
DESK = "/networks/vanguard/desk"

# page → what both see in its form, and what the first one and the second one make of it
PAGES: dict[str, tuple[dict[str, str], dict[str, str], dict[str, str]]] = {
    "about": (
        {"name": "Vanguard Initiative", "founded": ""},
        {"abouts-fi": "Alueet", "founded": "2013"},
        {"abouts-fi": "Alueiden verkosto", "founded": "2014"},
    ),
    "pilots/BIO": ({}, {"names-en": "Bio", "leads": "{region}"}, {"names-en": "Bioeconomy, all of it"}),
    "regions/{code}": ({"country": "PL"}, {"names-en": "Lesser Poland"}, {"names-en": "Little Poland", "nuts": "PL21"}),
    "series/tour": ({}, {"titles-en": "Grand tour"}, {"titles-en": "Small tour"}),
    "members/{membership}": (
        {"status": "observer"},
        {"notes-en": "since the fair", "start": "2020-01-01"},
        {"notes-en": "since spring", "status": "associated"},
    ),
}
NOW = {
    "about": ["Suomi: By now it is: Alueet", "By now it is: 2013"],
    "pilots/BIO": ["English: By now it is: Bio", "By now it is: Małopolska"],
    "regions/{code}": ["English: By now it is: Lesser Poland", "By now it is: –"],
    "series/tour": ["English: By now it is: Grand tour"],
    "members/{membership}": ["By now it is: Observer", "By now it is: 1 January 2020", "By now it is: since the fair"],
}


async def stored() -> list[object]:
    network, pilot = await Network.get(), await Pilot.get(code="BIO").prefetch_related("leads")
    region, series, membership = await Region.get(), await Series.get(), await Membership.get()
    return [
        network.abouts, network.founded, pilot.names, len(pilot.leads), region.names, region.nuts, series.titles,
        membership.status, membership.start, membership.notes,
    ]  # fmt: skip


@pytest.mark.parametrize("page", PAGES)
async def test_a_page_that_was_overtaken_shows_both_versions(
    conference: Conference, browser: Browser, page: str
) -> None:
    await appoint(conference.network, conference.organiser.email, by="test")
    await add_series(conference.network, "tour", Words(titles={"en": "Tour"}), by="test")
    member = await admit_region(conference.network, conference.region, MembershipStatus.OBSERVER, Term(), by="test")
    names = {"code": conference.region.code, "membership": str(member.id), "region": str(conference.region.id)}
    here = f"{DESK}/{page.format(**names)}"
    seen, first, second = ({key: value.format(**names) for key, value in one.items()} for one in PAGES[page])
    one, other = await browser(conference.organiser), await browser(conference.organiser)
    was = mark(await one.get(here))
    assert (await one.post(here, was=was, **seen | first)).status_code == 303
    kept = await stored()
    late = await other.post(here, was=was, **seen | second)
    assert late.status_code == 409
    told = html.unescape(late.text)
    assert "Somebody else changed this a moment ago" in told
    for words in NOW[page]:
        assert words in told
    for typed in second.values():
        assert typed in told, "what was typed stays typed"
    assert await stored() == kept
    assert (await other.post(here, was=mark(late), **seen | second)).status_code == 303, "who saves again has seen it"
    assert await stored() != kept


def mark(answer: Any) -> str:
    found = re.search(r'name="was"[^>]* value="([0-9a-f]{32})"', answer.text)
    assert found
    return found[1]
