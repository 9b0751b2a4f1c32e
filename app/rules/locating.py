"""Owns finding a quote in an article: verbatim, or so nearly that no meaning can have changed.

A similarity threshold alone lets a dropped "not" or another year pass at 93 to 98 of 100, so
numbers and negations must agree as well.
"""

import re
from collections import Counter

from rapidfuzz import fuzz

from app.rules.folding import FoldedText, fold

MIN_EXACT = 12
"""Characters. A shorter verbatim quote is found too easily to prove anything."""
MIN_NEAR = 20
"""Characters. Random 20-character strings reach a similarity of 80 at most, 8-character ones 90."""
NEAR = 92.0
"""rapidfuzz's partial ratio, 0 to 100."""

_WORD = re.compile(r"\w+(?:[.,]\d+)*(?:'\w+)?")
_NUMBER = re.compile(r"\d+(?:[.,]\d+)*")
_NEGATIONS = frozenset(
    "no not never none nor neither nothing nobody nowhere without cannot hardly barely "
    "nicht kein keine keinen keiner keines nie niemals ohne ne pas jamais sans aucun aucune".split()
)
_NEGATING_PREFIXES = ("un", "in", "im", "ir", "il", "non", "dis", "mis", "anti")


def locate(quote: str, text: FoldedText) -> tuple[int, int] | None:
    """Where the quote stands in the text, as whole words, or None where it does not.

    Code-point offsets into `text.text`. The first verbatim place wins over any near one.
    """
    wanted = fold(quote.strip()).strip("\"' .…")
    if len(wanted) < MIN_EXACT:
        return None
    start = text.folded.find(wanted)
    while start >= 0:
        if _stands_alone(text.folded, start, start + len(wanted)):
            return text.to_span(start, start + len(wanted))
        start = text.folded.find(wanted, start + 1)
    return _locate_near(wanted, text)


def _locate_near(wanted: str, text: FoldedText) -> tuple[int, int] | None:
    if len(wanted) < MIN_NEAR or len(text.folded) < len(wanted):
        return None
    found = fuzz.partial_ratio_alignment(wanted, text.folded, score_cutoff=NEAR)
    if found is None:
        return None
    start, end = _fit(wanted, text.folded, *_widen(text.folded, found.dest_start, found.dest_end))
    return text.to_span(start, end) if keeps_meaning(wanted, text.folded[start:end]) else None


def keeps_meaning(quote: str, original: str) -> bool:
    """Whether two near-equal texts agree in their numbers and negations, as multisets."""
    ours, theirs = _WORD.findall(quote), _WORD.findall(original)
    if Counter(_NUMBER.findall(quote)) != Counter(_NUMBER.findall(original)):
        return False
    if Counter(filter(_negates, ours)) != Counter(filter(_negates, theirs)):
        return False
    only_ours, only_theirs = set(ours) - set(theirs), set(theirs) - set(ours)
    return not any(
        long in {prefix + short for prefix in _NEGATING_PREFIXES}
        for longer, shorter in ((only_ours, only_theirs), (only_theirs, only_ours))
        for long in longer
        for short in shorter
    )


def _negates(word: str) -> bool:
    return word in _NEGATIONS or word.endswith("n't")


def _stands_alone(folded: str, start: int, end: int) -> bool:
    """Whether the span begins and ends at word boundaries: "likely" is not a quote of "unlikely"."""
    before_cut = start > 0 and folded[start - 1].isalnum() and folded[start].isalnum()
    after_cut = end < len(folded) and folded[end].isalnum() and folded[end - 1].isalnum()
    return not (before_cut or after_cut)


def _widen(folded: str, start: int, end: int) -> tuple[int, int]:
    while start > 0 and folded[start - 1].isalnum():
        start -= 1
    while end < len(folded) and folded[end].isalnum():
        end += 1
    return start, end


def _fit(wanted: str, folded: str, start: int, end: int) -> tuple[int, int]:
    """Move the ends word by word for as long as that brings the span nearer to what is wanted.

    The alignment looks through a window as long as the quote, and so cuts or adds a word where
    the original is longer or shorter.
    """
    best = fuzz.ratio(wanted, folded[start:end])
    while True:
        words = [match.span() for match in _WORD.finditer(folded, start, end)]
        spans = [(words[1][0], end), (start, words[-2][1])] if len(words) > 1 else []
        after = _WORD.search(folded, end)
        spans += [(start, after.end())] if after else []
        scored = max(((fuzz.ratio(wanted, folded[a:b]), a, b) for a, b in spans), default=(0.0, start, end))
        if scored[0] <= best:
            return start, end
        best, start, end = scored
