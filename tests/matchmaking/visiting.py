"""Browsers for the pages of a fair, on the database of the test."""

from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import UTC, datetime, timedelta

import httpx2
import pytest

from app import main
from app.auth import Secret
from app.journal import changing
from app.models import Person, SignIn
from tests.conftest import settings_for

BASE = "http://127.0.0.1:8000"
Visit = Callable[[Person], Awaitable[httpx2.AsyncClient]]


@pytest.fixture
async def visit(database: str) -> AsyncIterator[Visit]:
    """A browser in which somebody is signed in."""
    app = main.create_app(settings_for(database))
    opened: list[httpx2.AsyncClient] = []

    async def sign_in(person: Person) -> httpx2.AsyncClient:
        secret, now = Secret.new(), datetime.now(UTC)
        async with changing("people", by="test") as changes:
            entry = await SignIn.create(
                person=person, token_hash=secret.hash, user_agent="test", created_at=now,
                expires_at=now + timedelta(hours=1),
            )  # fmt: skip
            changes.record("person.signed_in", entry, topics=[])
        opened.append(
            httpx2.AsyncClient(
                transport=httpx2.ASGITransport(app=app),
                base_url=BASE,
                cookies={"sid": secret.text},
                headers={"Origin": BASE, "Sec-Fetch-Site": "same-origin"},
            )
        )
        return opened[-1]

    yield sign_in
    for client in opened:
        await client.aclose()
