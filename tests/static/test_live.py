"""Open pages follow the socket without taking focus, scroll or what is typed from anybody."""

import asyncio

import pytest
from playwright.async_api import expect

from tests.static.conftest import Site

pytestmark = pytest.mark.browser
SOON = 6000  # ms: a page waits up to 3 s before it asks again
LATER = 3300

LIST = """<ul>{rows}</ul><form method="post"><input id="note" name="note" value="{typed}"></form>"""


def rows(*names: str) -> str:
    items = "".join(f'<li id="row-{name}"><a href="#{name}">{name}</a></li>' for name in names)
    return LIST.format(rows=items, typed="")


async def test_news_appear_and_the_focused_link_keeps_focus(site: Site) -> None:
    site.main = rows("b", "c")
    await site.open()
    await site.page.get_by_role("link", name="c", exact=True).focus()
    site.main = rows("a", "c", "b")
    await site.tell("meeting.requested")
    await expect(site.page.locator("main li")).to_have_text(["a", "c", "b"], timeout=SOON)
    await expect(site.page.get_by_role("link", name="c", exact=True)).to_be_focused()
    await expect(site.page.locator("#announcer")).to_have_text("The page has new information.")


async def test_a_change_that_a_module_has_shown_is_not_fetched_again(site: Site) -> None:
    site.main = rows("a")
    await site.open()
    await site.page.evaluate("document.addEventListener('change:meeting.moved', (event) => event.preventDefault())")
    site.main = rows("b")
    await site.tell("meeting.moved")
    await site.page.wait_for_timeout(LATER)
    await expect(site.page.locator("main li")).to_have_text(["a"])


async def test_typed_input_holds_the_page_until_it_is_asked(site: Site) -> None:
    site.main = rows("a")
    await site.open()
    await site.page.fill("#note", "half a sentence")
    site.main = rows("b")
    await site.tell("meeting.requested")
    button = site.page.get_by_role("button", name="There is news")
    await expect(button).to_be_visible(timeout=SOON)
    await expect(site.page.locator("main li")).to_have_text(["a"])
    await button.click()
    await expect(site.page.locator("main li")).to_have_text(["b"])
    await expect(site.page.locator("#note")).to_have_value("half a sentence")


async def test_markup_from_the_page_is_swapped_but_never_run(site: Site) -> None:
    site.main = rows("a")
    await site.open()
    site.main = rows("b") + "<script>window.ran = true</script><img src=x onerror='window.ran = true'>"
    await site.tell("meeting.requested")
    await expect(site.page.locator("main li")).to_have_text(["b"], timeout=SOON)
    assert await site.page.evaluate("window.ran") is None


async def test_a_lost_socket_comes_back_with_the_last_revision(site: Site) -> None:
    site.main = rows("a")
    await site.open()
    await site.tell("meeting.requested")
    await site.page.wait_for_timeout(200)
    await site.sockets[-1].close(code=1012)
    await _asked(site, 2)
    assert site.sinces == ["41", "42"]


async def test_pausing_is_remembered_and_going_on_catches_up(site: Site) -> None:
    site.main = rows("a")
    await site.open()
    await site.page.get_by_role("button", name="Pause").click()
    await site.page.reload()
    assert site.sinces == ["41"]
    await site.page.get_by_role("button", name="Go on").click()
    await _asked(site, 2)
    assert site.sinces == ["41", "41"]


async def _asked(site: Site, times: int) -> None:
    """The page has opened its socket so often."""
    async with asyncio.timeout(15):
        while len(site.sinces) < times:
            await asyncio.sleep(0.05)
