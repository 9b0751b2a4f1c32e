"""Owns grounding: what a judge cites is looked up, and what cannot be found is not evidence."""

from bisect import bisect_right
from collections.abc import Iterator
from itertools import islice

from app.domain.article import Article, Sentence
from app.domain.decision import Evidence
from app.domain.grounded import GroundedCheck, GroundedVerdict
from app.domain.verdict import Check, Verdict
from app.rules.folding import FoldedText
from app.rules.locating import locate

MAX_EVIDENCE = 3
"""Sentences of evidence kept per check; a judge that cites more has its first ones kept."""


def ground(
    verdict: Verdict, article: Article, text: FoldedText, distrusted: frozenset[int] = frozenset()
) -> GroundedVerdict:
    """The verdict with every citation looked up; `text` is the article's, folded once for all.

    `distrusted` are the numbers of the sentences that seem written for a model, 0 for the title. Nothing that
    touches one of them is evidence, and a verdict by a judge that reads is marked. One that measures obeys nobody.
    """
    shunned = frozenset[int]() if verdict.strength is not None else distrusted
    topics, exclusions = (
        tuple(_ground_check(check, verdict, article, text, shunned) for check in checks)
        for checks in (verdict.topics, verdict.exclusions)
    )
    return GroundedVerdict(
        category_id=verdict.category_id,
        topics=tuple(_name_topic(check, verdict) for check in topics),
        exclusions=exclusions,
        unverified_quotes=sum(not check.evidence for check in (*topics, *exclusions)),
        rationale=verdict.rationale,
        strength=verdict.strength,
        depth=verdict.depth,
        unreadable=verdict.unreadable,
        sections_disagree=verdict.sections_disagree,
        injection_suspected=bool(shunned),
    )


def _name_topic(check: GroundedCheck, verdict: Verdict) -> GroundedCheck:
    """The check, its evidence carrying the topic's id; a category that lists no topics is checked as a whole."""
    if check.about == verdict.category_id:
        return check
    named = tuple(evidence.model_copy(update={"topic": check.about}) for evidence in check.evidence)
    return check.model_copy(update={"evidence": named})


def _ground_check(
    check: Check, verdict: Verdict, article: Article, text: FoldedText, shunned: frozenset[int]
) -> GroundedCheck:
    found = _find_spans(check, verdict, article, text)
    spans = [span for span in found if not _touches(span, shunned, article)]
    return GroundedCheck(
        about=check.about,
        evidence=tuple(Evidence(quote=article.text[a:b], start=a, end=b) for a, b in spans),
        sentences=tuple(sorted({number for span in spans for number in _find_sentences(span, article)})),
        distrusted=bool(found) and not spans,
    )


def _find_spans(check: Check, verdict: Verdict, article: Article, text: FoldedText) -> list[tuple[int, int]]:
    """A judge that measures points to sentences; one that only claims must quote them."""
    quotes = [quote for quote in (check.quote, *check.further) if quote]
    if quotes:
        return list(dict.fromkeys(span for quote in quotes if (span := locate(quote, text))))
    if verdict.strength is None:
        return []
    cited = [article.sentences[n - 1] for n in check.sentences if n <= len(article.sentences)]
    return [(sentence.start, sentence.end) for sentence in cited[:MAX_EVIDENCE]]


def _touches(span: tuple[int, int], shunned: frozenset[int], article: Article) -> bool:
    return any(_overlaps(article.sentences[number - 1], span) for number in shunned if number > 0)


def _find_sentences(span: tuple[int, int], article: Article) -> Iterator[int]:
    """The numbers of the sentences that a span has some of; sentences follow one another."""
    first = bisect_right(article.sentences, span[0], key=lambda sentence: sentence.end)
    for sentence in islice(article.sentences, first, None):
        if sentence.start >= span[1]:
            return
        yield sentence.number


def _overlaps(sentence: Sentence, span: tuple[int, int]) -> bool:
    return sentence.start < span[1] and span[0] < sentence.end
