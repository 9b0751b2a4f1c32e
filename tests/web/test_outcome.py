"""A decision is told in groups, its quotes numbered in the order in which the article is read."""

from app.api.classification import Classification
from app.domain.decision import Decision
from app.domain.telling import tell_absence
from app.web.outcome import Outcome, tell
from app.web.quoting import Quote
from app.web.wording import FINDING_MEANINGS, tell_usage
from tests.web.page_fakes import build_decision, build_taxonomy


def tell_about(decision: Decision) -> Outcome:
    return tell(decision, build_taxonomy(), threshold=0.5)


def find_quotes(outcome: Outcome) -> list[Quote]:
    cards = (*outcome.assigned, *outcome.review, *outcome.excluded)
    return [q for card in cards for q in (*card.quotes, *(q for finding in card.findings for q in finding.quotes))]


def test_every_category_is_in_one_group() -> None:
    outcome = tell_about(build_decision())
    cards = [
        card.assignment.category for group in (outcome.assigned, outcome.review, outcome.excluded) for card in group
    ]
    assert cards == ["operating-model", "portfolio-funding", "scrum"]
    assert [row.assignment.status for row in outcome.others] == ["rejected"] * 4 + ["not_considered"] * 2


def test_quotes_are_numbered_from_one_in_reading_order() -> None:
    outcome = tell_about(build_decision())
    notes = sorted({q.note for q in find_quotes(outcome) if q.note}, key=lambda note: note.number)
    assert [note.number for note in notes] == list(range(1, 8))
    assert [note.start for note in notes] == sorted(note.start for note in notes)


def test_the_same_words_have_one_number_and_an_anchor_for_each_use() -> None:
    shared = [q for q in find_quotes(tell_about(build_decision())) if q.text.startswith("Some teams use Scrum")]
    assert [(q.use.anchor, q.use.role, q.use.category) for q in shared] == [
        ("quote-5", "waived", "Operating Model"),
        ("quote-5-2", "topic", "Scrum"),
    ]
    assert [[other.anchor for other in quote.others] for quote in shared] == [["quote-5-2"], ["quote-5"]]


def test_a_quote_names_the_topic_that_it_carries() -> None:
    (card,) = tell_about(build_decision()).assigned
    assert card.quotes[1].use.label == "Operating Model: carries “Decision rights, escalation paths and accountability”"


def test_words_that_carry_two_topics_are_one_quote_that_names_both() -> None:
    decision = build_decision()
    first, *others = decision.assignments
    again = first.evidence[0].model_copy(update={"topic": "operating-model#t2"})
    doubled = first.model_copy(update={"evidence": (first.evidence[0], again)})
    outcome = tell_about(decision.model_copy(update={"assignments": (doubled, *others)}))
    assert [quote.use.about for quote in outcome.assigned[0].quotes] == [
        "Decision rights, escalation paths and accountability; Replacing projects with long-lived ownership of outcomes"
    ]


def test_a_quote_that_the_text_does_not_hold_is_shown_without_a_link() -> None:
    decision = build_decision()
    first, *others = decision.assignments
    lost = first.evidence[0].model_copy(update={"start": 90_000, "end": 90_010})
    moved = first.model_copy(update={"evidence": (lost,)})
    outcome = tell_about(decision.model_copy(update={"assignments": (moved, *others)}))
    assert [quote.note for quote in outcome.assigned[0].quotes] == [None]


def test_a_category_keeps_its_own_threshold() -> None:
    outcome = tell_about(build_decision())
    assert (outcome.assigned[0].threshold, outcome.excluded[0].threshold) == (0.5, 0.6)


def test_a_category_that_the_taxonomy_has_lost_is_still_told() -> None:
    decision = build_decision()
    gone = decision.assignments[0].model_copy(update={"category": "long-gone"})
    outcome = tell_about(decision.model_copy(update={"assignments": (gone,)}))
    assert [quote.use.about for quote in outcome.assigned[0].quotes] == ["", "", ""]


def test_without_a_tag_the_page_says_what_waits_and_what_is_excluded() -> None:
    decision = build_decision()
    assert tell_absence(decision.assignments[1:]) == (
        "A person has to look at Portfolio Funding. Scrum would apply, but is excluded."
    )
    assert tell_absence(decision.assignments[3:]) == ("No category applies; Empiricism comes closest with 0.41.")


def test_a_price_that_is_not_known_is_not_told_as_zero() -> None:
    usage = build_decision().usage
    assert tell_usage(usage) == (
        "1 call, 12,400 tokens in (11,000 of them cached), 310 out, $0.0021 at prices of 2026-02-01"
    )
    assert tell_usage(usage.model_copy(update={"cost_usd": None})).endswith("price not known")
    assert tell_usage(usage.model_copy(update={"calls": 0})) == "no paid calls"


def test_the_page_and_the_api_give_one_reason_for_no_tag() -> None:
    decision = build_decision()
    decision = decision.model_copy(update={"assignments": decision.assignments[1:]})
    assert tell_about(decision).rationale == Classification.of(decision).rationale


def test_a_waived_exclusion_is_not_said_to_be_what_the_article_is_about() -> None:
    assert "about" not in FINDING_MEANINGS["waived"]
