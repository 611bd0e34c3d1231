"""The address of a calendar, in the words that different programs take."""

from dataclasses import dataclass
from typing import Self
from urllib.parse import quote

import segno
from markupsafe import Markup

from app.config import Settings


@dataclass(frozen=True, slots=True)
class Subscription:
    """One calendar; `path` is ours, `name` what a program shall call it."""

    https: str
    webcal: str
    google: str
    outlook: str

    @classmethod
    def of(cls, settings: Settings, path: str, name: str) -> Self:
        https = settings.base_url + path
        webcal = "webcal://" + https.partition("://")[2]
        return cls(
            https,
            webcal,
            f"https://calendar.google.com/calendar/r?cid={quote(webcal, safe='')}",
            f"https://outlook.office.com/calendar/0/addfromweb?url={quote(https, safe='')}&name={quote(name, safe='')}",
        )

    @property
    def qr(self) -> Markup:
        """For a phone's camera: an SVG drawing."""
        code = segno.make(self.webcal, micro=False, error="m")
        return Markup(code.svg_inline(scale=4, border=2, dark="#000", light="#fff", omitsize=True))  # noqa: S704 - ours
