"""When two people mean the same thing: the words in which profiles say what they offer and need, made comparable."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

from app.text import plain

_JOINTS = str.maketrans("", "", "-‐‑'’")
_FILLER = frozenset((
    "a", "an", "and", "by", "for", "from", "in", "of", "on", "or", "the", "to", "with",
    "dla", "i", "oraz", "w", "z",
    "ja", "seka", "tai",
))  # fmt: skip


@dataclass(frozen=True, slots=True)
class Term:
    """`text` as its author wrote it, and the words that decide."""

    text: str
    words: frozenset[str]


def terms(texts: Iterable[str]) -> tuple[Term, ...]:
    """One term for each different thing said, in the order said."""
    found: dict[frozenset[str], Term] = {}
    for text in texts:
        if words := _words(text):
            found.setdefault(words, Term(text.strip(), words))
    return tuple(found.values())


def alike(a: frozenset[str], b: frozenset[str]) -> bool:
    """Equal, or one says the other more exactly: lignin and kraft lignin, but not printed parts and printed soles."""
    if a <= b:
        return 2 * len(a) >= len(b)
    return b <= a and 2 * len(b) >= len(a)


@lru_cache(maxsize=16_384)  # a directory of thousands says the same few hundred things
def _words(text: str) -> frozenset[str]:
    """What is left when case, accents, hyphens, the plural s and filler are gone."""
    joined = plain(text).translate(_JOINTS)
    words = frozenset(re.findall(r"[^\W_]+", joined))
    return frozenset(_singular(word) for word in words - _FILLER or words)


def _singular(word: str) -> str:
    return word[:-1] if len(word) > 3 and word.endswith("s") and not word.endswith("ss") else word
