"""Fixtures of the plumbing's tests."""

from collections.abc import Callable

import pytest


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
