"""Sessions move on the board by keyboard and by mouse; a refusal puts the card back."""

from urllib.parse import parse_qs

import pytest
from playwright.async_api import Locator, expect

from tests.static.conftest import Site

pytestmark = pytest.mark.browser

CARD = """<li class="board-card r{row} s2" id="session-{id}" data-row="{row}" data-span="2">
  <button class="board-handle" type="button"><span class="board-time">at first</span><b>Session {id}</b></button>
  <details class="board-form"><summary>Form</summary><form method="post" action="/sessions/{id}/slot">
    <input type="hidden" name="version" value="3">
    <select name="room"><option value="1">A</option><option value="2">B</option></select>
    <input type="datetime-local" name="start" value="2026-10-07T09:00"></form></details></li>"""

ROOM = """<section class="board-room" data-room="{id}"><h3>{name}</h3><ol class="board-cards">{card}</ol></section>"""


def board() -> str:
    times = "".join(
        f'<li data-start="2026-10-07T{hour:02}:{minute:02}">{hour:02}:{minute:02}</li>'
        for hour in (9, 10)
        for minute in (0, 15, 30, 45)
    )
    return f"""<div class="board rooms2" data-lifted="{{title}} lifted." data-free="{{from}} {{room}}"
        data-taken="{{other}} is there" data-dropped="{{title}} now {{from}}–{{to}} {{room}}"
        data-back="{{title}} stays" data-offline="offline">
      <ol class="board-times">{times}<li>11:00</li></ol>
      {ROOM.format(id=1, name="A", card=CARD.format(id=1, row=1))}
      {ROOM.format(id=2, name="B", card=CARD.format(id=2, row=3))}
    </div><p class="board-refusal" id="board-refusal" role="alert" hidden></p>"""


async def opened(site: Site) -> Locator:
    site.head = """<script type="module" src="{{ asset('js/board.js') }}"></script>"""
    site.main = board()
    await site.open()
    return site.page.locator("#session-1 .board-handle")


async def step(site: Site) -> float:
    box = await site.page.locator(".board-times > li").first.bounding_box()
    assert box
    return box["height"]


async def test_keys_lift_move_and_drop(site: Site) -> None:
    handle = await opened(site)
    await handle.focus()
    for key in ("Enter", "ArrowRight", "ArrowDown"):
        await site.page.keyboard.press(key)
    await expect(site.page.locator("#announcer")).to_have_text("Session 2 is there")
    for key in ("ArrowDown", "ArrowDown", "ArrowDown", "Enter"):
        await site.page.keyboard.press(key)
    await expect(site.page.locator("#announcer")).to_have_text("Session 1 now 10:00–10:30 B")
    assert parse_qs(site.posted[0]) == {"version": ["3"], "room": ["2"], "start": ["2026-10-07T10:00"]}
    await expect(site.page.locator("[data-room='2'] #session-1 .board-time")).to_have_text("10:00–10:30")
    await expect(site.page.locator("#session-1 [name=version]")).to_have_value("4")
    await expect(handle).to_be_focused()


async def test_a_refused_card_goes_back_and_says_why(site: Site) -> None:
    handle = await opened(site)
    site.answer = (409, {"error": "B is taken.", "hints": ["Free at 10:00."]})
    await handle.focus()
    for key in ("Enter", "ArrowRight", "Enter"):
        await site.page.keyboard.press(key)
    await expect(site.page.locator("#board-refusal")).to_have_text("B is taken. Free at 10:00.")
    await expect(site.page.locator("[data-room='1'] #session-1.r1.s2")).to_be_visible()
    await expect(site.page.locator("#session-1 [name=version]")).to_have_value("3")


async def test_escape_posts_nothing(site: Site) -> None:
    handle = await opened(site)
    await handle.focus()
    for key in ("Enter", "ArrowRight", "Escape"):
        await site.page.keyboard.press(key)
    await expect(site.page.locator("#announcer")).to_have_text("Session 1 stays")
    assert site.posted == []


async def test_a_mouse_drags_and_the_next_move_drags_nothing(site: Site) -> None:
    handle = await opened(site)
    box = await handle.bounding_box()
    assert box
    await site.page.mouse.move(box["x"] + 20, box["y"] + 5)
    await site.page.mouse.down()
    await site.page.mouse.move(box["x"] + 20, box["y"] + 5 + 4 * await step(site), steps=5)
    await site.page.mouse.up()
    await expect(site.page.locator("#announcer")).to_have_text("Session 1 now 10:00–10:30 A")
    await site.page.mouse.move(box["x"] + 20, box["y"] + 200, steps=5)
    assert await site.page.locator(".board-target").count() == 0
    assert len(site.posted) == 1


async def test_a_tap_lifts_and_a_second_tap_drops(site: Site) -> None:
    handle = await opened(site)
    await handle.click()
    cards = site.page.locator("[data-room='2'] .board-cards")
    await cards.click(position={"x": 30, "y": 6 * await step(site) + 5})
    await expect(site.page.locator("#announcer")).to_have_text("Session 1 now 10:30–11:00 B")
