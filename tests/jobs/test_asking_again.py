"""Articles that a stand-in decided: the judge is asked again, in turn, and not for ever."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from app.bootstrap.classifying import compose_classifier
from app.category_files.loading import load_taxonomy
from app.classifier.way import Classifier
from app.domain.article import Article
from app.domain.category import Category
from app.domain.errand import Errand, Payer, bill_key
from app.domain.key import Key
from app.domain.plan import Plan
from app.domain.verdict import Judgement, Usage
from app.errors import BudgetSpent, Damaged, ModelUnavailable, PromptTooLong, StoreUnavailable
from app.jobs.asking_again import MOST_TRIES, PATIENCE, AskingAgain
from app.judges.fallback import FallbackJudge
from app.judges.judge import Judge
from app.llm.tab import Tab
from app.settings import Settings
from app.store.asking_again import count_again
from app.store.database import Database
from app.store.decisions import find_standing
from app.store.keys import keep_key
from tests.articles import build_article
from tests.empty_stores import open_empty_store
from tests.jobs.keys_of_payers import build_key

pytestmark = pytest.mark.anyio


class _Moody:
    """A judge that answers as another does, unless it is told to fail; it may fail about one article alone."""

    def __init__(self, judge: Judge) -> None:
        self._judge = judge
        self.error: Exception | None = ModelUnavailable("the server is down.")
        self.fails_about = ""
        self.is_paid = False
        self.asked: list[str] = []
        self.payers: list[Payer | None] = []
        self.spent: BudgetSpent | None = None
        self.poor = ""

    async def plan(self, article: Article, categories: tuple[Category, ...], *, may_leave_out: bool) -> Plan:
        return await self._judge.plan(article, categories, may_leave_out=may_leave_out)

    async def judge(self, article: Article, plan: Plan, errand: Errand, tab: Tab) -> Judgement:
        self.asked.append(article.text)
        self.payers.append(errand.payer)
        if self.spent and errand.payer and errand.payer.id == self.poor:
            raise self.spent
        if self.error and self.fails_about in article.text:
            tab.add(Usage(calls=int(self.is_paid)))
            raise self.error
        return await self._judge.judge(article, plan, errand, tab)


class _Bench:
    """A service whose judge is moody, on a clock that is put forward by hand."""

    def __init__(self, database: Database, folder: Path) -> None:
        local = compose_classifier(load_taxonomy(folder), Settings(judge="local"), None, None, database)
        self.database = database
        self.judge = _Moody(local.hearing.judge)
        # After anything that is queued, by the clock of this machine, and far from midnight.
        self.time = (datetime.now(UTC) + timedelta(days=1)).replace(hour=6)
        self.insisting = replace(local, hearing=replace(local.hearing, judge=self.judge))
        fallback = FallbackJudge(self.judge, local.hearing.judge)
        self.classifier = replace(local, hearing=replace(local.hearing, judge=fallback))
        self.again = AskingAgain(database, self._find, now=lambda: self.time)

    def _find(self) -> Classifier:
        return self.insisting

    async def ask_later(self, hours: float = 2) -> int:
        self.time += timedelta(hours=hours)
        return await self.again.ask_due()

    @property
    def waiting(self) -> int:
        return self.database.read_now(count_again)


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[_Bench]:
    folder = tmp_path / "categories"
    folder.mkdir()
    (folder / "governance.md").write_text("---\ntitle: Governance\n---\n")
    database = open_empty_store(tmp_path)
    yield _Bench(database, folder)
    database.close()


async def _decide(bench: _Bench, *texts: str) -> None:
    for text in texts:
        await bench.classifier.classify(build_article(text))


async def test_when_the_judge_is_back_its_decision_stands(bench: _Bench) -> None:
    await _decide(bench, "The board decides.")
    bench.judge.error = None
    assert await bench.ask_later() == 1
    key = build_article("The board decides.").key
    assert not bench.database.read_now(lambda c: find_standing(c, [key]))[key].degraded
    assert bench.waiting == 0


async def test_an_article_whose_former_text_came_back_waits_no_more(bench: _Bench) -> None:
    bench.judge.error = None
    await bench.classifier.classify(build_article("The board decides.").model_copy(update={"id": "7"}))
    bench.judge.error = ModelUnavailable("the server is down.")
    await bench.classifier.classify(build_article("Bread needs an oven.").model_copy(update={"id": "7"}))
    await bench.classifier.classify(build_article("The board decides.").model_copy(update={"id": "7"}))
    assert await bench.ask_later() == 1
    assert bench.waiting == 0


async def test_what_waits_outlives_the_process(bench: _Bench) -> None:
    await _decide(bench, "The board decides.")
    bench.judge.error = None
    another = AskingAgain(bench.database, lambda: bench.insisting, now=lambda: bench.time + timedelta(hours=2))
    assert await another.ask_due() == 1


async def test_two_processes_do_not_ask_about_the_same_article(bench: _Bench) -> None:
    await _decide(bench, "The board decides.")
    await bench.ask_later()
    asked = len(bench.judge.asked)
    assert await bench.again.ask_due() == 0
    assert len(bench.judge.asked) == asked


async def test_a_judge_that_is_still_away_is_not_asked_about_everything(bench: _Bench) -> None:
    await _decide(bench, *(f"Article {number}." for number in range(10)))
    asked = len(bench.judge.asked)
    assert await bench.ask_later() == 0
    assert len(bench.judge.asked) - asked == PATIENCE
    assert bench.waiting == 10


async def test_an_article_that_cannot_be_asked_about_does_not_hold_up_the_others(bench: _Bench) -> None:
    await _decide(bench, "A bad one.", "A good one.", "Another good one.")
    bench.judge.fails_about = "bad"
    assert await bench.ask_later() == 2
    assert bench.waiting == 1


async def test_an_article_that_is_paid_for_and_never_answered_is_given_up(bench: _Bench) -> None:
    await _decide(bench, "The board decides.")
    bench.judge.is_paid = True
    before = len(bench.judge.asked)
    for _ in range(MOST_TRIES + 3):
        await bench.ask_later(hours=24)
    assert len(bench.judge.asked) - before == MOST_TRIES
    assert bench.waiting == 0


@pytest.mark.parametrize(
    "error",
    [
        pytest.param(BudgetSpent("SCOPENOTE_BUDGET_CALL_USD does not allow it.", is_alone=True), id="a call's cap"),
        pytest.param(BudgetSpent("The key has spent it all.", payer="key:k"), id="a key's budget"),
    ],
)
async def test_an_article_that_a_budget_pays_for_in_part_only_is_given_up(bench: _Bench, error: BudgetSpent) -> None:
    await _decide_for(bench, build_key("k"), "The board decides.")
    bench.judge.is_paid, bench.judge.error = True, error
    before = len(bench.judge.asked)
    for _ in range(MOST_TRIES + 3):
        await bench.ask_later(hours=24)
    assert len(bench.judge.asked) - before == MOST_TRIES
    assert bench.waiting == 0


async def test_while_nothing_is_sent_an_article_waits_for_ever(bench: _Bench) -> None:
    await _decide(bench, "The board decides.")
    for _ in range(MOST_TRIES + 3):
        await bench.ask_later(hours=24)
    assert bench.waiting == 1


async def test_what_the_model_cannot_read_is_given_up_at_once(bench: _Bench) -> None:
    await _decide(bench, "The board decides.")
    bench.judge.error = PromptTooLong("too long.")
    await bench.ask_later()
    assert bench.waiting == 0


async def test_without_an_llm_nobody_is_asked(bench: _Bench) -> None:
    await _decide(bench, "The board decides.")
    alone = AskingAgain(bench.database, lambda: None, now=lambda: bench.time + timedelta(hours=2))
    assert await alone.ask_due() == 0
    assert bench.waiting == 1


@pytest.mark.parametrize(
    "error",
    [
        pytest.param(ZeroDivisionError("oh"), id="unforeseen"),
        pytest.param(Damaged("What the store keeps as this verdict cannot be read."), id="a-damaged-row"),
    ],
)
async def test_an_article_that_can_never_be_decided_does_not_hold_up_the_others_and_is_given_up(
    bench: _Bench, error: Exception
) -> None:
    await _decide(bench, "A bad one.", *(f"Good one {number}." for number in range(6)))
    bench.judge.error, bench.judge.fails_about = error, "bad"
    assert await bench.ask_later() == 6
    before = len(bench.judge.asked)
    for _ in range(MOST_TRIES):
        await bench.ask_later(hours=24)
    assert len(bench.judge.asked) - before == MOST_TRIES - 1
    assert bench.waiting == 0


async def test_an_article_waits_on_however_often_the_store_is_away_for_a_while(bench: _Bench) -> None:
    await _decide(bench, "The board decides.")
    bench.judge.error = StoreUnavailable("The store is locked.")
    for _ in range(MOST_TRIES + 1):
        with pytest.raises(StoreUnavailable):
            await bench.ask_later(hours=24)
    assert bench.waiting == 1


async def test_a_round_ends_where_the_store_is_away(bench: _Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    await _decide(bench, "The board decides.", "Another one.")

    def close() -> None:
        bench.database.close()
        raise StoreUnavailable("The store is gone.")

    monkeypatch.setattr(bench.judge, "judge", lambda *_: close())
    with pytest.raises(StoreUnavailable):
        await bench.ask_later()


SPENT = BudgetSpent("The key has spent it all.", payer="key:poor")
TOO_DEAR = BudgetSpent("It needs more than the key has in a day.", payer="key:poor", is_alone=True)


async def _decide_for(bench: _Bench, key: Key, *texts: str) -> None:
    bench.database.write_now(lambda c: keep_key(c, key))
    for text in texts:
        await bench.classifier.classify(build_article(text), errand=Errand(payer=bill_key(key)))


def _get_ready(bench: _Bench, error: BudgetSpent | None = None) -> None:
    """The judge is back, and the key `poor` cannot pay; what was asked so far is forgotten."""
    bench.judge.error, bench.judge.spent, bench.judge.poor = None, error, "poor"
    bench.judge.asked.clear()
    bench.judge.payers.clear()


async def test_the_key_that_asked_pays_from_the_budget_that_it_has_by_then(bench: _Bench) -> None:
    await _decide_for(bench, build_key("k", budget_day_usd=1.0), "The board decides.")
    now = build_key("k", budget_day_usd=0.25)
    bench.database.write_now(lambda c: keep_key(c, now))
    _get_ready(bench)
    assert await bench.ask_later() == 1
    assert bench.judge.payers == [bill_key(now)]


async def test_what_was_asked_without_a_key_is_asked_again_without_one(bench: _Bench) -> None:
    await _decide(bench, "The board decides.")
    _get_ready(bench)
    await bench.ask_later()
    assert bench.judge.payers == [None]


async def test_for_a_key_that_is_over_nobody_is_asked_and_the_stand_ins_decision_stays(
    bench: _Bench, caplog: pytest.LogCaptureFixture
) -> None:
    key = build_key("k")
    await _decide_for(bench, key, "The board decides.")
    bench.database.write_now(lambda c: keep_key(c, key.model_copy(update={"revoked_at": bench.time})))
    _get_ready(bench)
    assert await bench.ask_later() == 0
    article = build_article("The board decides.").key
    assert bench.database.read_now(lambda c: find_standing(c, [article]))[article].degraded
    assert (bench.judge.asked, bench.waiting) == ([], 0)
    assert "The key 'News', which pays for it, was revoked." in caplog.text


async def test_who_has_spent_its_budget_holds_up_nobody_and_is_tried_once(bench: _Bench) -> None:
    await _decide_for(bench, build_key("poor"), *(f"Poor {number}." for number in range(10)))
    await _decide_for(bench, build_key("rich"), *(f"Rich {number}." for number in range(4)))
    _get_ready(bench, SPENT)
    assert await bench.ask_later() == 4
    assert [text for text in bench.judge.asked if "Poor" in text] == ["Poor 0."]
    assert bench.waiting == 10
    asked = len(bench.judge.asked)
    await bench.ask_later(hours=0.9)
    assert len(bench.judge.asked) == asked


async def test_when_there_is_a_budget_again_all_are_asked_about_however_often_there_was_none(bench: _Bench) -> None:
    await _decide_for(bench, build_key("poor"), "Poor one.", "Poor two.")
    _get_ready(bench, SPENT)
    for _ in range(MOST_TRIES + 1):
        assert await bench.ask_later(hours=1) == 0
    assert len(bench.judge.asked) == MOST_TRIES + 1
    bench.judge.spent = None
    assert await bench.ask_later(hours=1) == 2


async def test_at_midnight_a_budget_is_new(bench: _Bench) -> None:
    await _decide_for(bench, build_key("poor"), "Poor one.")
    bench.time = bench.time.replace(hour=23, minute=40)
    _get_ready(bench, SPENT)
    assert await bench.ask_later(hours=0) == 0
    bench.judge.spent = None
    assert await bench.ask_later(hours=0.25) == 0
    assert await bench.ask_later(hours=0.25) == 1


async def test_an_article_that_is_too_dear_by_itself_is_in_the_way_of_none_of_its_payers(bench: _Bench) -> None:
    await _decide_for(bench, build_key("poor"), *(f"Too dear {number}." for number in range(PATIENCE + 1)))
    _get_ready(bench, TOO_DEAR)
    await _decide_for(bench, build_key("cheap"), "A short one.")
    assert await bench.ask_later() == 0
    assert [text for text in bench.judge.asked if "dear" in text] == [f"Too dear {n}." for n in range(PATIENCE + 1)]
    assert bench.waiting == PATIENCE + 1
