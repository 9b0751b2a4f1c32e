"""Owns noticing that a rationale repeats the prompt instead of speaking about the article."""

import re
from collections.abc import Iterable, Sequence
from typing import Final

from app.domain.category import Category

MIN_WORDS: Final = 6
"""Words in a row that make a repetition; fewer are common phrases."""

_WORD: Final = re.compile(r"\w+(?:['’-]\w+)*")
_APART: Final = "\n"


def find_echo(
    rationale: str, categories: Sequence[Category], article_text: str, *, instructions: str = ""
) -> str | None:
    """The words that a rationale repeats of a boundary example or of the instructions, None where it repeats none.

    `MIN_WORDS` or more words in a row count, whatever their case and punctuation; what stands in
    the article itself is no echo. `instructions` is `Composer.instructions`.
    """
    words = _find_words(rationale)
    if len(words) < MIN_WORDS:
        return None
    examples = (
        part for category in categories for example in category.examples for part in (example.text, example.reason)
    )
    sources = _line_up([instructions, *examples])
    starts = [at for at in range(len(words) - MIN_WORDS + 1) if _holds(sources, words[at : at + MIN_WORDS])]
    if not starts:
        return None
    article = _line_up([article_text])
    start = next((at for at in starts if not _holds(article, words[at : at + MIN_WORDS])), None)
    if start is None:
        return None
    end = start + MIN_WORDS
    while end < len(words) and _holds(sources, words[start : end + 1]):
        end += 1
    return " ".join(words[start:end])


def _find_words(text: str) -> list[str]:
    return [word.casefold().replace("’", "'") for word in _WORD.findall(text)]


def _line_up(texts: Iterable[str]) -> str:
    """All words with single spaces between them, the texts kept apart."""
    return _APART.join(f" {' '.join(_find_words(text))} " for text in texts if text)


def _holds(source: str, words: Sequence[str]) -> bool:
    return f" {' '.join(words)} " in source
