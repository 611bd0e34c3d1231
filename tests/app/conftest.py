"""Fixtures of the plumbing's tests.

lint_calendar   faults of an iCalendar stream that parsers forgive and real clients do not
table           a stand-in slice: entries of people, kept in a table of the test
site            the plumbing alone, served: sign-in, account, feeds, live sockets, and `table` as its only slice
make_site       the same with more routes or other settings
sqlite_site, make_sqlite_site   the same for tests in which the database plays no part
"""

from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import Any

import pytest
from starlette.applications import Starlette
from starlette.routing import BaseRoute

from app.config import Settings
from tests.app.plumbing import Site, Table, plumbing
from tests.conftest import settings_for


@pytest.fixture
def table() -> Table:
    return Table()


MakeSite = Callable[..., Awaitable[Site]]


@pytest.fixture
async def make_site(settings: Settings, table: Table, serve: Any, browser: Any) -> MakeSite:
    """A site with more routes than the plumbing's: await make_site(route, …)."""
    return _maker(settings, table, serve, browser)


@pytest.fixture
async def site(make_site: MakeSite) -> Site:
    return await make_site()


@pytest.fixture
async def make_sqlite_site(sqlite_database: str, table: Table, serve: Any, browser: Any) -> MakeSite:
    """For tests in which the database plays no part."""
    return _maker(settings_for(sqlite_database), table, serve, browser)


@pytest.fixture
async def sqlite_site(make_sqlite_site: MakeSite) -> Site:
    return await make_sqlite_site()


def _maker(settings: Settings, table: Table, serve: Any, browser: Any) -> MakeSite:
    async def make(*more: BaseRoute, **changed: Any) -> Site:
        made: list[Starlette] = []

        def at(base_url: str) -> Starlette:
            made.append(plumbing(replace(settings, **{"base_url": base_url} | changed), table, *more))
            return made[0]

        url = await serve(at)
        return Site(url, made[0].state.settings, made[0], browser)

    return make


@pytest.fixture(scope="session")
def lint_calendar() -> Callable[[bytes], list[str]]:
    """Faults of an iCalendar stream that parsers forgive, and real clients do not (RFC 5545 3.1)."""
    return _faults


def _faults(stream: bytes) -> list[str]:
    faults = [] if stream.endswith(b"\r\n") else ["the last line has no CRLF"]
    for number, line in enumerate(stream.removesuffix(b"\r\n").split(b"\r\n"), 1):
        faults += [f"line {number}: {fault}" for fault in _line_faults(line)]
    return faults + _nesting_faults(stream)


def _line_faults(line: bytes) -> list[str]:
    faults = []
    if not line.strip():
        faults.append("empty")
    if len(line) > 75:
        faults.append(f"{len(line)} octets")
    if line.startswith(b"\xef\xbb\xbf"):
        faults.append("BOM")
    if any(octet < 0x20 or octet == 0x7F for octet in line):
        faults.append("control character")
    try:
        line.decode()
    except UnicodeDecodeError as error:
        faults.append(f"not UTF-8 on its own: {error.reason}")
    return faults


def _nesting_faults(stream: bytes) -> list[str]:
    unfolded = stream.replace(b"\r\n ", b"").split(b"\r\n")[:-1]
    open_components: list[bytes] = []
    faults = []
    for line in unfolded:
        name, colon, value = line.partition(b":")
        if not colon:
            faults.append(f"no content line: {line!r}")
        if name == b"BEGIN":
            open_components.append(value)
        if name == b"END" and (not open_components or open_components.pop() != value):
            faults.append(f"END:{value!r} closes nothing")
        if colon and not value:
            faults.append(f"{name!r} is empty")
    return faults + [f"{name!r} stays open" for name in open_components]
