"""Owns the two fingerprints: of a verdict, by which it is asked once, and of a decision, by which it is made once."""

import hashlib
import json
from collections.abc import Iterable, Sequence
from functools import lru_cache

from app.domain.article import Article
from app.domain.feedback import Word


def fingerprint_reading(article: Article, numbers: Iterable[int]) -> str:
    """What of an article is shown to a judge, as one digest: its sentences of these numbers.

    Where they begin and end counts as well: a judge points to sentences by their numbers, and the
    same text may have come in once as a page with headings and once without.
    """
    shown = (article.sentences[number - 1] for number in sorted(set(numbers)))
    return _digest("reading", article.digest, *(f"{one.number} {one.start} {one.end}" for one in shown))


@lru_cache(maxsize=4096)  # the same is looked up, asked and kept
def fingerprint_verdict(*, reading: str, definition: str, prompt_version: str, judge: str) -> str:
    """What a judge's verdict about one category of one article depends on, as one digest.

    `reading` is the article as it was shown, `definition` the part of the category's definition
    that reaches the judge, `judge` names the judge with its model. A verdict with the same
    fingerprint need not be asked for again.
    """
    return _digest("verdict", reading, definition, prompt_version, judge)


def fingerprint_decision(*, article_digest: str, basis: str, words: Sequence[Word], only: Sequence[str]) -> str:
    """What a decision depends on, as one digest.

    `basis` stands for all that is the same from article to article: judges, prompts, rules,
    thresholds and the whole taxonomy. `words` are the editors' latest about this article.
    """
    said = sorted(f"{word.category} {word.verdict} {word.note}" for word in words)
    return _digest("decision", article_digest, basis, *said, "only", *sorted(only))


def compute_basis(*parts: str) -> str:
    """One digest over all that decisions about any article have in common."""
    return _digest("basis", *parts)


def _digest(*parts: str) -> str:
    """SHA-256 over the parts as a JSON list, so that no two lists of parts run together."""
    return "sha256:" + hashlib.sha256(json.dumps(parts, ensure_ascii=True).encode()).hexdigest()
