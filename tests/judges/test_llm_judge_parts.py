"""Long articles and small models: parts judged apart and merged, questions made smaller."""

import pytest

from app.domain.errand import Errand
from app.domain.verdict import Verdict
from app.errors import PromptTooLong
from app.llm.model import Question, Reply
from app.llm.tab import Tab
from tests.judges.planned import build_definitions, build_long_article, build_planner
from tests.judges.scripted_chat import Script, build_judge, claim, deny_all, judge, read_ids, read_numbers

pytestmark = pytest.mark.anyio

LONG = build_long_article([50] * 8)
CATEGORIES = build_definitions(2)


async def _judge_parts(*parts: dict[str, object] | Reply) -> tuple[Verdict, Verdict]:
    """The verdicts where the article is read in as many parts, answered like this in their order."""

    def script(question: Question, place: int) -> dict[str, object] | Reply:
        return parts[(read_numbers(question)[0] - 1) // (8 // len(parts))]

    judgement, _, plan = await judge(script, LONG, CATEGORIES, part_tokens=80 + 50 * 8 // len(parts))
    assert len(plan.parts) == len(parts)
    first, second = judgement.verdicts
    return first, second


def _answer(*verdicts: dict[str, object]) -> dict[str, object]:
    named = {str(verdict["category"]) for verdict in verdicts}
    return {"verdicts": list(verdicts), "not_applicable": sorted({"c000", "c001"} - named)}


async def test_a_topic_holds_where_any_part_shows_it() -> None:
    first, second = await _judge_parts(_answer(claim("c000", "t1")), _answer(claim("c000", "t2")))
    assert [check.about for check in first.topics] == ["c000#t1", "c000#t2"]
    assert (second.topics, second.unreadable) == ((), False)


async def test_quotes_of_several_parts_for_one_topic_are_kept() -> None:
    one, other = claim("c000", "t1", quote="one"), claim("c000", "t1", quote="other")
    first, _ = await _judge_parts(_answer(one), _answer(other))
    assert [(check.quote, check.further) for check in first.topics] == [("one", ("other",))]


@pytest.mark.parametrize(
    ("parts", "disagree"),
    [
        pytest.param(
            [claim("c000", "t1", exclusions=("x1",)), claim("c000", "t1")], True, id="excluded here, carried there"
        ),
        pytest.param(
            [claim("c000", exclusions=("x1",)), claim("c000", "t1")], True, id="only excluded here, carried there"
        ),
        pytest.param([claim("c000", "t1", exclusions=("x1",)), claim("c000")], False, id="there nothing is carried"),
        pytest.param([claim("c000", "t1", exclusions=("x1",))] * 2, False, id="both exclude"),
        pytest.param([claim("c000", "t1"), claim("c000", "t2")], False, id="nobody excludes"),
    ],
)
async def test_parts_disagree_about_an_exclusion(parts: list[dict[str, object]], *, disagree: bool) -> None:
    first, second = await _judge_parts(*map(_answer, parts))
    assert (first.sections_disagree, second.sections_disagree) == (disagree, False)
    assert {check.about for check in first.exclusions} <= {"c000#x1"}


async def test_a_part_without_an_answer_leaves_the_verdict_to_a_person_and_keeps_the_rest() -> None:
    refusal = Reply(text="", finish="stop", refusal="No.")
    first, second = await _judge_parts(_answer(claim("c000", "t1")), refusal)
    assert ([check.about for check in first.topics], first.unreadable) == (["c000#t1"], True)
    assert second.unreadable


async def test_sentences_that_a_part_does_not_show_are_not_cited() -> None:
    verdict = claim("c000", "t1")
    verdict["topics"] = [{"sentences": "1, 7, 99", "quote": "q", "id": "t1"}]
    first, _ = await _judge_parts(_answer(), _answer(verdict))
    assert first.topics[0].sentences == (7,)


def _refuse_over(words: int, *, limit: int | None = None) -> Script:
    def script(question: Question, place: int) -> dict[str, object]:
        if sum(len(message.content.split()) for message in question.messages) > words:
            raise PromptTooLong("It is too long.", limit_tokens=limit)
        return deny_all(question)

    return script


async def test_a_prompt_that_is_too_long_is_asked_in_halves_of_the_article() -> None:
    judgement, model, _ = await judge(_refuse_over(600), LONG, CATEGORIES)
    assert not any(verdict.unreadable for verdict in judgement.verdicts)
    assert [read_numbers(question) for question in model.asked] == [
        [1, 2, 3, 4, 5, 6, 7, 8],
        [1, 2, 3, 4],
        [5, 6, 7, 8],
    ]
    assert {tuple(read_ids(question)) for question in model.asked} == {("c000", "c001")}
    assert judgement.warnings == ()


async def test_a_prompt_that_is_too_long_for_its_definitions_is_asked_in_halves_of_those() -> None:
    categories = build_definitions(8, words=100)
    judgement, model, _ = await judge(_refuse_over(1_200), LONG, categories)
    assert not any(verdict.unreadable for verdict in judgement.verdicts)
    assert [len(read_ids(question)) for question in model.asked] == [8, 4, 4]


async def test_what_is_too_long_in_any_size_is_no_answer_after_few_tries() -> None:
    asker, model = build_judge(_refuse_over(0), build_planner(CATEGORIES))
    plan = await asker.plan(LONG, CATEGORIES, may_leave_out=False)
    with pytest.raises(PromptTooLong, match="SCOPENOTE_CONTEXT_TOKENS"):
        await asker.judge(LONG, plan, Errand(), Tab())
    assert len(model.asked) < 20


async def test_what_is_too_long_for_some_categories_only_is_unreadable_and_told() -> None:
    def script(question: Question, place: int) -> dict[str, object]:
        if "c000" in read_ids(question):
            raise PromptTooLong("It is too long.")
        return deny_all(question)

    judgement, _, _ = await judge(script, LONG, CATEGORIES)
    assert [verdict.unreadable for verdict in judgement.verdicts] == [True, False]
    assert "could not be read for the category 'c000': It is too long." in judgement.warnings[0]


async def test_a_limit_met_once_is_kept_for_the_next_plan() -> None:
    categories = build_definitions(20, words=100)
    asker, _ = build_judge(_refuse_over(2_000, limit=4_000), build_planner(categories))
    plan = await asker.plan(LONG, categories, may_leave_out=False)
    await asker.judge(LONG, plan, Errand(), Tab())
    again = await asker.plan(LONG, categories, may_leave_out=False)
    assert (plan.calls, again.calls > 1) == (1, True)


async def test_a_model_that_reads_too_little_for_any_question_is_asked_once() -> None:
    asker, model = build_judge(_refuse_over(0, limit=50), build_planner(CATEGORIES))
    plan = await asker.plan(LONG, CATEGORIES, may_leave_out=False)
    with pytest.raises(PromptTooLong):
        await asker.judge(LONG, plan, Errand(), Tab())
    assert len(model.asked) == 1


async def test_what_is_known_to_be_too_long_is_not_sent_again() -> None:
    categories = build_definitions(8, words=300)
    asker, model = build_judge(_refuse_over(2_000, limit=2_000), build_planner(categories))
    plan = await asker.plan(LONG, categories, may_leave_out=False)
    for _ in range(2):
        judgement = await asker.judge(LONG, plan, Errand(), Tab())
        assert not any(verdict.unreadable for verdict in judgement.verdicts)
    too_long = [question for question in model.asked if question.input_tokens > 2_000]
    assert len(too_long) == 1
