"""The LLM judge: what it asks, and what it makes of whatever comes back."""

import asyncio
from collections.abc import Mapping

import pytest

from app.domain.category import BoundaryExample
from app.domain.errand import Errand
from app.domain.verdict import Judgement
from app.errors import BudgetSpent, ModelUnavailable, Unavailable
from app.judges.llm_judge import LLMJudge
from app.llm.model import Question, Reply
from app.llm.tab import Tab
from app.prompting.composing import Composer
from tests.articles import build_article
from tests.judges.planned import PROMPTS, build_definitions, build_planner
from tests.judges.scripted_chat import Script, ScriptedChat, build_judge, claim, deny_all, judge, read_ids

pytestmark = pytest.mark.anyio

ARTICLE = build_article("Governance should support the flow of work.", "Funding follows outcomes.", title="On flow")
CATEGORIES = build_definitions(2)


async def _judge(script: Script) -> Judgement:
    return (await judge(script, ARTICLE, CATEGORIES))[0]


def _reply(*verdicts: Mapping[str, object], denied: tuple[str, ...] = ()) -> Script:
    return lambda _question, _place: {"verdicts": list(verdicts), "not_applicable": list(denied)}


async def test_a_verdict_per_candidate_and_ids_only_for_what_does_not_apply() -> None:
    judgement = await _judge(_reply(claim("c000", "t1", exclusions=("x1",)), denied=("c001",)))
    first, second = judgement.verdicts
    assert [check.about for check in first.topics] == ["c000#t1"]
    assert [check.about for check in first.exclusions] == ["c000#x1"]
    assert (first.topics[0].quote, first.topics[0].sentences, first.rationale) == ("a quote", (1,), "It is about c000.")
    assert (second.topics, second.exclusions, second.unreadable) == ((), (), False)
    assert judgement.warnings == ()
    assert (judgement.judge.kind, judgement.judge.model, judgement.judge.degraded) == ("llm", "scripted", False)


async def test_the_definitions_come_first_and_are_the_same_for_every_article() -> None:
    _, model, _ = await judge(deny_all, ARTICLE, CATEGORIES)
    _, other, _ = await judge(deny_all, build_article("Another article."), CATEGORIES)
    (first,), (second,) = model.asked, other.asked
    assert first.messages[0] == second.messages[0]
    assert first.messages[0].ends_prefix
    assert not first.messages[1].ends_prefix
    assert first.reply_schema == second.reply_schema


async def test_the_prompt_of_a_shortlist_is_not_marked_for_caching() -> None:
    categories = build_definitions(100)
    asker, model = build_judge(deny_all, build_planner(categories))
    plan = await asker.plan(ARTICLE, categories, may_leave_out=True)
    await asker.judge(ARTICLE, plan, Errand(), Tab())
    assert plan.strategy == "shortlist"
    assert not any(message.ends_prefix for message in model.asked[0].messages)


async def test_a_question_says_what_it_takes() -> None:
    _, model, plan = await judge(deny_all, ARTICLE, CATEGORIES)
    schema = 1  # of one word, as it is counted here
    assert model.asked[0].input_tokens == plan.input_tokens - schema
    assert plan.output_tokens < model.asked[0].max_output_tokens < 2_000


async def test_chunks_are_asked_about_side_by_side_and_answered_in_order() -> None:
    categories = build_definitions(9)
    seen: list[int] = []

    def script(question: Question, place: int) -> dict[str, object]:
        seen.append(model.under_way)
        ids = read_ids(question)
        return {"verdicts": [claim(ids[0], "t1")], "not_applicable": ids[1:]}

    planner = build_planner(categories, max_together=3)
    asker, model = build_judge(script, planner)
    plan = await asker.plan(ARTICLE, categories, may_leave_out=False)
    tab = Tab()
    judgement = await asker.judge(ARTICLE, plan, Errand(), tab)
    assert [verdict.category_id for verdict in judgement.verdicts] == [category.id for category in categories]
    assert [verdict.category_id for verdict in judgement.verdicts if verdict.topics] == ["c000", "c003", "c006"]
    assert seen[0] == 3
    assert tab.usage.calls == plan.calls == 3


