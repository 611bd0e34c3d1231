"""Memberships in time: no day twice, a new status without a gap, parallel desks one after the other."""

import asyncio
from datetime import date
from typing import Any

import pytest

from app import journal
from app.errors import Refused
from events.networks.memberships import (
    admit_region,
    change_status,
    correct_membership,
    end_membership,
    remove_membership,
)
from events.networks.models import Membership, MembershipStatus, Network
from events.networks.reading import by_year, members
from events.networks.terms import Term

Conference = Any  # see conftest.py
FULL, OBSERVER = MembershipStatus.FULL, MembershipStatus.OBSERVER
MAY, JULY = date(2020, 5, 1), date(2021, 7, 1)


async def of(network: Network, on: date) -> list[tuple[str, MembershipStatus]]:
    shown = await members(network, on, today=date(2026, 1, 1))
    return [(one.region.name, one.status) for one in shown.memberships]


async def test_an_observer_becomes_a_full_member_without_a_gap(conference: Conference) -> None:
    network, region, olga = conference.network, conference.region, conference.organiser
    observer = await admit_region(network, region, OBSERVER, Term(MAY), by=olga)
    await change_status(observer, FULL, JULY, by=olga)
    assert await of(network, date(2020, 4, 30)) == []
    assert await of(network, MAY) == await of(network, date(2021, 6, 30)) == [("Małopolska", OBSERVER)]
    assert await of(network, JULY) == [("Małopolska", FULL)]
    facts = await journal.changes_since(network.scope, 0)
    assert [fact.kind for fact in facts][-2:] == ["membership.added", "membership.changed"]


async def test_who_left_is_a_former_member_until_it_comes_back(conference: Conference) -> None:
    network, region, olga = conference.network, conference.region, conference.organiser
    membership = await admit_region(network, region, FULL, Term(None), by=olga)
    await end_membership(membership, JULY, by=olga)
    assert await of(network, JULY) == []
    shown = await members(network, JULY, today=JULY)
    assert [one.region.name for one in shown.former] == ["Małopolska"]
    await admit_region(network, region, FULL, Term(JULY), by=olga)
    assert (await members(network, JULY, today=JULY)).former == ()


async def test_overlapping_memberships_are_refused_with_the_other_one_named(conference: Conference) -> None:
    network, region, olga = conference.network, conference.region, conference.organiser
    await admit_region(network, region, OBSERVER, Term(MAY, JULY), by=olga)
    said = "already: observer, since 1 May 2020 until 1 July 2021"
    for term in (Term(date(2021, 6, 30)), Term(None, date(2020, 5, 2)), Term(), Term(MAY, JULY)):
        with pytest.raises(Refused, match=said):
            await admit_region(network, region, FULL, term, by=olga)
    later = await admit_region(network, region, FULL, Term(JULY), by=olga)
    with pytest.raises(Refused, match=said):
        await correct_membership(later, FULL, Term(date(2021, 6, 30)), by=olga)
    assert await Membership.filter(network=network).count() == 2


async def test_of_two_desks_that_admit_a_region_at_once_one_is_refused(conference: Conference) -> None:
    network, region, olga = conference.network, conference.region, conference.organiser
    terms = [Term(MAY, JULY), Term(MAY, date(2022, 1, 1))]
    asked = [admit_region(network, region, FULL, term, by=olga) for term in terms]
    answers = await asyncio.gather(*asked, return_exceptions=True)
    assert sorted(type(answer) for answer in answers if isinstance(answer, Refused)) == [Refused]
    assert await Membership.filter(network=network).count() == 1


@pytest.mark.parametrize("on", [MAY, date(2020, 4, 1), JULY, date(2022, 1, 1)])
async def test_a_day_outside_the_membership_neither_ends_nor_changes_it(
    sqlite_conference: Conference, on: date
) -> None:
    conference = sqlite_conference
    membership = await admit_region(
        conference.network, conference.region, OBSERVER, Term(MAY, JULY), by=conference.organiser
    )
    with pytest.raises(Refused, match="not within the membership"):
        await end_membership(membership, on, by=conference.organiser)
    with pytest.raises(Refused, match="not within the membership"):
        await change_status(membership, FULL, on, by=conference.organiser)


async def test_terms_that_end_before_they_begin_are_refused(sqlite_conference: Conference) -> None:
    conference = sqlite_conference
    for term in (Term(JULY, MAY), Term(MAY, MAY)):
        with pytest.raises(Refused, match="end before it began"):
            await admit_region(conference.network, conference.region, FULL, term, by=conference.organiser)


async def test_a_mistake_leaves_the_history(sqlite_conference: Conference) -> None:
    conference = sqlite_conference
    membership = await admit_region(conference.network, conference.region, FULL, Term(MAY), by=conference.organiser)
    await remove_membership(membership, by=conference.organiser)
    assert not await Membership.exists()


def test_years_count_members_on_their_last_day() -> None:
    rows = [
        Membership(status=OBSERVER, start=MAY, end=JULY),
        Membership(status=FULL, start=JULY),
        Membership(status=FULL),
    ]
    assert by_year(rows, date(2022, 3, 1)) == [(2020, [1, 1, 0]), (2021, [2, 0, 0]), (2022, [2, 0, 0])]
    assert by_year([Membership(status=FULL)], MAY) == []
