"""The LLM judge: what it asks, and what it makes of whatever comes back."""

import json
from pathlib import Path

import pytest

from app.domain.category import Category, Topic
from app.domain.exclusion import ExclusionRule
from app.domain.verdict import Candidate, Judgement
from app.judges.llm_judge import LLMJudge
from app.llm.scripted_model import ScriptedModel
from app.prompting.composing import Composer
from tests.articles import build_article

pytestmark = pytest.mark.anyio

PROMPTS = Path(__file__).parents[2] / "prompts"
ARTICLE = build_article("Governance should support the flow of work.", "Funding follows outcomes.", title="On flow")
CATEGORIES = tuple(
    Category(
        id=id_,
        title=id_.title(),
        scope=f"What {id_} is.",
        topics=(Topic(id=f"{id_}#t1", text="Decision rights"),),
        exclusions=(ExclusionRule(id=f"{id_}#x1", text="Tools without purpose.", kind="absence"),),
    )
    for id_ in ("governance", "funding")
)


async def _judge(reply: object) -> Judgement:
    model = ScriptedModel(lambda _: reply if isinstance(reply, str) else json.dumps(reply))
    judge = LLMJudge(model, Composer(PROMPTS, secret=b"test"))
    return await judge.judge(ARTICLE, tuple(Candidate(category=c, score=0) for c in CATEGORIES))


def _verdict(category: str, topic: str) -> dict[str, object]:
    check = {"sentences": [1], "quote": "support the flow of work", "id": topic}
    return {"category": category, "topics": [check], "exclusions": [], "rationale": "It is about it."}


async def test_a_verdict_per_candidate_and_ids_only_for_what_does_not_apply() -> None:
    judgement = await _judge({"verdicts": [_verdict("governance", "governance#t1")], "not_applicable": ["funding"]})
    first, second = judgement.verdicts
    assert [check.about for check in first.topics] == ["governance#t1"]
    assert (second.topics, second.unreadable) == ((), False)
    assert judgement.usage.calls == 1
    assert judgement.usage.cost_usd is None


async def test_a_candidate_that_the_reply_leaves_out_is_unreadable() -> None:
    judgement = await _judge({"verdicts": [], "not_applicable": ["funding"]})
    assert [verdict.unreadable for verdict in judgement.verdicts] == [True, False]


@pytest.mark.parametrize("reply", ["", "no", '{"verdicts": [', "[]", '{"verdicts": "all"}'])
async def test_a_reply_that_cannot_be_read_is_never_a_no(reply: str) -> None:
    judgement = await _judge(reply)
    assert all(verdict.unreadable for verdict in judgement.verdicts)
    assert judgement.warnings == ("the reply of 'scripted' could not be read as verdicts",)
    assert judgement.usage.input_tokens > 0


async def test_invented_categories_and_topics_change_nothing_and_are_told() -> None:
    verdicts = [_verdict("governance", "governance#t9"), _verdict("invented", "invented#t1")]
    judgement = await _judge({"verdicts": verdicts, "not_applicable": ["funding"]})
    assert judgement.verdicts[0].topics == ()
    assert "'invented'" in judgement.warnings[0]


async def test_the_definitions_come_first_and_are_the_same_for_every_article() -> None:
    model = ScriptedModel(lambda _: "{}")
    judge = LLMJudge(model, Composer(PROMPTS, secret=b"test"))
    candidates = tuple(Candidate(category=c, score=0) for c in CATEGORIES)
    for article in (ARTICLE, build_article("Another article.")):
        await judge.judge(article, candidates)
    (first, _), (second, _) = model.asked
    assert first == second
