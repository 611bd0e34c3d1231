"""A browser, and pages that exist only for it: base.html with a main part the test writes."""

import json
import shutil
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import Page, Route, WebSocketRoute, async_playwright

from app import templating
from app.guard import HEADERS
from app.i18n import language

STATIC = Path(__file__).resolve().parents[2] / "static"
SITE = "http://pilotmatch.test"


@dataclass
class Site:
    """What the browser sees at SITE: a page, its socket, and the forms it posted."""

    page: Page
    main: str = ""
    head: str = ""
    revision: int = 41
    answer: tuple[int, dict[str, Any]] = (200, {"ok": True, "version": 4})
    posted: list[str] = field(default_factory=list)
    sinces: list[str] = field(default_factory=list)
    sockets: list[WebSocketRoute] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)

    async def open(self) -> None:
        await self.page.goto(f"{SITE}/page")

    async def tell(self, kind: str, **more: Any) -> None:
        self.revision += 1
        fact = {"kind": kind, "subject": "meeting", "id": 7, "data": {}}
        self.sockets[-1].send(json.dumps({"revision": self.revision, "changes": [fact], **more}))

    async def serve(self, route: Route) -> None:
        path = route.request.url.removeprefix(SITE)
        if path.startswith("/static/"):
            await route.fulfill(path=STATIC / path.split("/", 3)[3])
        elif route.request.method == "POST":
            self.posted.append(route.request.post_data or "")
            await route.fulfill(status=self.answer[0], json=self.answer[1])
        else:
            await route.fulfill(body=self._document(), content_type="text/html", headers=dict(HEADERS))

    def follow(self, socket: WebSocketRoute) -> None:
        self.sinces.append(socket.url.rpartition("since=")[2])
        self.sockets.append(socket)

    def _document(self) -> str:
        source = (
            '{% extends "app/base.html" %}'
            f"{{% block head %}}{self.head}{{% endblock %}}{{% block main %}}{self.main}{{% endblock %}}"
        )
        live = {"url": "/live", "since": self.revision}
        page = {"language": language(), "live": live, "person": None, "flash": "", "path": "/page", "back": "/page"}
        return templating.environment.from_string(source).render(page)


@pytest.fixture
async def site() -> AsyncIterator[Site]:
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=shutil.which("chromium"), args=["--no-sandbox"])
        page = await browser.new_page(viewport={"width": 1100, "height": 900})
        site = Site(page)
        page.on("pageerror", lambda error: site.complaints.append(str(error)))
        await page.route(f"{SITE}/**", site.serve)
        await page.route_web_socket("**/live?*", site.follow)
        yield site
        await browser.close()
    assert site.complaints == []
