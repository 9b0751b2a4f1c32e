"""Grounding: cited words become evidence with offsets, or count as unverified."""

from app.domain.grounded import GroundedVerdict
from app.domain.verdict import Check, Verdict
from app.rules.folding import FoldedText
from app.rules.grounding import ground
from tests.articles import build_article

ARTICLE = build_article("Governance should support the flow of work.", "Funding follows outcomes, not projects.")


def _ground(*topics: Check, strength: float | None = None) -> GroundedVerdict:
    verdict = Verdict(category_id="c", topics=topics, strength=strength)
    return ground(verdict, ARTICLE, FoldedText(ARTICLE.text))


def test_a_quote_that_stands_in_the_article_becomes_evidence() -> None:
    grounded = _ground(Check(about="c#t1", quote="support the flow of work"))
    (evidence,) = grounded.evidence
    assert ARTICLE.text[evidence.start : evidence.end] == evidence.quote == "support the flow of work"
    assert evidence.topic == "c#t1"
    assert grounded.topics[0].sentences == (1,)
    assert grounded.unverified_quotes == 0


def test_a_quote_that_does_not_stand_there_is_counted_and_is_no_evidence() -> None:
    grounded = _ground(Check(about="c#t1", sentences=(1,), quote="support the flow of money and of work"))
    assert grounded.evidence == ()
    assert grounded.unverified_quotes == 1


def test_a_claim_without_a_quote_is_no_evidence() -> None:
    assert _ground(Check(about="c#t1", sentences=(1,))).evidence == ()


def test_a_judge_that_measures_may_point_to_sentences() -> None:
    grounded = _ground(Check(about="c#t1", sentences=(2, 99)), strength=0.7)
    assert [evidence.quote for evidence in grounded.evidence] == ["Funding follows outcomes, not projects."]


def test_evidence_stands_in_reading_order_and_each_quote_once() -> None:
    grounded = _ground(Check(about="c#t1", sentences=(2,)), Check(about="c#t2", sentences=(1, 2)), strength=0.7)
    assert [(e.start, e.topic) for e in grounded.evidence] == [(0, "c#t2"), (44, "c#t1")]
