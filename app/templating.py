"""Jinja for every slice: escaped by default whatever the file's name, dates and numbers in the reader's words."""

import hashlib
from collections.abc import Mapping
from datetime import UTC, date, datetime, tzinfo
from html import unescape
from pathlib import Path
from typing import Any

from jinja2 import Environment, PackageLoader, PrefixLoader, StrictUndefined, pass_context
from jinja2.runtime import Context

from app import wording
from app.i18n import _, language, languages, ngettext
from app.texts import in_language, said

STATIC = Path(__file__).resolve().parent.parent / "static"


def render(template: str, context: Mapping[str, Any]) -> str:
    """HTML, or plain text for a template named .txt: there, and only there, markup means nothing."""
    text = environment.get_template(template).render(context, language=language())
    return unescape(text) if template.endswith(".txt") else text


def asset(path: str) -> str:
    """The address of a static file. It changes whenever any of them does, so browsers may keep them for ever."""
    return f"/static/{VERSION}/{path}"


@pass_context
def clock(context: Context, value: datetime) -> str:
    """10:20, in the zone of the page."""
    return wording.clock(value, _zone(context))


@pass_context
def span(context: Context, value: Any) -> str:
    """10:20–10:40, of anything with a start and an end."""
    return f"{clock(context, value.start)}–{clock(context, value.end)}"


@pass_context
def day(context: Context, value: date) -> str:
    """Tuesday 5 May, in the reader's language and the zone of the page."""
    local = value.astimezone(_zone(context)) if isinstance(value, datetime) else value
    return wording.day(local)


@pass_context
def local(context: Context, value: datetime) -> datetime:
    return value.astimezone(_zone(context))


@pass_context
def deadline(context: Context, value: datetime, zone: tzinfo | None = None) -> str:
    """29 March 2019, 15:00, in the zone of the page or another."""
    return wording.deadline(value, zone or _zone(context))


@pass_context
def to_the_second(context: Context, value: datetime) -> str:
    """29 March 2019, 14:59:59, in the zone of the page."""
    return wording.to_the_second(value, _zone(context))


def iso(value: datetime) -> str:
    return value.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _zone(context: Context) -> tzinfo:
    zone: tzinfo = context.get("zone") or UTC
    return zone


def _version() -> str:
    digest = hashlib.sha256()
    for file in sorted(STATIC.rglob("*")):
        if file.is_file():
            digest.update(file.read_bytes())
    return digest.hexdigest()[:12]


def _environment() -> Environment:
    slices = ("app", "events", "matchmaking")
    made = Environment(
        loader=PrefixLoader({name: PackageLoader(name) for name in slices}),
        autoescape=True,  # all files: Jinja's own choice by extension would leave .txt and .ics raw
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        extensions=["jinja2.ext.do"],
    )
    made.globals.update(_=_, ngettext=ngettext, asset=asset, languages=languages)
    # What a page may leave out, and base.html asks for.
    made.globals.update(event=None, participant=None, desk=False, live=None, nav=None, zone=UTC)
    made.filters.update(time=clock, span=span, day=day, iso=iso, local=local)
    made.filters.update(dated=wording.dated, since=wording.since, number=wording.number, several=wording.several)
    made.filters.update(days=wording.days, weekdays=wording.weekdays, shortened=wording.shortened)
    made.filters.update(clock_of=wording.clock_of)
    made.filters.update(country=wording.country, tongue=wording.tongue, money=wording.money, deadline=deadline)
    made.filters.update(month=wording.month, in_language=in_language, said=said, to_the_second=to_the_second)
    return made


VERSION = _version()
environment = _environment()
