"""Owns grounding: what a judge cites is looked up, and what cannot be found is not evidence."""

from app.domain.article import Article, Sentence
from app.domain.decision import Evidence
from app.domain.grounded import GroundedCheck, GroundedVerdict
from app.domain.verdict import Check, Verdict
from app.rules.folding import FoldedText
from app.rules.locating import locate

MAX_EVIDENCE = 3
"""Sentences of evidence kept per check; a judge that cites more has its first ones kept."""


def ground(verdict: Verdict, article: Article, text: FoldedText) -> GroundedVerdict:
    """The verdict with every citation looked up; `text` is the article's, folded once for all."""
    topics = [
        _ground_check(check, verdict, article, text, topic=_find_topic(check, verdict)) for check in verdict.topics
    ]
    exclusions = [_ground_check(check, verdict, article, text, topic=None) for check in verdict.exclusions]
    return GroundedVerdict(
        category_id=verdict.category_id,
        topics=tuple(topics),
        exclusions=tuple(exclusions),
        unverified_quotes=sum(not check.evidence for check in (*topics, *exclusions)),
        rationale=verdict.rationale,
        strength=verdict.strength,
        depth=verdict.depth,
        unreadable=verdict.unreadable,
        injection_suspected=verdict.injection_suspected,
    )


def _find_topic(check: Check, verdict: Verdict) -> str | None:
    """The topic that a check is about; None where it is about a category that lists no topics."""
    return None if check.about == verdict.category_id else check.about


def _ground_check(
    check: Check, verdict: Verdict, article: Article, text: FoldedText, *, topic: str | None
) -> GroundedCheck:
    """A judge that measures points to sentences; one that only claims must quote them."""
    if check.quote:
        span = locate(check.quote, text)
        spans = [span] if span else []
    elif verdict.strength is not None:
        cited = [article.sentences[n - 1] for n in check.sentences if n <= len(article.sentences)]
        spans = [(sentence.start, sentence.end) for sentence in cited[:MAX_EVIDENCE]]
    else:
        spans = []
    return GroundedCheck(
        about=check.about,
        evidence=tuple(Evidence(quote=article.text[a:b], start=a, end=b, topic=topic) for a, b in spans),
        sentences=tuple(s.number for s in article.sentences if any(_overlaps(s, span) for span in spans)),
    )


def _overlaps(sentence: Sentence, span: tuple[int, int]) -> bool:
    return sentence.start < span[1] and span[0] < sentence.end
