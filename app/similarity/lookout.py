"""Owns sightings: in which sentences exclusions' subjects and conditions are seen."""

import re
from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from app.domain.article import Article
from app.domain.category import Category
from app.domain.exclusion import ExclusionKind, ExclusionRule
from app.domain.sighting import Sighting
from app.similarity.reader import PhraseMeasures, Reader

SEEN = 0.5
"""The strength from which a sentence counts as being about a phrase."""

_NEGATED = re.compile(r"^(?:non[- ]|not\s+)", re.IGNORECASE)
_CONTRASTED: frozenset[ExclusionKind] = frozenset({"absence", "rescue", "topic", "redirect"})
"""Kinds whose subject is something else than the category: sentences nearer to the category are not about it.
The subject of the others is the category itself. So is that of a redirect with a condition ("X that is not Y")."""


class _Measured:
    """What was measured of one article: phrases by sentences."""

    def __init__(self, measures: PhraseMeasures, phrases: Sequence[str], article: Article) -> None:
        self.numbers = np.asarray(measures.numbers)
        self.sampled = len(measures.numbers) < len(article.sentences)
        self._rows = {phrase: row for row, phrase in enumerate(phrases)}
        self._measures = measures

    def find_strength(self, phrases: Sequence[str]) -> NDArray[np.float32]:
        """How strongly each sentence is about any of the phrases; all 0 for no phrase."""
        rows = [self._measures.strengths[self._rows[phrase]] for phrase in phrases]
        return np.max(rows, axis=0) if rows else np.zeros(len(self.numbers), dtype=np.float32)

    def find_mentions(self, phrases: Sequence[str]) -> NDArray[np.bool_]:
        """Which sentences name any of the phrases."""
        rows = [self._measures.mentioned[self._rows[phrase]] for phrase in phrases]
        return np.any(rows, axis=0) if rows else np.zeros(len(self.numbers), dtype=np.bool_)


class SimilarityLookout:
    """Looks for exclusion rules with words and vectors."""

    def __init__(self, reader: Reader) -> None:
        self._reader = reader

    async def look(self, article: Article, categories: Sequence[Category]) -> Mapping[str, Sighting]:
        """One sighting per derived rule, or part of one, of these categories, by its id."""
        phrases = tuple(dict.fromkeys(phrase for category in categories for phrase in _collect(category)))
        if not phrases:
            return {}
        measured = _Measured(await self._reader.measure(article, phrases), phrases, article)
        return {
            part.id: _sight(part, category, measured)
            for category in categories
            for rule in category.exclusions
            if rule.pinned is None
            for part in rule.checks
        }


def _sight(rule: ExclusionRule, category: Category, measured: _Measured) -> Sighting:
    """Where one rule's subject, its condition and its category are seen.

    A needs-judgement rule's subject is often the category's own; there a sentence must be about
    the whole prohibition to count, not just about what it is made about.
    """
    about_category = measured.find_strength(_category_phrases(category))
    about_subject = measured.find_strength(_subject_phrases(rule))
    if rule.needs_judgement and not rule.subjects:
        about_subject = measured.find_strength([rule.text])
    subject = about_subject >= SEEN
    if rule.kind in _CONTRASTED and not (rule.kind == "redirect" and rule.condition):
        subject &= (about_subject > about_category) | measured.find_mentions(_subject_phrases(rule))
    if rule.needs_judgement:
        subject &= measured.find_strength([rule.text]) >= SEEN
    condition = measured.find_strength(rule.condition.phrases if rule.condition else ()) >= SEEN
    return Sighting(
        rule_id=rule.id,
        subject=_to_numbers(subject, about_subject, measured),
        condition=_to_numbers(condition, about_subject, measured),
        category=_to_numbers(about_category >= SEEN, about_category, measured),
        total=len(measured.numbers),
        sampled=measured.sampled,
    )


def _to_numbers(seen: NDArray[np.bool_], strength: NDArray[np.float32], measured: _Measured) -> tuple[int, ...]:
    """The numbers of the sentences seen, the strongest first."""
    order = np.argsort(-strength, kind="stable")
    return tuple(measured.numbers[order[seen[order]]].tolist())


def _collect(category: Category) -> list[str]:
    parts = [part for rule in category.exclusions if rule.pinned is None for part in rule.checks]
    phrases = [phrase for part in parts for phrase in _subject_phrases(part)]
    phrases += [phrase for part in parts if part.condition for phrase in part.condition.phrases]
    phrases += [part.text for part in parts if part.needs_judgement]
    return [*phrases, *_category_phrases(category)] if parts else []


def _subject_phrases(rule: ExclusionRule) -> list[str]:
    """The subjects without a leading negation, which neither words nor vectors can see."""
    return [_NEGATED.sub("", subject) for subject in rule.subjects]


def _category_phrases(category: Category) -> list[str]:
    return [category.title, *(topic.text for topic in category.topics)]