@pytest.mark.parametrize(
    ("reply", "warning"),
    [
        pytest.param(
            Reply(text="", finish="stop", refusal="I would rather not. " * 50),
            "'scripted' declined to answer about 2 categories: said 'I would rather not.",
            id="a refusal",
        ),
        pytest.param(
            Reply(text='{"verdicts": [], "not_applicable": ["c000"]}', finish="content_filter"),
            "'scripted' declined to answer about 2 categories: its content filter stopped it",
            id="a content filter",
        ),
    ],
)
async def test_who_declines_is_not_asked_twice(reply: Reply, warning: str) -> None:
    judgement, model, _ = await judge(lambda _question, _place: reply, ARTICLE, CATEGORIES)
    assert len(model.asked) == 1
    assert [verdict.unreadable for verdict in judgement.verdicts] == [True, True]
    assert judgement.warnings[0].startswith(warning)
    assert len(judgement.warnings[0]) < 300


async def test_invented_categories_and_topics_change_nothing_and_are_told() -> None:
    verdict = claim("c000", "t1", "t9")
    judgement = await _judge(_reply(verdict, claim("x" * 500, "t1"), denied=("c001", "c777")))
    first = judgement.verdicts[0]
    assert [check.about for check in (*first.topics, *first.exclusions)] == ["c000#t1"]
    assert not any(verdict.unreadable for verdict in judgement.verdicts)
    assert judgement.warnings == ("'scripted' named 3 ids that it was not asked about, 'c777' first",)


async def test_a_claim_of_nothing_but_invented_topics_is_no_answer() -> None:
    judgement = await _judge(_reply(claim("c000", "t9"), denied=("c001",)))
    assert [(verdict.topics, verdict.unreadable) for verdict in judgement.verdicts] == [((), True), ((), False)]


async def test_an_exclusion_that_cannot_be_told_is_no_answer_since_one_was_meant() -> None:
    judgement = await _judge(_reply(claim("c000", "t1", exclusions=("x9",)), denied=("c001",)))
    assert [verdict.unreadable for verdict in judgement.verdicts] == [True, False]
    assert "'c000 x9'" in judgement.warnings[-1]


@pytest.mark.parametrize("written", ["x1", "x1.", "x1: Tools without purpose", "c000/x1", "C000#X1"])
async def test_an_exclusion_is_found_however_its_id_is_dressed(written: str) -> None:
    judgement = await _judge(_reply(claim("c000", "t1", exclusions=(written,)), denied=("c001",)))
    assert [check.about for check in judgement.verdicts[0].exclusions] == ["c000#x1"]


async def test_what_is_both_claimed_and_denied_is_claimed() -> None:
    judgement = await _judge(_reply(claim("c000", "t1"), denied=("c000", "c001")))
    assert [check.about for check in judgement.verdicts[0].topics] == ["c000#t1"]


@pytest.mark.parametrize("written", ["t1", "c000#t1", " T1 ", "C000#T1"])
async def test_a_check_may_be_named_in_short_or_in_full(written: str) -> None:
    judgement = await _judge(_reply(claim("c000", written), denied=("c001",)))
    assert [check.about for check in judgement.verdicts[0].topics] == ["c000#t1"]


async def test_checks_about_the_same_topic_are_one_with_up_to_five_quotes() -> None:
    checks = [{"sentences": f"{number}", "quote": f"quote {number}", "id": "t1"} for number in (1, 2, 1, 9, 2, 1, 2, 1)]
    checks[3]["quote"] = "quote 1"
    for place in range(4, 8):
        checks[place]["quote"] = f"more {place}"
    verdict = {"category": "c000", "topics": checks, "exclusions": [], "rationale": ""}
    (check,) = (await _judge(_reply(verdict, denied=("c001",)))).verdicts[0].topics
    assert (check.quote, check.further) == ("quote 1", ("quote 2", "more 4", "more 5", "more 6"))
    assert check.sentences == (1, 2)


