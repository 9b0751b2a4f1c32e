"""Fingerprints: what changes them, and what does not."""

from datetime import UTC, datetime

import pytest

from app.domain.feedback import Word
from app.domain.fingerprint import compute_basis, fingerprint_decision, fingerprint_reading, fingerprint_verdict
from tests.articles import build_article

VERDICT = {"reading": "sha256:a", "definition": "Governance", "prompt_version": "1", "judge": "llm m"}
NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)


def _word(category: str = "governance", verdict: str = "accept", note: str = "") -> Word:
    return Word.model_validate({"category": category, "verdict": verdict, "note": note, "at": NOON})


@pytest.mark.parametrize("part", sorted(VERDICT))
def test_each_part_changes_a_verdicts_fingerprint(part: str) -> None:
    assert fingerprint_verdict(**VERDICT) != fingerprint_verdict(**{**VERDICT, part: "other"})


def test_sentences_count_wherever_they_come_from() -> None:
    article = build_article("Who decides?", "The board.", "It meets each month.")
    assert fingerprint_reading(article, (3, 1, 1)) == fingerprint_reading(article, (1, 3))
    assert fingerprint_reading(article, (1, 3)) != fingerprint_reading(article, (1, 2, 3))


def test_the_same_text_in_other_sentences_is_read_otherwise() -> None:
    article = build_article("Who decides?", "The board.")
    first, second = article.sentences
    whole = article.model_copy(update={"sentences": (first.model_copy(update={"end": second.end}),)})
    assert fingerprint_reading(article, (1,)) != fingerprint_reading(whole, (1,))


def test_parts_do_not_run_together() -> None:
    one = fingerprint_verdict(**{**VERDICT, "definition": "ab", "prompt_version": "c"})
    assert one != fingerprint_verdict(**{**VERDICT, "definition": "a", "prompt_version": "bc"})
    assert compute_basis("a", "b") != compute_basis("ab")


def _decide(
    digest: str = "sha256:a", basis: str = "b", words: tuple[Word, ...] = (), only: tuple[str, ...] = ()
) -> str:
    return fingerprint_decision(article_digest=digest, basis=basis, words=words, only=only)


@pytest.mark.parametrize(
    "other",
    [
        pytest.param(_decide(digest="sha256:b"), id="the text"),
        pytest.param(_decide(basis="c"), id="rules or definitions"),
        pytest.param(_decide(words=(_word(),)), id="an editor's word"),
        pytest.param(_decide(only=("governance",)), id="the categories asked for"),
    ],
)
def test_each_ground_changes_a_decisions_fingerprint(other: str) -> None:
    assert other != _decide()


def test_the_order_of_words_changes_nothing() -> None:
    one, two = _word(), _word("baking", "reject")
    assert _decide(words=(one, two)) == _decide(words=(two, one))


def test_a_word_that_turns_changes_it() -> None:
    assert _decide(words=(_word(),)) != _decide(words=(_word(verdict="reject"),))
    assert _decide(words=(_word(),)) != _decide(words=(_word(note="It is about the board."),))


def test_a_category_and_the_list_of_those_asked_for_cannot_be_mistaken() -> None:
    assert _decide(words=(_word("x"),)) != _decide(only=("x accept",))
