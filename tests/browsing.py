"""A real Chromium, and what every page must be: without serious faults for axe, and never wider than its window."""

import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from axe_playwright_python.async_playwright import Axe
from playwright.async_api import Browser, BrowserContext, Page, async_playwright

PHONE = {"width": 390, "height": 844}
DESKTOP = {"width": 1280, "height": 900}
WIDTHS = {"phone": PHONE, "desktop": DESKTOP}
ZOOMED = {"width": 320, "height": 256}  # what 400 % leaves of 1280 × 1024: WCAG 2.2, 1.4.10
SIZES = {**WIDTHS, "zoomed": ZOOMED}
SERIOUS = {"serious", "critical"}


@asynccontextmanager
async def chromium() -> AsyncIterator[Browser]:
    async with async_playwright() as playwright:
        path = shutil.which("chromium") or shutil.which("chromium-browser")
        browser = await playwright.chromium.launch(executable_path=path, args=["--no-sandbox"])
        yield browser
        await browser.close()


@dataclass
class Window:
    """One person's page, and everything that went wrong in it."""

    page: Page
    complaints: list[str] = field(default_factory=list)

    @classmethod
    async def open(cls, context: BrowserContext) -> "Window":
        window = cls(await context.new_page())
        window.page.on("console", lambda said: window._heard(said.type, said.text))
        window.page.on("pageerror", lambda error: window.complaints.append(str(error)))
        return window

    async def check(self) -> None:
        """No serious finding of axe (WCAG 2.2 AA), no sideways scrolling, no complaint on the console."""
        found = await Axe().run(self.page)
        serious = [
            f"{one['id']} ({one['impact']}): {[node['html'][:120] for node in one['nodes'][:3]]}"
            for one in found.response["violations"]
            if one["impact"] in SERIOUS
        ]
        assert not serious, f"{self.page.url}: {serious}"
        await self.check_width()
        assert not self.complaints, f"{self.page.url}: {self.complaints}"

    async def check_width(self) -> None:
        width = await self.page.evaluate("[document.documentElement.scrollWidth, window.innerWidth]")
        assert width[0] <= width[1], f"{self.page.url} is {width[0]} wide in a window of {width[1]}"

    async def check_targets(self) -> None:
        """24 pixels, or that much room around: WCAG 2.2, 2.5.8."""
        found = await Axe().run(self.page, options={"runOnly": ["target-size"]})
        small = [node["html"][:160] for one in found.response["violations"] for node in one["nodes"]]
        assert not small, f"{self.page.url}: {small[:5]}"

    def _heard(self, kind: str, text: str) -> None:
        if kind in ("error", "warning"):
            self.complaints.append(text)
