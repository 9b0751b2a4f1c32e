"""A judge that remembers: what it was told once it does not ask again."""

import asyncio
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from app.domain.article import Article
from app.domain.category import Category
from app.domain.errand import Errand
from app.domain.verdict import Judgement
from app.errors import ModelUnavailable
from app.judges.remembering import Identity, RememberingJudge
from app.judges.turns import Turns
from app.llm.model import Question, Reply
from app.llm.tab import Tab
from app.prompting.composing import Composer
from app.store.database import Database, Work
from app.store.verdicts import forget_unreadable
from tests.articles import build_article
from tests.empty_stores import open_empty_store
from tests.judges.planned import PROMPTS, build_definitions, build_long_article, build_planner
from tests.judges.scripted_chat import Script, build_judge, claim, deny_all, read_ids

pytestmark = pytest.mark.anyio

ARTICLE = build_article("Governance should support the flow of work.", "Funding follows outcomes.")
CATEGORIES = build_definitions(3)
NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    database = open_empty_store(tmp_path)
    yield database
    database.close()


class _Remembering:
    """A remembering judge over a script, with what its model was asked."""

    def __init__(
        self,
        database: Database,
        script: Script = deny_all,
        *,
        model: str = "m",
        prompt: str = "1",
        turns: Turns | None = None,
        **limits: int,
    ) -> None:
        first, self.chat = build_judge(script, build_planner(CATEGORIES, **limits))
        composer = Composer(PROMPTS, secret=b"test")
        identity = Identity(judge="llm", model=model, prompt_version=prompt, define=composer.definition_text)
        self.judge = RememberingJudge(first, database, identity, turns=turns or Turns(), now=lambda: NOON)

    async def ask(
        self, article: Article = ARTICLE, categories: tuple[Category, ...] = CATEGORIES, tab: Tab | None = None
    ) -> Judgement:
        plan = await self.judge.plan(article, categories, may_leave_out=False)
        return await self.judge.judge(article, plan, Errand(), tab or Tab())

    @property
    def asked(self) -> list[list[str]]:
        return [read_ids(question) for question in self.chat.asked]


def _change(category: Category, **fields: object) -> Category:
    return category.model_copy(update=fields)


async def test_the_same_article_is_asked_about_once_by_anybody(database: Database) -> None:
    first = await _Remembering(database).ask()
    other = _Remembering(database)
    again = await other.ask()
    assert other.asked == []
    assert (first.kept, again.kept) == (False, True)
    assert again.verdicts == first.verdicts


async def test_a_plan_says_what_is_kept_and_costs_nothing_for_it(database: Database) -> None:
    remembering = _Remembering(database)
    await remembering.ask()
    plan = await remembering.judge.plan(ARTICLE, CATEGORIES, may_leave_out=False)
    assert (plan.asked, plan.calls, plan.input_tokens, plan.most_usd) == ((), 0, 0, 0.0)
    assert [candidate.category.id for candidate in plan.kept] == ["c000", "c001", "c002"]


async def test_only_the_category_whose_definition_changed_is_asked_again(database: Database) -> None:
    await _Remembering(database).ask()
    changed = (CATEGORIES[0], _change(CATEGORIES[1], scope="Another scope"), CATEGORIES[2])
    later = _Remembering(database, lambda *_: {"verdicts": [claim("c001", "t1")], "not_applicable": []})
    judgement = await later.ask(categories=changed)
    assert later.asked == [["c001"]]
    assert [(v.category_id, bool(v.topics)) for v in judgement.verdicts] == [
        ("c001", True),
        ("c000", False),
        ("c002", False),
    ]
    assert not judgement.kept


@pytest.mark.parametrize(
    "fields",
    [
        pytest.param({"threshold": 0.9}, id="threshold"),
        pytest.param({"never_with": ("c000",)}, id="rivals"),
        pytest.param({"digest": "sha256:other", "source": "elsewhere.md"}, id="file"),
    ],
)
async def test_what_never_reaches_the_model_asks_nothing_again(database: Database, fields: dict[str, object]) -> None:
    await _Remembering(database).ask()
    later = _Remembering(database)
    await later.ask(categories=tuple(_change(category, **fields) for category in CATEGORIES))
    assert later.asked == []


@pytest.mark.parametrize(
    ("article", "model", "prompt"),
    [
        pytest.param(build_article("Another text."), "m", "1", id="text"),
        pytest.param(ARTICLE, "another", "1", id="model"),
        pytest.param(ARTICLE, "m", "2", id="prompts"),
    ],
)
async def test_another_text_model_or_prompt_is_asked_anew(
    database: Database, article: Article, model: str, prompt: str
) -> None:
    await _Remembering(database).ask()
    later = _Remembering(database, model=model, prompt=prompt)
    await later.ask(article)
    assert later.asked == [["c000", "c001", "c002"]]


async def test_an_article_under_another_id_is_not_asked_about_again(database: Database) -> None:
    await _Remembering(database).ask()
    later = _Remembering(database)
    await later.ask(ARTICLE.model_copy(update={"id": "42", "url": "/moved"}))
    assert later.asked == []


