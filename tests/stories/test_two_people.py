"""Story A as two people live it: Anna at a desk, Mikko on a phone, side by side in real Chromium."""

import os
from collections.abc import AsyncIterator
from pathlib import Path

import httpx2
import pytest
from playwright.async_api import Browser, BrowserContext, expect

from tests.browsing import DESKTOP, PHONE, Window, chromium
from tests.matchmaking.conftest import Fair
from tests.stories.conftest import Site

pytestmark = pytest.mark.browser
PICTURES = os.environ.get("PICTURES")  # a folder: keep screenshots there, to look at


@pytest.fixture
async def chrome() -> AsyncIterator[Browser]:
    async with chromium() as browser:
        yield browser


async def test_request_and_accept_side_by_side(site: Site, fair: Fair, chrome: Browser) -> None:
    morning = await fair.round("10:00", "12:00", tables=3)
    anna = await fair.delegate("Anna Wisniewska", morning, offers=("lignin", "resins"))
    mikko = await fair.delegate("Mikko Virtanen", morning, region=1, needs=("lignin",))
    path = f"{site.base_url}/e/{fair.event.slug}"
    desk = await chrome.new_context(viewport=DESKTOP)  # type: ignore[arg-type]
    phone = await chrome.new_context(viewport=PHONE, has_touch=True, color_scheme="dark")  # type: ignore[arg-type]
    await _sign_in(desk, await site.signed_in(fair[anna]), site.base_url)
    await _sign_in(phone, await site.signed_in(fair[mikko]), site.base_url)
    annas, mikkos = await Window.open(desk), await Window.open(phone)

    await mikkos.page.goto(f"{path}/meetings")
    await mikkos.check()
    await annas.page.goto(f"{path}/matches")
    await annas.check()
    await annas.page.get_by_role("link", name="Look and ask").first.click()
    await expect(annas.page.get_by_role("heading", level=1)).to_have_text("Mikko Virtanen")
    await expect(annas.page.get_by_text("lignin").first).to_be_visible()
    await annas.check()
    await annas.page.get_by_label("Your message").fill("Our lignin could go into your resins. Twenty minutes?")
    await annas.page.keyboard.press("Tab")
    await annas.page.keyboard.press("Enter")

    request = mikkos.page.get_by_text("Our lignin could go into your resins.")
    await expect(request).to_be_visible(timeout=15_000)
    await _picture(mikkos, "request-on-a-phone")
    await mikkos.check()

    await annas.page.goto(f"{path}/meetings")
    accept = mikkos.page.get_by_role("button", name="Accept")
    await accept.focus()
    await mikkos.page.keyboard.press("Enter")
    await expect(mikkos.page.get_by_text("Table 1").first).to_be_visible()
    await mikkos.check()

    await expect(annas.page.get_by_text("Table 1").first).to_be_visible(timeout=15_000)
    await expect(annas.page.get_by_text("10:00").first).to_be_visible()
    await annas.check()
    await _picture(annas, "meeting-on-a-desk")
    await annas.page.goto(f"{path}/agenda")
    await expect(annas.page.get_by_text("Mikko Virtanen").first).to_be_visible()
    await annas.check()
    await _picture(annas, "agenda-on-a-desk")
    assert {invite.to for invite in await site.invites(2)} == {fair[anna].email, fair[mikko].email}


async def _sign_in(context: BrowserContext, client: httpx2.AsyncClient, base_url: str) -> None:
    await context.add_cookies([{"name": "sid", "value": client.cookies["sid"], "url": base_url}])


async def _picture(window: Window, name: str) -> None:
    if PICTURES:
        await window.page.screenshot(path=Path(PICTURES) / f"{name}.png", full_page=True)
