"""Briefings: a session, or a whole event, is about a call; both pages name each other, and only what is public."""

from dataclasses import replace
from typing import Any

from events.models import Session
from events.networks.calls.announcing import draft_call, open_call
from events.networks.calls.models import Call, CallBriefing
from events.schedule import cancel_session
from tests.events.networks.calls.conftest import terms

Conference = Any  # see conftest.py
Browser = Any


async def called(conference: Conference) -> Call:
    open_one = replace(terms(), language="en", titles={"en": "Open call"})
    return await open_call(
        await draft_call(conference.network, open_one, by=conference.organiser), by=conference.organiser
    )


async def test_session_and_call_name_each_other_once_the_programme_is_released(
    conference: Conference, browser: Browser
) -> None:
    call, nobody, olga = await called(conference), await browser(), await browser(conference.organiser)
    talk = await conference.session("How to apply", "09:00", "09:30", room=conference.hall)
    await conference.session("No time yet")
    offered = (await olga.get(f"{call.path}/desk/parts")).text
    assert f'value="session-{talk.id}"' in offered
    assert "No time yet" not in offered
    for _twice in range(2):
        assert (await olga.post(f"{call.path}/desk/briefings", what=f"session-{talk.id}")).status_code == 303
    assert await CallBriefing.all().count() == 1
    assert "How to apply" not in (await nobody.get(call.path)).text, "the programme is not released"
    await conference.release()
    page, session_page = f"/e/krakow/sessions/{talk.id}", (await nobody.get(f"/e/krakow/sessions/{talk.id}")).text
    assert f'href="{page}"' in (await nobody.get(call.path)).text
    assert "/e/krakow/feed.ics" in (await nobody.get(call.path)).text
    assert f'href="{call.path}"' in session_page
    await cancel_session(await Session.get(id=talk.id), version=talk.version, by=conference.organiser)
    assert f'href="{page}"' not in (await nobody.get(call.path)).text
    tied = await CallBriefing.get()
    assert (await olga.post(f"/calls/briefings/{tied.id}/removal")).status_code == 303
    assert not await CallBriefing.exists()


async def test_whole_event_is_a_briefing_and_nothing_of_another_network(
    conference: Conference, browser: Browser, make: Any
) -> None:
    call, nobody, olga = await called(conference), await browser(), await browser(conference.organiser)
    other = await make("berry", "kajaani")
    for wrong in (f"event-{other.event.id}", "event-0", "session-1", ""):
        refused = await olga.post(f"{call.path}/desk/briefings", what=wrong)
        assert refused.status_code == 422, wrong
        assert 'role="alert"' in refused.text
    assert (await olga.post(f"{call.path}/desk/briefings", what=f"event-{conference.event.id}")).status_code == 303
    assert 'href="/e/krakow"' in (await nobody.get(call.path)).text
    assert f'href="{call.path}"' in (await nobody.get("/e/krakow")).text
