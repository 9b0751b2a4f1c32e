"""Owns the words of a taxonomy: how rare they are, and which categories an article's words point to."""

import math
from collections import Counter
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from app.similarity.lexical import Rarity, Stems, find_content, is_mentioned
from app.similarity.passages import ArticleVectors
from app.similarity.profiles import Profile

# A name in one sentence of a very short article says less than its share suggests.
FEWEST_SENTENCES = 8

Weights = dict[str, float]
Scores = NDArray[np.float32]
"""One number per category."""


class Vocabulary:
    """The stems of names and definitions, weighed by how few categories use them."""

    def __init__(self, profiles: Sequence[Profile]) -> None:
        self._names = [tuple(dict.fromkeys(find_content(name) for name in profile.names)) for profile in profiles]
        counts = [
            Counter(find_content(p.prose)) + Counter(stem for name in names for stem in name)
            for p, names in zip(profiles, self._names, strict=True)
        ]
        self.rarity = Rarity(counts)
        # Two stems that no other category uses make a name that cannot be met by chance.
        self._telling = 2 * self.rarity.weigh_seen(1)
        self._postings: dict[str, list[tuple[int, float]]] = {}
        for place, count in enumerate(counts):
            for stem, weight in self._weigh(count).items():
                self._postings.setdefault(stem, []).append((place, weight))

    def compare_words(self, vectors: ArticleVectors) -> Scores:
        """The cosine of the article's and each definition's weighed stems; the title's count double."""
        words = Counter(stem for stems in (*vectors.stems, vectors.title_stems, vectors.title_stems) for stem in stems)
        del words[""]
        scores = np.zeros(len(self._names), dtype=np.float32)
        for stem, weight in self._weigh({s: n for s, n in words.items() if s in self._postings}).items():
            for place, other in self._postings[stem]:
                scores[place] += weight * other
        return scores

    def find_names(self, vectors: ArticleVectors) -> tuple[Scores, Scores]:
        """How much each category's names are used in the text, and whether one stands in the title; 0 to 1 each.

        A name of common words counts for less; one that is named to be set apart from does not count.
        """
        text = np.zeros(len(self._names), dtype=np.float32)
        title = np.zeros_like(text)
        present = set(vectors.title_stems).union(*vectors.stems)
        most = math.log1p(max(len(vectors.stems), FEWEST_SENTENCES))
        meant = [stems for stems, apart in zip(vectors.stems, vectors.apart, strict=True) if not apart]
        for place, names in enumerate(self._names):
            for name in names:
                if name and present.issuperset(name):
                    count = sum(is_mentioned(name, stems) for stems in meant)
                    text[place] = max(text[place], self.tell(name) * math.log1p(count) / most)
                    title[place] = max(title[place], self.tell(name) * is_mentioned(name, vectors.title_stems))
        return text, title

    def share_naming(self, vectors: ArticleVectors) -> Scores:
        """For each category the share of sentences that mention one of its names."""
        present: set[str] = set().union(*vectors.stems)
        shares = np.zeros(len(self._names), dtype=np.float32)
        for place, names in enumerate(self._names):
            used = [name for name in names if name and present.issuperset(name)]
            if used:
                shares[place] = np.mean([any(is_mentioned(name, stems) for name in used) for stems in vectors.stems])
        return shares

    def tell(self, name: Stems) -> float:
        """How much it means that a name is mentioned, 0 to 1."""
        return min(1.0, sum(self.rarity.weigh(stem) for stem in name) / self._telling)

    def _weigh(self, counts: dict[str, int]) -> Weights:
        weights = {stem: (1 + math.log(count)) * self.rarity.weigh(stem) for stem, count in counts.items() if stem}
        length = math.sqrt(sum(weight * weight for weight in weights.values()))
        return {stem: weight / length for stem, weight in weights.items()} if length else {}
