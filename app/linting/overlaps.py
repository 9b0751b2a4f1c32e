"""Owns the question which categories are so alike that articles would fall to either."""

from collections.abc import Callable, Iterator, Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

from app.domain.category import Category, Taxonomy
from app.domain.value import Value
from app.linting.findings import LintFinding, Severity, find_about

Embed = Callable[[Sequence[str]], NDArray[np.float32]]

CATEGORY_LEVEL: Final = 0.70
"""Likeness of two categories from which an editor should look: the mean cosine of their titles and
of their scopes under all-MiniLM-L6-v2. In published taxonomies one pair in a thousand gets there."""

CONFUSABLE_LEVEL: Final = 0.82
"""Likeness from which articles will fall to either."""

TOPIC_LEVEL: Final = 0.93
"""Cosine of two topics from which they say the same."""

_MAX_REPORTED: Final = 50
_MAX_SCOPE: Final = 600
_MAX_TOPICS: Final = 6000
_ROWS: Final = 512


class _Pair(Value):
    """Two positions in a list of texts, the first the lower, and their cosine."""

    first: int
    second: int
    cosine: float


def find_overlaps(taxonomy: Taxonomy, embed: Embed) -> Iterator[LintFinding]:
    """The most alike pairs of categories, and of topics of different categories; the closest first.

    Categories that are broader and narrower, or that send readers to one another, are told apart
    already and may be as alike as they please.
    """
    categories = taxonomy.categories
    titles = _normalise(embed([category.title for category in categories]))
    scopes = _normalise(embed([_describe(category) for category in categories]))
    # Halves of one vector: its cosine is the mean of theirs.
    vectors = np.hstack([titles, scopes]) / np.sqrt(np.float32(2))
    allowed = [_told_apart(category) for category in categories]
    pairs = [
        pair
        for pair in _find_pairs(vectors, CATEGORY_LEVEL)
        if not _are_told_apart(categories, allowed, pair.first, pair.second)
    ]
    for pair in pairs[:_MAX_REPORTED]:
        first, second = categories[pair.first], categories[pair.second]
        is_confusable = pair.cosine >= CONFUSABLE_LEVEL and first.kind == second.kind
        severity: Severity = "warning" if is_confusable else "info"
        message = (
            f"is much like {second.id!r} (mean cosine of titles and scopes {pair.cosine:.2f}). "
            "Exclude in each what belongs to the other, make one broader, or merge them."
        )
        yield find_about(first, "overlap", severity, message)
    yield from _find_shared_topics(taxonomy, embed, allowed)


def _find_shared_topics(taxonomy: Taxonomy, embed: Embed, allowed: list[set[str]]) -> Iterator[LintFinding]:
    owners = [at for at, category in enumerate(taxonomy.categories) for _ in category.topics][:_MAX_TOPICS]
    topics = [topic for category in taxonomy.categories for topic in category.topics][:_MAX_TOPICS]
    if len(topics) < 2:
        return
    vectors = _normalise(embed([topic.text for topic in topics]))
    pairs = [
        pair
        for pair in _find_pairs(vectors, TOPIC_LEVEL, np.asarray(owners))
        if not _are_told_apart(taxonomy.categories, allowed, owners[pair.first], owners[pair.second])
    ]
    for pair in pairs[:_MAX_REPORTED]:
        first, second = topics[pair.first], topics[pair.second]
        message = (
            f"topic {first.id} ({first.text[:60]!r}) is also topic {second.id} ({second.text[:60]!r}), "
            f"cosine {pair.cosine:.2f}. Say in each what is particular to it."
        )
        yield find_about(taxonomy.categories[owners[pair.first]], "shared_topic", "info", message)


def _describe(category: Category) -> str:
    return f"{category.title}. {(category.scope or category.description)[:_MAX_SCOPE]}"


def _told_apart(category: Category) -> set[str]:
    redirects = {target for rule in category.exclusions for target in rule.redirect_to}
    return {*category.broader, *category.never_with, *redirects}


def _are_told_apart(categories: Sequence[Category], allowed: list[set[str]], first: int, second: int) -> bool:
    return categories[second].id in allowed[first] or categories[first].id in allowed[second]


def _normalise(vectors: NDArray[np.float32]) -> NDArray[np.float32]:
    lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
    return np.asarray(vectors / np.maximum(lengths, 1e-9), dtype=np.float32)


def _find_pairs(vectors: NDArray[np.float32], level: float, owners: NDArray[np.int_] | None = None) -> list[_Pair]:
    """Pairs of rows at or above a level, closest first; those of one owner are left out.

    Row blocks keep the memory bounded, and of each block only the closest are kept.
    """
    found: list[_Pair] = []
    for start in range(0, len(vectors), _ROWS):
        cosines = vectors[start : start + _ROWS] @ vectors.T
        rows, columns = np.nonzero(cosines >= level)
        keep = columns > rows + start
        if owners is not None:
            keep &= owners[columns] != owners[rows + start]
        rows, columns = rows[keep], columns[keep]
        closest = np.argsort(-cosines[rows, columns], kind="stable")[: _MAX_REPORTED * 4]
        found += (
            _Pair(first=int(rows[at]) + start, second=int(columns[at]), cosine=float(cosines[rows[at], columns[at]]))
            for at in closest
        )
    return sorted(found, key=lambda pair: (-pair.cosine, pair.first, pair.second))