async def test_replies_without_end_are_cut() -> None:
    verdict = {**claim("c000", "t1", quote="q" * 9000), "rationale": "word " * 5000}
    first = (await _judge(_reply(verdict, denied=("c001",)))).verdicts[0]
    assert len(first.topics[0].quote) == 2000
    assert len(first.rationale) <= 600


async def test_warnings_are_bounded_and_told_once() -> None:
    categories = build_definitions(30)

    def script(question: Question, place: int) -> Reply:
        return Reply(text="", finish="stop", refusal=f"no {place % 15}")

    judgement, _, plan = await judge(script, ARTICLE, categories, max_together=1)
    assert plan.calls == 30
    assert len(judgement.warnings) == 11
    assert judgement.warnings[-1] == "and 20 more warnings about the model's replies"


@pytest.mark.parametrize("error", [ModelUnavailable("away"), BudgetSpent("spent")], ids=["away", "no money"])
async def test_where_a_question_gets_no_reply_none_is_left_under_way(error: Unavailable) -> None:
    categories = build_definitions(9)

    def script(question: Question, place: int) -> dict[str, object]:
        if read_ids(question)[0] == "c003":
            raise error
        return deny_all(question)

    asker, model = build_judge(script, build_planner(categories, max_together=3))
    plan = await asker.plan(ARTICLE, categories, may_leave_out=False)
    tab = Tab()
    with pytest.raises(type(error), match=str(error)):
        await asker.judge(ARTICLE, plan, Errand(), tab)
    assert model.under_way == 0
    assert tab.usage.calls == 3


class _Silent(ScriptedChat):
    """Never answers; `met` is set once two questions are under way."""

    def __init__(self) -> None:
        super().__init__(deny_all)
        self.met = asyncio.Event()

    async def complete(self, question: Question, errand: Errand, tab: Tab) -> Reply:
        self.under_way += 1
        try:
            if self.under_way == 2:
                self.met.set()
            await asyncio.Event().wait()
        finally:
            self.under_way -= 1
        raise AssertionError("nobody answers")


async def test_who_gives_up_waiting_leaves_no_question_under_way() -> None:
    model, planner = _Silent(), build_planner(CATEGORIES, max_together=1)
    asker = LLMJudge(model, Composer(PROMPTS, secret=b"test"), planner)
    plan = await asker.plan(ARTICLE, CATEGORIES, may_leave_out=False)
    judging = asyncio.ensure_future(asker.judge(ARTICLE, plan, Errand(), Tab()))
    await model.met.wait()
    judging.cancel()
    with pytest.raises(asyncio.CancelledError):
        await judging
    assert model.under_way == 0


EXAMPLE = "a council that publishes its lighting budget for the third year in a row"
CONTRASTED = (
    CATEGORIES[0],
    CATEGORIES[1].model_copy(update={"examples": (BoundaryExample(text=EXAMPLE, applies=True),)}),
)


@pytest.mark.parametrize(
    ("rationale", "kept"),
    [
        pytest.param("It treats decision rights at length and says who holds them.", True, id="its own words"),
        pytest.param(f"It is like {EXAMPLE.upper()}.", False, id="an example, also of another category"),
        pytest.param(
            "An exclusion describes articles; it holds if the description fits.", False, id="the instructions"
        ),
    ],
)
async def test_a_rationale_that_repeats_the_prompt_is_replaced(rationale: str, *, kept: bool) -> None:
    verdict = {**claim("c000", "t1"), "rationale": rationale}
    judgement, _, _ = await judge(_reply(verdict, denied=("c001",)), ARTICLE, CONTRASTED)
    assert judgement.verdicts[0].rationale == (rationale if kept else "It treats: Decision rights.")
