"""Browsers for the pages of a fair, on the database of the test."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager

import httpx2
import pytest

from app import main
from app.models import Person
from tests.app.plumbing import sign_in_row
from tests.conftest import settings_for

BASE = "http://127.0.0.1:8000"
Visit = Callable[[Person], Awaitable[httpx2.AsyncClient]]


@pytest.fixture
async def visit(database: str) -> AsyncIterator[Visit]:
    async with visiting(database) as sign_in:
        yield sign_in


@asynccontextmanager
async def visiting(database: str) -> AsyncIterator[Visit]:
    """Opens browsers in which somebody is signed in."""
    app = main.create_app(settings_for(database))
    async with AsyncExitStack() as opened:

        async def sign_in(person: Person) -> httpx2.AsyncClient:
            browser = httpx2.AsyncClient(
                transport=httpx2.ASGITransport(app=app),
                base_url=BASE,
                cookies={"sid": await sign_in_row(person)},
                headers={"Origin": BASE, "Sec-Fetch-Site": "same-origin"},
            )
            return await opened.enter_async_context(browser)

        yield sign_in
