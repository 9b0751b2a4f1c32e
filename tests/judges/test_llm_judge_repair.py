"""Repair: exactly one second try, and what still lacks an answer is never a "no"."""

import json
from collections.abc import Mapping

import pytest

from app.errors import BudgetSpent, ModelUnavailable, PromptTooLong
from app.llm.model import Question, Reply
from tests.articles import build_article
from tests.judges.planned import build_definitions
from tests.judges.scripted_chat import Script, claim, judge

pytestmark = pytest.mark.anyio

ARTICLE = build_article("Governance should support the flow of work.", "Funding follows outcomes.")
CATEGORIES = build_definitions(3)
IDS = ["c000", "c001", "c002"]


def _in_turn(*replies: Reply | str | Mapping[str, object]) -> Script:
    return lambda _, place: replies[place]


def _deny(*ids: str) -> dict[str, object]:
    return {"verdicts": [], "not_applicable": list(ids)}


@pytest.mark.parametrize(
    "bad",
    [
        pytest.param("", id="nothing"),
        pytest.param("No categories apply.", id="prose"),
        pytest.param("[]", id="another form"),
        pytest.param('{"verdicts": "all"}', id="wrong types"),
        pytest.param({}, id="an empty object"),
    ],
)
async def test_a_reply_that_cannot_be_read_is_asked_for_once_more(bad: str | dict[str, object]) -> None:
    judgement, model, _ = await judge(_in_turn(bad, _deny(*IDS)), ARTICLE, CATEGORIES)
    assert len(model.asked) == 2
    assert not any(verdict.unreadable for verdict in judgement.verdicts)
    first, second = model.asked
    assert second.messages[:2] == first.messages
    assert [message.role for message in second.messages[2:]] == ["assistant", "user"]
    assert all(message.content for message in second.messages)
    assert second.input_tokens > first.input_tokens
    assert second.reply_schema == first.reply_schema


@pytest.mark.parametrize("bad", ["", "no", "[]", "{}", '{"verdicts": [{"category": "c000", "topics": [{"sent'])
async def test_what_cannot_be_read_twice_is_never_a_no(bad: str) -> None:
    judgement, model, _ = await judge(_in_turn(bad, bad), ARTICLE, CATEGORIES)
    assert len(model.asked) == 2
    assert all(verdict.unreadable for verdict in judgement.verdicts)
    assert judgement.warnings == (
        "'scripted' gave no answer that can be read about 3 of 3 categories, also when asked again",
    )


async def test_only_what_lacks_an_answer_is_named_and_filled_in() -> None:
    first = {"verdicts": [claim("c000", "t1")], "not_applicable": ["c001"]}
    judgement, model, _ = await judge(
        _in_turn(first, {"verdicts": [claim("c002", "t2")], "not_applicable": []}), ARTICLE, CATEGORIES
    )
    assert [[check.about for check in verdict.topics] for verdict in judgement.verdicts] == [
        ["c000#t1"],
        [],
        ["c002#t2"],
    ]
    repair = model.asked[1].messages[-1].content
    assert '"c002"' in repair
    assert '"c000"' not in repair
    assert judgement.warnings == ()


async def test_a_category_left_out_twice_is_unreadable_and_told() -> None:
    judgement, _, _ = await judge(_in_turn(_deny("c000", "c001"), _deny("c000", "c001")), ARTICLE, CATEGORIES)
    assert [verdict.unreadable for verdict in judgement.verdicts] == [False, False, True]
    assert judgement.warnings == (
        "'scripted' gave no answer that can be read about 1 of 3 categories, also when asked again",
    )


async def test_a_reply_cut_for_length_gets_more_room_and_is_quoted_in_part() -> None:
    cut = Reply(text=json.dumps(_deny("c000"))[:-2] + ' "' * 9000, finish="length")
    judgement, model, _ = await judge(_in_turn(cut, _deny(*IDS)), ARTICLE, CATEGORIES)
    first, second = model.asked
    assert second.max_output_tokens == 2 * first.max_output_tokens
    assert len(second.messages[2].content) <= 4500
    assert not any(verdict.unreadable for verdict in judgement.verdicts)


async def test_a_whole_answer_that_stopped_for_length_is_checked_once_more_and_both_count() -> None:
    cut = Reply(
        text=json.dumps({"verdicts": [claim("c000", "t1")], "not_applicable": ["c001", "c002"]}), finish="length"
    )
    again = {"verdicts": [claim("c000", "t2", exclusions=("x1",))], "not_applicable": ["c001", "c002"]}
    judgement, model, _ = await judge(_in_turn(cut, again), ARTICLE, CATEGORIES)
    assert len(model.asked) == 2
    first = judgement.verdicts[0]
    assert [check.about for check in first.topics] == ["c000#t1", "c000#t2"]
    assert [check.about for check in first.exclusions] == ["c000#x1"]


async def test_an_answer_that_was_given_is_not_taken_back_by_the_repair() -> None:
    first = {"verdicts": [claim("c000", "t1")], "not_applicable": []}
    judgement, _, _ = await judge(_in_turn(first, _deny(*IDS)), ARTICLE, CATEGORIES)
    assert [check.about for check in judgement.verdicts[0].topics] == ["c000#t1"]


@pytest.mark.parametrize("error", [ModelUnavailable("away"), BudgetSpent("spent"), PromptTooLong("long")], ids=str)
async def test_what_was_heard_is_kept_where_the_repair_gets_no_reply(error: Exception) -> None:
    def script(question: Question, place: int) -> dict[str, object]:
        if place:
            raise error
        return _deny("c000", "c001")

    judgement, model, _ = await judge(script, ARTICLE, CATEGORIES)
    assert len(model.asked) == 2
    assert [verdict.unreadable for verdict in judgement.verdicts] == [False, False, True]
    assert f"'scripted' could not be asked to mend its reply: {error}" in judgement.warnings


async def test_where_nothing_was_heard_and_the_repair_gets_no_reply_the_judge_is_unavailable() -> None:
    def script(question: Question, place: int) -> str:
        if place:
            raise ModelUnavailable("away")
        return "no"

    with pytest.raises(ModelUnavailable, match="away"):
        await judge(script, ARTICLE, CATEGORIES)


async def test_who_declines_to_repair_leaves_the_rest_unreadable() -> None:
    refusal = Reply(text="", finish="stop", refusal="No.")
    judgement, _, _ = await judge(_in_turn(_deny("c000"), refusal), ARTICLE, CATEGORIES)
    assert [verdict.unreadable for verdict in judgement.verdicts] == [False, True, True]
    assert judgement.warnings[0] == "'scripted' declined to answer about 3 categories: said 'No.'"
