"""Owns the question whether a definition takes back what it says."""

import re
from collections.abc import Iterator
from typing import Final

from app.domain.category import Category
from app.domain.exclusion import ExclusionRule
from app.linting.findings import LintFinding, find_about
from app.linting.wording import fold

_OUTRIGHT: Final = frozenset({"topic", "redirect", "absence"})
"""Kinds that keep out a subject as such; the others keep out a way of treating it."""

_EXCLUDING: Final = re.compile(r"\b(?:exclude|avoid|omit|do not|don't|never|unless|without|not)\b", re.IGNORECASE)
_SENTENCE: Final = re.compile(r"[^.!?\n]+")
_MIN_WORDS: Final = 2


def find_contradictions(category: Category) -> Iterator[LintFinding]:
    """Subjects that are excluded outright and yet stand among the topics, in the title or the summary."""
    topics = {fold(topic.text): topic.id for topic in category.topics}
    summary = fold(" | ".join(s for s in _SENTENCE.findall(category.summary) if not _EXCLUDING.search(s)))
    for rule in category.exclusions:
        for part in rule.checks:
            for subject in part.subjects:
                yield from _compare(category, part, subject, topics=topics, summary=summary)
    yield from _find_taken_back_topics(category)


def _compare(
    category: Category, rule: ExclusionRule, subject: str, *, topics: dict[str, str], summary: str
) -> Iterator[LintFinding]:
    words = fold(subject)
    is_outright = rule.condition is None and rule.kind in _OUTRIGHT
    if not words or subject.startswith("re:"):
        return
    if words in topics:
        message = f"{subject!r} is excluded by {rule.id} and is topic {topics[words]} at once."
        if is_outright:
            yield find_about(category, "contradiction", "error", f"{message} Remove one, or say when it is excluded.")
        else:
            yield find_about(category, "contradiction", "info", f"{message} The condition must tell them apart.")
    elif is_outright and words == fold(category.title):
        message = f"{rule.id} excludes {subject!r}, which is the category's own title. Say in which case."
        yield find_about(category, "contradiction", "error", message)
    elif is_outright and len(words.split()) >= _MIN_WORDS:
        yield from _find_contained(category, rule, subject, topics=topics, summary=summary)


def _find_contained(
    category: Category, rule: ExclusionRule, subject: str, *, topics: dict[str, str], summary: str
) -> Iterator[LintFinding]:
    phrase = re.compile(rf"(?<!\w){re.escape(fold(subject))}(?!\w)")
    holder = next((topic_id for text, topic_id in topics.items() if phrase.search(text)), None)
    if holder:
        message = f"{rule.id} excludes {subject!r} outright, but topic {holder} names it. Say when it is excluded."
        yield find_about(category, "contradiction", "warning", message)
    if phrase.search(summary):
        message = f"{rule.id} excludes {subject!r} outright, but the summary lets it in. Say when it is excluded."
        yield find_about(category, "summary_contradiction", "warning", message)


def _find_taken_back_topics(category: Category) -> Iterator[LintFinding]:
    """Topics that the summary's own "exclude ..." sentence names."""
    excluding = fold(
        " | ".join(s for s in _SENTENCE.findall(category.summary) if s.strip().lower().startswith("exclude"))
    )
    for topic in category.topics:
        words = fold(topic.text)
        if len(words.split()) >= _MIN_WORDS and words in excluding:
            message = f"the summary excludes topic {topic.id} ({topic.text[:80]!r}). Settle which of them holds."
            yield find_about(category, "summary_contradiction", "warning", message)
