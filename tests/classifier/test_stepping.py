"""Where a step is done: short ones at once, long ones where they do not hold up the event loop."""

import threading

import pytest

from app.classifier.stepping import SHORT, count_for_quotes, count_for_rules, step
from app.domain.exclusion import ExclusionRule, PinnedRule, Terms
from app.domain.verdict import Check, Judgement, JudgeName, Verdict
from tests.articles import build_article
from tests.verdicts import build_category

pytestmark = pytest.mark.anyio
ARTICLE = build_article("Ten to one")


def _judge(*quotes: str, further: tuple[str, ...] = ()) -> Judgement:
    topics = tuple(Check(about=f"c#t{n}", quote=quote, further=further) for n, quote in enumerate(quotes))
    verdict = Verdict(category_id="c", topics=topics)
    return Judgement(verdicts=(verdict,), judge=JudgeName(kind="llm", model="m"), prompt_version="p")


@pytest.mark.parametrize(
    ("length", "is_at_once"), [pytest.param(SHORT, True, id="short"), pytest.param(SHORT + 1, False, id="long")]
)
async def test_only_a_short_step_is_done_on_the_event_loop(length: int, is_at_once: bool) -> None:
    done_by = await step(length, threading.get_ident)
    assert (done_by == threading.get_ident()) is is_at_once


async def test_a_step_is_done_with_what_it_is_given() -> None:
    assert [await step(length, divmod, 7, 2) for length in (0, SHORT + 1)] == [(3, 1), (3, 1)]


@pytest.mark.parametrize(
    ("judgements", "times"),
    [
        pytest.param([_judge(), None], 1, id="no quote"),
        pytest.param([_judge("a", "b", "")], 3, id="a check without one does not count"),
        pytest.param([_judge("a", further=("b", "c"))], 4, id="further ones"),
        pytest.param([_judge("a"), _judge("b")], 3, id="a second opinion's too"),
    ],
)
def test_an_article_is_looked_through_once_for_each_quote(judgements: list[Judgement | None], times: int) -> None:
    assert count_for_quotes(ARTICLE, *judgements) == times * len(ARTICLE.text)


def test_an_article_is_looked_through_once_for_each_term_of_a_pinned_rule() -> None:
    pinned = PinnedRule(when=Terms(any=("ten", "one")), unless=Terms(any=("two",)))
    rules = (
        ExclusionRule(id="c#x1", text="No ten.", kind="topic", origin="explicit", pinned=pinned),
        ExclusionRule(id="c#x2", text="No one.", kind="topic"),
    )
    categories = [build_category(exclusions=rules), build_category("d")]
    assert count_for_rules(ARTICLE, categories) == 4 * len(ARTICLE.text)
