"""Forms on a phone: what organisers name, however long, stays within the screen."""

import pytest

from app.templating import STATIC
from tests.browsing import PHONE, chromium

pytestmark = pytest.mark.browser

ROUND = """<!doctype html><meta name="viewport" content="width=device-width"><main><form class="form">
  <ul class="choices{listed}"><li class="choice"><input type="checkbox"><label><b>{name}</b> at ten</label></li></ul>
</form></main>"""


@pytest.mark.parametrize("listed", ["", " listed"])
async def test_a_choice_with_a_long_word_breaks_it(listed: str) -> None:
    async with chromium() as browser:
        page = await browser.new_page(viewport=PHONE)  # type: ignore[arg-type]
        await page.set_content(ROUND.format(listed=listed, name="Z" * 120))
        for sheet in ("tokens", "base", "parts", "forms"):
            await page.add_style_tag(path=f"{STATIC}/css/{sheet}.css")
        assert await page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
