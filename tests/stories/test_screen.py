"""A screen at the hall that nobody attends to: it follows the event by itself, over restarts, and learns no names."""

import asyncio
import json

import pytest
from playwright.async_api import expect
from websockets.exceptions import InvalidStatus

from events.bookings import book, unbook
from events.partaking_models import Booking
from events.releasing import release_programme
from events.rooms import add_room
from events.schedule import Details, create_session
from events.waiting.lists import join_list
from matchmaking.onsite.displays import address_of, make_display, revoke_display
from tests.browsing import chromium
from tests.conftest import SECRET
from tests.matchmaking.conftest import Fair
from tests.matchmaking.onsite_fair import begun, sit
from tests.stories.conftest import PATIENCE, Site

SCREEN = {"width": 1920, "height": 1080}


@pytest.mark.browser
async def test_a_screen_follows_the_event_and_finds_back_after_a_restart(site: Site, fair: Fair) -> None:
    opened = await begun(fair)
    anna, mikko = [await fair.delegate(name, opened) for name in ("Anna", "Mikko")]
    await sit(fair, anna, mikko, number=1)
    display = await make_display(fair.event, "Hall", by=fair.organiser)
    address = address_of(display, key=SECRET)
    hers, nobody = await site.signed_in(fair[anna]), site.browser(site.base_url)
    async with chromium() as chrome, site.socket(nobody, f"{address}/live", since=0) as socket:
        page = await (await chrome.new_context(viewport=SCREEN)).new_page()  # type: ignore[arg-type]
        await page.goto(site.base_url + address)
        await page.evaluate("window.kept = true")
        await expect(page.locator("tbody")).to_contain_text("reserved")
        assert await page.evaluate("parseFloat(getComputedStyle(document.querySelector('tbody td')).fontSize)") >= 36
        await hers.post("/e/tampere/today", data={"shown": "y"})
        await expect(page.locator("tbody")).to_contain_text("Anna Ltd", timeout=PATIENCE * 1000)
        await _never_a_word(socket)
        await site.stop()
        site.processes.clear()
        await site.start()
        hers = await site.signed_in(fair[anna])
        await hers.post("/e/tampere/today", data={"shown": "n"})
        await expect(page.locator("tbody")).not_to_contain_text("Anna", timeout=PATIENCE * 1000)
        assert await page.evaluate("window.kept"), "without being loaded again"
        await revoke_display(display, by=fair.organiser)
        await expect(page.locator("h1")).to_have_text("Nothing here", timeout=4 * PATIENCE * 1000)
    with pytest.raises(InvalidStatus):
        async with site.socket(nobody, f"{address}/live", since=0):
            pass


async def test_a_worker_offers_and_mails_a_seat_that_was_given_back(site: Site, fair: Fair) -> None:
    anna, mikko = await fair.newcomer("Anna"), await fair.newcomer("Mikko")
    hall = await add_room(fair.event, "Hall", capacity=50, by=fair.organiser)
    times = {"start": fair.at("10:00"), "end": fair.at("11:00")}
    talk = await create_session(
        fair.event, Details(title="Workshop", capacity=1), room=hall, by=fair.organiser, **times
    )  # fmt: skip
    await release_programme(fair.event, "v1", by=fair.organiser)
    await book(talk, anna, by=fair.organiser)
    await join_list(talk, mikko, by=fair.organiser)
    await unbook(talk, anna, by=fair.organiser)
    async with asyncio.timeout(PATIENCE):
        while not any(b"A seat is free for you" in mail.raw for mail in site.sink.mails):
            await asyncio.sleep(0.1)
    his = await site.signed_in(fair[mikko])
    assert "A seat is kept for you." in (await his.get(f"/e/tampere/sessions/{talk.id}")).text
    assert (await his.post(f"/e/tampere/sessions/{talk.id}/booking")).status_code == 303
    assert (await Booking.get(session=talk)).participant_id == mikko.id


async def _never_a_word(socket) -> None:  # type: ignore[no-untyped-def]
    """Each frame says that something happened, and nothing of what."""
    frames = []
    try:
        async with asyncio.timeout(1):
            while True:
                frames.append(json.loads(await socket.recv()))
    except TimeoutError:
        assert frames
    assert all(set(frame) == {"reset", "revision"} for frame in frames), frames
