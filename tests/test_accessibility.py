"""What the statement at /accessibility promises beyond axe: zoom, targets, keyboard, motion, the switch."""

from typing import Any

import pytest
from playwright.async_api import Browser, BrowserContext

from app.accessibility import LOOKED_AT
from app.i18n import languages, speaking
from app.wording import dated
from tests.browsing import DESKTOP, Window
from tests.stories.conftest import Site
from tests.test_pages import ROLES, Tour, chrome, site, tour  # noqa: F401 - fixtures

pytestmark = pytest.mark.browser
STEPS = 40  # of the Tab key
FOCUSED = """() => {
  const it = document.activeElement, style = getComputedStyle(it), box = it.getBoundingClientRect();
  const part = /^(date|time|datetime-local)$/.test(it.type) && !it.matches(":focus-visible"); // the browser frames it
  return {what: it.outerHTML.slice(0, 120),
          framed: part || style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2,
          seen: box.bottom > 0 && box.top < innerHeight && box.right > 0 && box.left < innerWidth,
          body: it === document.body}
}"""
MOVING = """() => [...document.querySelectorAll("*")].filter(it => {
  const style = getComputedStyle(it), long = times => times.split(",").some(time => parseFloat(time) > 0.01);
  return (style.animationName !== "none" && long(style.animationDuration)) || long(style.transitionDuration)
    || style.scrollBehavior === "smooth";
}).map(it => it.outerHTML.slice(0, 120))"""


@pytest.mark.parametrize("role", ROLES)
async def test_every_page_fits_at_400_percent_and_is_pressed_by_a_finger(tour: Tour, role: str) -> None:  # noqa: F811
    faults = []
    async for window in tour.pages(role, "zoomed"):
        for check in (window.check_width, window.check_targets):
            try:
                await check()
            except AssertionError as fault:
                faults.append(str(fault))
    assert not faults, "\n".join(faults)


async def test_the_keyboard_reaches_controls_whose_focus_is_seen(tour: Tour, chrome: Browser) -> None:  # noqa: F811
    context = await _signed_in(tour, chrome, "organiser", reduced_motion="reduce")  # what slides in is there at once
    page = (await Window.open(context)).page
    for address in await _typical(tour):
        await page.goto(tour.site.base_url + address)
        reached = set()
        for _step in range(STEPS):
            await page.keyboard.press("Tab")
            focused = await page.evaluate(FOCUSED)
            if focused["body"]:
                break  # once around
            assert focused["framed"], f"{address}: {focused['what']}"
            assert focused["seen"], f"{address}: {focused['what']}"
            reached.add(focused["what"])
        assert len(reached) > 5, address
    await context.close()


async def test_nothing_moves_where_motion_is_refused(tour: Tour, chrome: Browser) -> None:  # noqa: F811
    still = await _signed_in(tour, chrome, "organiser", reduced_motion="reduce")
    page = (await Window.open(still)).page
    for address in await _typical(tour):
        await page.goto(tour.site.base_url + address)
        assert await page.evaluate(MOVING) == [], address
    await still.close()
    lively = await _signed_in(tour, chrome, "organiser", reduced_motion="no-preference")
    page = (await Window.open(lively)).page
    await page.goto(tour.site.base_url)
    assert await page.evaluate(MOVING), "else this test would see nothing"
    await lively.close()


async def test_live_changes_can_be_paused_on_every_live_page_and_are_announced_politely(
    tour: Tour,  # noqa: F811
    chrome: Browser,  # noqa: F811
) -> None:
    context = await _signed_in(tour, chrome, "organiser")
    page = (await Window.open(context)).page
    await page.goto(tour.site.base_url + (await _typical(tour))[-1])
    switch = page.locator("#live-toggle")
    assert "Pause" in await switch.inner_text()
    await switch.press("Enter")
    assert "paused" in await switch.inner_text()
    assert await page.get_attribute("#announcer", "aria-live") == "polite"
    live = 0
    for address in await _typical(tour):
        await page.goto(tour.site.base_url + address)
        if await page.locator("body[data-live-url]").count():
            live += 1
            assert "paused" in await page.locator("#live-toggle").inner_text(), f"{address} forgot it"
    assert live > 2
    await context.close()


async def test_the_statement_is_published_in_every_language(site: Site) -> None:  # noqa: F811
    nobody = site.browser(site.base_url)
    home = (await nobody.get("/")).text
    assert '<a href="/accessibility">' in home
    words = set()
    for code in languages():
        page = await nobody.get("/accessibility", headers={"Accept-Language": code})
        assert page.status_code == 200
        assert "WCAG 2.2" in page.text
        assert "mailto:meetings@pilotmatch.example" in page.text
        with speaking(code):
            assert dated(LOOKED_AT) in page.text
        words.add(page.text.partition("<h1>")[2].partition("</h1>")[0])
    assert len(words) == len(languages())


async def _signed_in(tour: Tour, chrome: Browser, role: str, **how: Any) -> BrowserContext:  # noqa: F811
    context = await chrome.new_context(viewport=DESKTOP, **how)  # type: ignore[arg-type]
    sid = (await tour.site.signed_in(tour.people[role])).cookies["sid"]
    await context.add_cookies([{"name": "sid", "value": sid, "url": tour.site.base_url}])
    return context


async def _typical(tour: Tour) -> list[str]:  # noqa: F811
    """One of each kind: lists, forms, tables, pictures, the board; the last is live."""
    wanted = (
        "/", "/account", "/networks/{code}", "/calls", "/e/{slug}", "/e/{slug}/people", "/e/{slug}/desk/board",
        "/e/{slug}/desk/about", "/e/{slug}/desk/rules", "/e/{slug}/programme",
    )  # fmt: skip
    return [tour.addresses[route] for route in wanted]
