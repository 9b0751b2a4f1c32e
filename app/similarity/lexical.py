"""Owns the lexical evidence: stems, how rare they are in a taxonomy, and where a phrase is mentioned."""

import math
import re
from collections import Counter
from collections.abc import Iterable, Sequence
from functools import lru_cache

import snowballstemmer

from app.similarity.stopwords import STOPWORDS

WORD = re.compile(r"[^\W_]+(?:['’][^\W_]+)*")
# A mention may hold this many words that the phrase lacks: "models of operation", "decision-making rights".
SLACK = 3
# Nothing that is longer is a word.
MAX_WORD = 40

Stems = tuple[str, ...]


@lru_cache(maxsize=50_000)
def stem_word(word: str) -> str:
    """The stem of a lower-case word ("governance" and "governing" both to "govern")."""
    # A stemmer holds state while it works: one of its own per call keeps threads apart.
    return str(snowballstemmer.EnglishStemmer().stemWord(word.removesuffix("'s")))


def find_stems(text: str) -> Stems:
    """The stems of all words in reading order, stopwords as empty strings so that distances stay true."""
    words = (word.replace("’", "'") for word in WORD.findall(text.lower()))
    return tuple("" if word in STOPWORDS or len(word) > MAX_WORD else stem_word(word) for word in words)


def find_content(text: str) -> Stems:
    """The stems of the words that carry meaning; of all words where none does ("Who's Who")."""
    content = tuple(stem for stem in find_stems(text) if stem)
    return content or tuple(stem_word(word.replace("’", "'")[:MAX_WORD]) for word in WORD.findall(text.lower()))


def is_mentioned(phrase: Stems, stems: Stems) -> bool:
    """Whether all stems of the phrase stand in the text in order within a short window."""
    if not phrase or any(stem not in stems for stem in phrase):
        return False
    starts = (place for place, stem in enumerate(stems) if stem == phrase[0])
    return any(_follows(phrase[1:], stems[start + 1 : start + len(phrase) + SLACK]) for start in starts)


def _follows(rest: Stems, window: Stems) -> bool:
    remaining = iter(window)
    return all(stem in remaining for stem in rest)


class Rarity:
    """How much a stem tells: its inverse document frequency over the texts of a taxonomy.

    A stem that the taxonomy lacks tells as much as one that a single text holds.
    """

    def __init__(self, documents: Iterable[Iterable[str]]) -> None:
        seen: Counter[str] = Counter()
        self._total = 0
        for document in documents:
            self._total += 1
            seen.update(set(document))
        self._seen = seen

    def weigh(self, stem: str) -> float:
        """The weight of a stem, 0 for a stopword."""
        return self.weigh_seen(self._seen[stem]) if stem else 0.0

    def weigh_seen(self, count: int) -> float:
        """The weight of a stem that so many texts hold."""
        return math.log(1 + (self._total + 1) / (count + 0.5))

    def weigh_all(self, stems: Sequence[str]) -> dict[str, float]:
        """The weights of the distinct stems, stopwords left out."""
        return {stem: self.weigh(stem) for stem in dict.fromkeys(stems) if stem}
