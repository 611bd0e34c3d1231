"""Events: created with an organiser, edited without losing a session."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from app import journal
from app.errors import Refused, Stale
from events.hosting import About, create_event, edit_event
from events.models import Event, EventKind, Participant, Session

Conference = Any  # see conftest.py


def about(event: Event) -> About:
    return About(
        title=event.title, kind=EventKind(event.kind), zone=event.zone, first_day=event.first_day,
        last_day=event.last_day, summary=event.summary, venue=event.venue, city=event.city, country=event.country,
    )  # fmt: skip


async def test_creator_runs_the_desk_and_the_network_hears_of_it(conference: Conference) -> None:
    olga = await Participant.get(event=conference.event, person=conference.organiser)
    assert olga.runs_desk
    fact = (await journal.changes_since(conference.network.scope, 0))[-1]
    assert (fact.kind, fact.subject_id) == ("event.created", conference.event.id)


async def test_address_is_given_once(conference: Conference) -> None:
    with pytest.raises(Refused, match="“krakow” belongs to another event"):
        await create_event(conference.network, "krakow", about(conference.event), by=conference.organiser)
    assert await Event.filter(slug="krakow").count() == 1


async def test_days_in_wrong_order_or_too_many_are_refused(conference: Conference) -> None:
    told = about(conference.event)
    for last_day, sentence in (
        (told.first_day - timedelta(days=1), "before the first"),
        (told.first_day + timedelta(days=31), "at most 31 days"),
    ):
        with pytest.raises(Refused, match=sentence):
            await edit_event(conference.event, replace(told, last_day=last_day), version=1, by=conference.organiser)


async def test_zone_and_days_stay_while_sessions_need_them(conference: Conference) -> None:
    await conference.session("Opening", "09:00", "10:00")
    told = about(conference.event)
    with pytest.raises(Refused, match="another time zone would shift them"):
        await edit_event(conference.event, replace(told, zone="Europe/Helsinki"), version=1, by=conference.organiser)
    with pytest.raises(Refused, match="“Opening” would fall outside"):
        await edit_event(conference.event, replace(told, first_day=told.last_day), version=1, by=conference.organiser)
    told = replace(told, last_day=told.first_day)
    shorter = await edit_event(conference.event, told, version=1, by=conference.organiser)
    assert shorter.last_day == told.first_day


async def test_edited_event_changes_what_calendars_show(conference: Conference) -> None:
    session = await conference.session("Opening", "09:00", "10:00")
    told = replace(about(conference.event), venue="ICE")
    await edit_event(conference.event, told, version=1, by=conference.organiser)
    assert (await Session.get(id=session.id)).changed_at > session.changed_at


async def test_last_save_does_not_silently_win(conference: Conference) -> None:
    told = about(conference.event)
    edited = await edit_event(conference.event, replace(told, venue="ICE"), version=1, by=conference.organiser)
    with pytest.raises(Stale, match="Somebody else changed “Kraków Brokerage Days”"):
        await edit_event(conference.event, replace(told, city="Gdańsk"), version=1, by=conference.organiser)
    stored = await Event.get(id=conference.event.id)
    assert (stored.venue, stored.city, stored.about_version) == ("ICE", "Kraków", 2)
    await edit_event(edited, replace(told, city="Gdańsk"), version=2, by=conference.organiser)
    assert (await Event.get(id=conference.event.id)).city == "Gdańsk"
