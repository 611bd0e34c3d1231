"""Plain text out of what files put into text fields: HTML, Markdown with HTML in it, control characters. Pure.

`loose` calls this on every text, and what comes out passes `app.text`'s input rule: a form refuses what breaks it,
an importer mends it, for the person before it did not write it. All of it takes linear time, whatever it is given,
which the standard library's HTML parser does not (CVE-2025-6069).
"""

import re
import unicodedata
from html import unescape
from inspect import cleandoc

# Only what HTML really has: <https://…> is Markdown, and "a < b" is nobody's tag.
_PARAGRAPH = "address|article|blockquote|div|dl|figure|footer|h[1-6]|header|hr|main|ol|p|pre|section|table|ul"
_LINE = "br|dd|dt|li|tr"
_WITHIN = "abbr|a|b|cite|code|del|em|font|img|ins|i|kbd|mark|q|small|span|strong|sub|sup|s|tbody|td|thead|th|u"
_UNSEEN = "script|style"
_MARKUP = re.compile(
    rf"<(?P<closing>/?)(?P<name>{_PARAGRAPH}|{_LINE}|{_WITHIN}|{_UNSEEN})(?=[\s/>])(?P<attributes>[^<>]*)>"
    r"|(?P<comment><!--|-->)",
    re.IGNORECASE,
)
_HREF = re.compile(r"""(?:^|\s)href\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s"'>]+))""", re.IGNORECASE)

_BREAKS = re.compile(r"\r\n?|[\x0b\x0c\x1c-\x1e\x85\u2028\u2029]")
_CONTROLS = re.compile(r"[\x00-\x08\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufeff]")
_BIDI_OVERRIDES = re.compile(r"[\u202a-\u202e\u2066-\u2069]")
_ENCODED_WORD = re.compile(r"=\?\S*\?|\?[bq]\?", re.IGNORECASE)  # RFC 2047, or either end of one
_ITS_MARKS = re.compile(r"=(?=\?)|\?(?=[bq]\?)", re.IGNORECASE)
_MAYBE_MARKS = re.compile(r"[^\x00-\u02ff]{31,}")
MOST_MARKS = 30  # in a row: UAX #15, Stream-Safe Text Format; sorting more of them takes quadratic time


def one_line(text: str) -> str:
    """A title or a name. Nobody marks these up, so a `<b>` in it stays what it is."""
    return " ".join(_clean(_BIDI_OVERRIDES.sub("", text)).split())


def plain_text(text: str) -> str:
    """Paragraphs apart by an empty line, list items as "• …", links as "text (address)"."""
    lines = cleandoc(_clean(_without_markup(text)).strip()).splitlines()
    return re.sub(r"\n{3,}", "\n\n", "\n".join(line.rstrip() for line in lines))


def _without_markup(text: str) -> str:
    tags = [(tag, tag["name"].lower()) for tag in _MARKUP.finditer(text) if tag["name"]]
    if not tags:
        return text
    flowing = any(re.fullmatch(f"{_PARAGRAPH}|br|li", name) for _tag, name in tags)
    return _written_out(text, flowing=flowing)


def _written_out(text: str, *, flowing: bool) -> str:
    """`flowing`: line breaks come from the markup, not from the text."""
    pieces: list[str] = []
    end, link, unseen = 0, "", _Unseen()
    for markup in _MARKUP.finditer(text):
        words = text[end : markup.start()]
        pieces.append(unescape(re.sub(r"\s+", " ", words) if flowing else words))
        end = markup.end()
        name = (markup["name"] or "").lower()
        if name == "a":
            pieces.append(_address(link, said=pieces[-1]) if markup["closing"] else "")
            link = "" if markup["closing"] else _href(markup["attributes"])
        elif re.fullmatch(_UNSEEN, name) or markup["comment"]:
            unseen.meet(markup, pieces)
        else:
            pieces.append(_instead_of(name, closing=bool(markup["closing"])))
    pieces.append(unescape(re.sub(r"\s+", " ", text[end:]) if flowing else text[end:]))
    joined = "".join(pieces)
    return "\n".join(line.strip() for line in joined.split("\n")) if flowing else joined


class _Unseen:
    """Takes out what lies between <script> and </script>, or comment marks; one never closed takes nothing."""

    def __init__(self) -> None:
        self.until, self.first = "", 0

    def meet(self, markup: re.Match[str], pieces: list[str]) -> None:
        if self.until and markup[0].lower().startswith(self.until):
            del pieces[self.first :]
            self.until = ""
        elif not self.until and not markup["closing"] and markup["comment"] != "-->":
            self.until, self.first = "-->" if markup["comment"] else f"</{markup['name'].lower()}", len(pieces)
        elif not self.until and markup["comment"] == "-->":
            pieces.append("-->")


def _instead_of(name: str, *, closing: bool) -> str:
    if re.fullmatch(_PARAGRAPH, name):
        return "\n\n"
    if name == "td" and closing:
        return " "
    if closing or not re.fullmatch(_LINE, name):
        return ""
    return "\n• " if name == "li" else "\n"


def _href(attributes: str) -> str:
    found = _HREF.search(attributes)
    return unescape(found[1] or found[2] or found[3] or "").strip() if found else ""


def _address(link: str, *, said: str) -> str:
    """The link's address in brackets, unless the words are the address."""
    if not link.startswith(("http://", "https://", "mailto:")) or said.strip() in (link, link.removeprefix("mailto:")):
        return ""
    return f" ({link})"


def _clean(text: str) -> str:
    """NFC, every kind of line break a line feed, no controls, and nothing that a mail header would decode."""
    text = _CONTROLS.sub("", _BREAKS.sub("\n", text))
    text = unicodedata.normalize("NFC", _MAYBE_MARKS.sub(lambda run: _stream_safe(run[0]), text))
    return _ITS_MARKS.sub(lambda mark: mark[0] + " ", text) if _ENCODED_WORD.search(text) else text


def _stream_safe(run: str) -> str:
    kept, marks = [], 0
    for character in run:
        marks = marks + 1 if unicodedata.category(character)[0] == "M" else 0
        if marks <= MOST_MARKS:
            kept.append(character)
    return "".join(kept)
