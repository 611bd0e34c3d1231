"""Finds words in texts whatever their case, accents and endings: "lajitteluun" finds "lajittelu", "odpadami" finds
"odpady". Directory and marketplace search with it, so that both databases and all three languages find the same.

It is light stemming in the sense of Savoy (Light stemming approaches for the French, Portuguese, German and Hungarian
languages, SAC 2006): endings of nouns and adjectives are taken off, as long as enough of the word is left. Words whose
stem itself changes (miasto, mieście; yö, öitä) and short ones (las, lasów) are found by their beginning only, and
a part of a compound as it is typed.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

from app.text import plain

SHORTEST = 4  # letters that an ending leaves
ENDINGS = tuple(
    sorted(
        (
            # Finnish cases, numbers and possessives, without accents
            *("n", "t", "a", "ta", "tta", "ksi", "ssa", "sta", "lla", "lta", "lle", "in", "en", "an", "on", "un"),
            *("hin", "seen", "siin", "iin", "oja", "ja", "jen", "ien", "iden", "ita", "itten", "ten", "den", "een"),
            *("issa", "ista", "illa", "ilta", "ille", "iksi", "oissa", "oista", "oille", "oilla", "oihin"),
            *("ihin", "eissa", "eista", "eille", "eilla", "nsa", "mme", "nne", "tten", "set", "sta", "sten", "sia"),
            *("s", "kse", "ksen", "kset", "ksia", "ksien", "ksella", "kselle", "ksessa", "ksesta", "ksiin"),
            *("dessa", "desta", "della", "delta", "delle", "deksi"),
            # Polish cases of nouns and adjectives, without accents
            *("a", "e", "i", "o", "u", "y", "ow", "owi", "om", "ami", "ach", "em", "iem", "ie", "ej", "ego", "emu"),
            *("ym", "ymi", "ych", "ich", "imi", "im", "iego", "iemu", "iej", "ia", "ii", "iu", "iow", "iami", "iach"),
            # English, also where Polish bends it: recykling, recyklingu
            *("es", "ing", "ed", "ings", "ingu", "ingiem", "ingi", "ingow"),
        ),
        key=len,
        reverse=True,
    )
)
VOWELS = "aeiouy"
FEWEST = 3  # letters that losing vowels leaves: woda, wodą
# Ends of stems that change before endings: drukarka, drukarek; woda, wodzie; fermentacja, fermentacji; kartonki,
# kartongin; tulostimen, tulostinta; tapa, tavan.
CHANGING = (
    ("ek", "k"),
    ("ng", "nk"),
    ("mm", "mp"),
    ("dz", "d"),
    ("cz", "k"),
    ("cj", "k"),
    ("c", "k"),
    ("im", "in"),
    ("d", "t"),
    ("v", "p"),
)
PART = 4  # letters of a word that are looked for within others: kaasu in biokaasu
SPARE = 2  # letters that two stems of one word may differ by: tuotan-to, tuotan-non
_WORD = re.compile(r"[^\W_]+")
_DOUBLED = re.compile(r"([^\W\d_])\1+")


@dataclass(frozen=True, slots=True)
class Searched:
    """A text made ready to be searched: its words and their stems, each between blanks."""

    words: str
    stems: str

    def holds(self, query: str) -> bool:
        """Whether every word of the query is there: begins a word, is a long enough part of one, or ends otherwise."""
        words = _words(query)
        if not words:
            return not plain(query).strip()  # signs alone are nowhere
        return all(self._spells(word) or self._has(stem(word)) for word in words)

    def _spells(self, word: str) -> bool:
        return (word if len(word) >= PART else f" {word}") in self.words

    def _has(self, root: str) -> bool:
        shorter = (root[:length] for length in range(max(SHORTEST, len(root) - SPARE), len(root)))
        begins = len(root) >= SHORTEST and f" {root}" in self.words  # projektu, projekt: its t is no ending
        return begins or f" {root}" in self.stems or any(f" {one} " in self.stems for one in shorter)


def searched(text: str) -> Searched:
    words = _words(text)
    return Searched(_spaced(words), _spaced(map(stem, words)))


@lru_cache(maxsize=65_536)
def stem(word: str) -> str:
    """What is left of a plain word without its ending: no word of its own, only much the same for all its forms."""
    bare = _DOUBLED.sub(r"\1", _bare(word))
    for soft, hard in CHANGING:
        if bare.endswith(soft):
            bare = bare.removesuffix(soft) + hard
    return bare


def _words(text: str) -> list[str]:
    return _WORD.findall(plain(text))


def _spaced(words: Iterable[str]) -> str:
    return f" {' '.join(words)} "


def _bare(word: str) -> str:
    """Without its longest ending, and without the vowels that other endings swallow."""
    found = next((end for end in ENDINGS if word.endswith(end) and len(word) - len(end) >= SHORTEST), "")
    bare = word.removesuffix(found)
    while len(bare) > FEWEST and bare[-1] in VOWELS:
        bare = bare[:-1]
    return bare
