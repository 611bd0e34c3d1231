"""The input rule for every text a person or a file can bring, which forms and importers call before any verb."""

import re
import unicodedata
from collections.abc import Iterator, Sequence
from itertools import groupby
from urllib.parse import urlsplit

ADDRESS_LIMIT = 254  # RFC 5321 4.5.3.1.3, less the angle brackets
MARKS_LIMIT = 30  # UAX #15, stream-safe text: composing takes quadratic time in a run of marks

_CONTROLS = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]")
_BIDI_OVERRIDES = re.compile(r"[\u202a-\u202e\u2066-\u2069]")
# Either end of an RFC 2047 encoded word, so that no two texts make one when they meet in a subject line.
_ENCODED_WORD = re.compile(r"=\?\S*\?|\?[bq]\?", re.IGNORECASE)
# Narrower than RFC 5321: % and ! route mail onwards, | ` and a leading - mean something to programs.
_LOCAL_PART = re.compile(r"(?!-)[a-z0-9_+'&=~-]+(\.[a-z0-9_+'&=~-]+)*")
_LABEL = re.compile(r"(?!-)[a-z0-9-]{1,63}(?<!-)")
# Letters that NFKD leaves whole.
_STROKES = str.maketrans({"ł": "l", "ø": "o", "đ": "d", "ð": "d", "ı": "i", "æ": "ae", "œ": "oe", "þ": "th"})


class BadText(ValueError):
    """A text that is refused; `sentence` is a gettext message, to be filled with `values`."""

    def __init__(self, sentence: str, **values: int) -> None:
        super().__init__(sentence % values)
        self.sentence = sentence
        self.values = values


def clean_line(value: str, *, limit: int) -> str:
    """One line: NFC, no spaces around it, no line break or control character; `limit` in code points."""
    value = _normal(value.replace("\t", " "), limit)
    if "\n" in value:
        raise BadText("Please write this in one line.")
    if _BIDI_OVERRIDES.search(value):
        raise BadText("This contains invisible characters that change the direction of writing.")
    return value


def clean_text(value: str, *, limit: int) -> str:
    r"""Several lines, parted by \n: NFC, no empty lines around them, no other control character than the tab."""
    return _normal(value, limit)


def canonical_address(value: str) -> str:
    """One mail address in the one spelling we keep: lower case, the domain in its ASCII form (RFC 5890).

    Dots and +tags stay: whether they matter is for the receiving server to say.
    """
    value = clean_line(value, limit=ADDRESS_LIMIT).lower()
    if value.count("@") != 1:
        raise BadText("Please enter one mail address, like name@example.org.")
    local, domain = value.split("@")
    if len(local) > 64 or not _LOCAL_PART.fullmatch(local):
        raise BadText("The part before the @ contains characters that we cannot send mail to.")
    address = f"{local}@{_canonical_domain(domain.removesuffix('.'))}"
    if len(address) > ADDRESS_LIMIT:
        raise BadText("This mail address is too long.")
    return address


def web_scheme(address: str) -> str:
    """ "https" or "http" of an address that a browser can follow; "" for anything else."""
    try:
        parts = urlsplit(address)
    except ValueError:  # brackets around no IPv6 address, or letters that would fold into a / or an @
        return ""
    return parts.scheme if parts.scheme in ("https", "http") and parts.hostname else ""


def plain(text: str) -> str:
    """For searching and sorting: without case, accents and strokes; "Łódź" is "lodz"."""
    if text.isascii():
        return text.casefold()
    folded = unicodedata.normalize("NFKD", text).casefold().translate(_STROKES)
    return "".join(letter for letter in folded if not unicodedata.combining(letter))


def sought(words: str) -> list[str]:
    """What somebody typed to search by, for `has_words`: five words at the most."""
    return plain(words).split()[:5]


def has_words(text: str, words: Sequence[str]) -> bool:
    """Whether each of the words (`sought`) stands in the text, wherever in it; accents and capitals aside."""
    if not words:
        return True
    where = plain(text)
    return all(word in where for word in words)


def _normal(value: str, limit: int) -> str:
    if len(value) > 4 * limit:  # composing shortens a text to a quarter at the most
        raise BadText("Please keep this to %(limit)d characters.", limit=limit)
    if not value.isascii() and any(len(marks) > MARKS_LIMIT for marks in _runs_of_marks(value)):
        raise BadText("This piles too many marks on one letter.")
    value = unicodedata.normalize("NFC", value.replace("\r\n", "\n").replace("\r", "\n")).strip(" \t\n")
    if len(value) > limit:
        raise BadText("Please keep this to %(limit)d characters.", limit=limit)
    if _CONTROLS.search(value):
        raise BadText("This contains control characters. Typing it again instead of pasting it helps.")
    if _ENCODED_WORD.search(value):
        raise BadText("This contains a piece of mail encoding (=?…?=). Please write it as plain text.")
    return value


def _runs_of_marks(value: str) -> Iterator[list[str]]:
    return (list(run) for is_mark, run in groupby(value, key=lambda each: unicodedata.combining(each) > 0) if is_mark)


def _canonical_domain(domain: str) -> str:
    labels = [_ascii_label(label) for label in domain.split(".")]
    if len(labels) < 2 or labels[-1].isdigit() or not all(map(_LABEL.fullmatch, labels)):
        raise BadText("The part after the @ is not the name of a mail domain.")
    return ".".join(labels)


def _ascii_label(label: str) -> str:
    """A label as IDNA 2008 writes it. Look-alikes that fold into another spelling (ｅ, ﬁ) are refused, not merged."""
    if label.isascii():
        return label
    if unicodedata.normalize("NFKC", label) != label or not all(map(_is_in_words, label)):
        raise BadText("The part after the @ is not the name of a mail domain.")
    return "xn--" + label.encode("punycode").decode("ascii")


def _is_in_words(character: str) -> bool:
    return character == "-" or unicodedata.category(character)[0] in "LMN"