async def test_a_renamed_category_keeps_what_was_said_about_it(database: Database) -> None:
    await _Remembering(
        database, lambda *_: {"verdicts": [claim("c000", "t1", exclusions=("x1",))], "not_applicable": ["c001", "c002"]}
    ).ask()
    topics = tuple(t.model_copy(update={"id": t.id.replace("c000", "flow")}) for t in CATEGORIES[0].topics)
    rules = tuple(r.model_copy(update={"id": r.id.replace("c000", "flow")}) for r in CATEGORIES[0].exclusions)
    renamed = _change(CATEGORIES[0], id="flow", aliases=("c000",), topics=topics, exclusions=rules)
    later = _Remembering(database)
    verdict = (await later.ask(categories=(renamed, *CATEGORIES[1:]))).verdicts[0]
    assert later.asked == []
    assert verdict.category_id == "flow"
    assert [check.about for check in (*verdict.topics, *verdict.exclusions)] == ["flow#t1", "flow#x1"]


async def test_a_reply_that_cannot_be_read_is_asked_for_again_but_not_for_ever(database: Database) -> None:
    asked = []
    for _ in range(5):
        remembering = _Remembering(database, lambda *_: "no JSON")
        judgement = await remembering.ask()
        assert all(verdict.unreadable for verdict in judgement.verdicts)
        asked.append(bool(remembering.asked))
    assert asked == [True, True, True, False, False]


async def test_several_at_the_same_time_ask_once(database: Database) -> None:
    remembering = _Remembering(database)
    judgements = await asyncio.gather(*(remembering.ask() for _ in range(5)))
    assert len(remembering.asked) == 1
    assert len({judgement.verdicts for judgement in judgements}) == 1


async def test_a_failure_keeps_nothing_and_lets_the_next_one_ask(database: Database) -> None:
    def fail_once(question: Question, place: int) -> dict[str, object]:
        if place == 0:
            raise ModelUnavailable("away.")
        return deny_all(question)

    remembering = _Remembering(database, fail_once)
    with pytest.raises(ModelUnavailable):
        await remembering.ask()
    assert not (await remembering.ask()).kept


async def _leave_while_it_is_kept(
    remembering: _Remembering, database: Database, monkeypatch: pytest.MonkeyPatch
) -> asyncio.Future[Judgement]:
    """Ask, and go when the answer is being written down, which takes a while."""
    write, writing = database.write, asyncio.Event()

    async def write_slowly(work: Work[None]) -> None:
        writing.set()
        await asyncio.sleep(0.02)
        await write(work)

    monkeypatch.setattr(database, "write", write_slowly)
    asking = asyncio.ensure_future(remembering.ask())
    await writing.wait()
    asking.cancel()
    return asking


async def test_what_was_paid_for_is_kept_when_whoever_asked_has_gone(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    remembering = _Remembering(database)
    asking = await _leave_while_it_is_kept(remembering, database, monkeypatch)
    await asyncio.wait((asking,))
    await asyncio.sleep(0.1)
    assert asking.cancelled()
    assert (await _Remembering(database).ask()).kept


async def test_the_prompts_that_were_answered_are_not_paid_again_when_another_fails(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    remembering = _Remembering(database, max_together=1)
    complete = remembering.chat.complete

    async def fail_last(question: Question, errand: Errand, tab: Tab) -> Reply:
        if "c002" not in read_ids(question):
            return await complete(question, errand, tab)
        await asyncio.sleep(0.1)
        raise ModelUnavailable("away.")

    monkeypatch.setattr(remembering.chat, "complete", fail_last)
    with pytest.raises(ModelUnavailable):
        await remembering.ask()
    later = _Remembering(database, max_together=1)
    assert len((await later.ask()).verdicts) == 3
    assert later.asked == [["c002"]]


async def test_judges_that_share_their_turns_ask_once(database: Database) -> None:
    turns = Turns()
    one, other = _Remembering(database, turns=turns), _Remembering(database, turns=turns)
    await asyncio.gather(one.ask(), other.ask())
    assert len(one.asked) + len(other.asked) == 1


async def test_what_was_read_in_part_is_asked_again_when_all_of_it_is_read(database: Database) -> None:
    article = build_long_article([20] * 40)
    await _Remembering(database, part_tokens=200, max_parts=2).ask(article)
    again = _Remembering(database, part_tokens=200, max_parts=2)
    await again.ask(article)
    whole = _Remembering(database)
    await whole.ask(article)
    assert (len(again.asked), len(whole.asked)) == (0, 1)


async def test_what_was_forgotten_since_the_plan_is_asked_for(database: Database) -> None:
    for _ in range(3):
        await _Remembering(database, lambda *_: "no JSON").ask()
    later = _Remembering(database)
    plan = await later.judge.plan(ARTICLE, CATEGORIES, may_leave_out=False)
    assert plan.asked == ()
    database.write_now(lambda c: forget_unreadable(c, [ARTICLE.digest]))
    judgement = await later.judge.judge(ARTICLE, plan, Errand(), Tab())
    assert [verdict.unreadable for verdict in judgement.verdicts] == [False] * 3


async def test_nobody_asks_while_what_a_caller_who_went_has_paid_for_is_being_kept(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    remembering = _Remembering(database)
    asking = await _leave_while_it_is_kept(remembering, database, monkeypatch)
    assert (await remembering.ask()).kept
    assert len(remembering.asked) == 1
    await asyncio.wait((asking,))
