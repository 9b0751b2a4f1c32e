"""Decisions that are kept: made once, made anew for nothing, and never against an editor's word."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from app.bootstrap.classifying import compose_classifier
from app.category_files.loading import load_taxonomy
from app.classifier.way import Classifier
from app.domain.article import Article
from app.domain.category import Category
from app.domain.errand import Errand
from app.domain.feedback import Said, Word
from app.domain.plan import Plan
from app.domain.verdict import Judgement
from app.errors import BudgetSpent, ModelUnavailable, Unavailable
from app.judges.fallback import FallbackJudge
from app.judges.judge import Judge
from app.llm.tab import Tab
from app.parsing.reading import read_article
from app.parsing.submission import Submission
from app.settings import Settings
from app.store.articles import keep_article, load_article
from app.store.asking_again import count_again
from app.store.database import Database
from app.store.decisions import find_standing, load_decision
from app.store.taxonomies import load_taxonomy as load_taxonomy_of
from app.store.words import keep_word
from tests.empty_stores import open_empty_store

pytestmark = pytest.mark.anyio

TEXT = "The board holds the decision rights over investments. It meets each month and owns every escalation path."
GOVERNANCE = """---
title: Governance
Instructions: |
  ## Scope and intent
  Who decides about investments, and by which decision rights.

  ## Key topics
  - Decision rights and escalation paths

  ## Explicit exclusions
  - Minutes of a meeting without a decision
---
"""
BAKING = "---\ntitle: Baking\nInstructions: |\n  ## Key topics\n  - Bread, ovens and dough\n---\n"


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    database = open_empty_store(tmp_path)
    yield database
    database.close()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path / "categories"
    folder.mkdir()
    (folder / "governance.md").write_text(GOVERNANCE)
    (folder / "baking.md").write_text(BAKING)
    return folder


def _read(text: str = TEXT, id_: str | None = None, url: str | None = None) -> Article:
    return read_article(Submission(text=text, id=id_, url=url))


def _compose(folder: Path, database: Database, **settings: object) -> Classifier:
    """A classifier by the local judge, without embeddings."""
    given = Settings.model_validate({"judge": "local", **settings})
    return compose_classifier(load_taxonomy(folder), given, None, None, database)


def _say(database: Database, key: str, verdict: Said, category: str = "governance", note: str = "") -> None:
    word = Word(category=category, verdict=verdict, note=note, at=datetime(2026, 1, 1, tzinfo=UTC))
    database.write_now(lambda connection: keep_word(connection, key, word))


def _find_standing(database: Database, key: str) -> str | None:
    found = database.read_now(lambda connection: find_standing(connection, [key]))
    return found[key].decision if key in found else None


async def test_the_same_article_is_decided_about_once(folder: Path, database: Database) -> None:
    first = await _compose(folder, database).classify(_read())
    again = await _compose(folder, database).classify(_read())
    assert (first.cached, again.cached) == (False, True)
    assert (again.id, again.assignments, again.usage.calls) == (first.id, first.assignments, 0)


async def test_a_decision_is_found_again_by_its_id_with_its_text(folder: Path, database: Database) -> None:
    decision = await _compose(folder, database).classify(_read())
    kept = database.read_now(lambda connection: load_decision(connection, decision.id))
    assert kept.article.text == TEXT
    assert kept.assignments == decision.assignments


async def test_an_address_that_changes_decides_nothing_anew(folder: Path, database: Database) -> None:
    first = await _compose(folder, database).classify(_read(id_="7", url="/old"))
    again = await _compose(folder, database).classify(_read(id_="7", url="/new"))
    assert (again.id, again.article.url) == (first.id, "/new")


@pytest.mark.parametrize(
    "settings",
    [
        pytest.param({"threshold": 0.9}, id="threshold"),
        pytest.param({"max_tags": 1}, id="cap"),
    ],
)
async def test_other_rules_decide_anew(folder: Path, database: Database, settings: dict[str, object]) -> None:
    first = await _compose(folder, database).classify(_read())
    other = await _compose(folder, database, **settings).classify(_read())
    assert other.id != first.id
    assert not other.cached


async def test_another_definition_decides_anew(folder: Path, database: Database) -> None:
    first = await _compose(folder, database).classify(_read())
    (folder / "baking.md").write_text(BAKING.replace("Bread", "Cakes"))
    assert (await _compose(folder, database).classify(_read())).id != first.id


async def test_what_is_undone_stands_again_without_being_decided_again(folder: Path, database: Database) -> None:
    first = await _compose(folder, database).classify(_read())
    second = await _compose(folder, database, threshold=0.9).classify(_read())
    assert _find_standing(database, second.article.key) == second.id
    third = await _compose(folder, database).classify(_read())
    assert (third.id, third.cached) == (first.id, True)
    assert _find_standing(database, first.article.key) == first.id


async def test_a_text_that_comes_back_finds_its_decision(folder: Path, database: Database) -> None:
    classifier = _compose(folder, database)
    first = await classifier.classify(_read(id_="7"))
    await classifier.classify(_read("Bread needs an oven. Dough needs time.", id_="7"))
    assert (await classifier.classify(_read(id_="7"))).id == first.id
    assert _find_standing(database, "7") == first.id


@pytest.mark.parametrize(("verdict", "status"), [("accept", "assigned"), ("reject", "rejected")])
async def test_an_editors_word_holds_for_that_article_from_then_on(
    folder: Path, database: Database, verdict: Said, status: str
) -> None:
    classifier = _compose(folder, database)
    await classifier.classify(_read(id_="7"))
    _say(database, "7", verdict, "baking" if verdict == "accept" else "governance")
    for text in (TEXT, TEXT + " The council agreed.", "Something else altogether."):
        decision = await classifier.classify(_read(text, id_="7"))
        said = next(a for a in decision.assignments if a.decided_by == "person")
        assert said.status == status


async def test_a_word_about_one_article_says_nothing_about_another(folder: Path, database: Database) -> None:
    classifier = _compose(folder, database)
    await classifier.classify(_read(id_="7"))
    _say(database, "7", "reject")
    other = await classifier.classify(_read(id_="8"))
    assert all(assignment.decided_by != "person" for assignment in other.assignments)


async def test_a_decision_about_some_categories_is_kept_but_does_not_stand(folder: Path, database: Database) -> None:
    classifier = _compose(folder, database)
    whole = await classifier.classify(_read())
    part = await classifier.classify(_read(), only=["baking"])
    assert _find_standing(database, whole.article.key) == whole.id
    assert (await classifier.classify(_read(), only=["baking"])).id == part.id != whole.id


DOWN = ModelUnavailable("the server is down.")


class _Away:
    """A judge that makes plans, and raises this when it is asked."""

    def __init__(self, judge: Judge, error: Unavailable) -> None:
        self._judge = judge
        self._error = error

    async def plan(self, article: Article, categories: tuple[Category, ...], *, may_leave_out: bool) -> Plan:
        return await self._judge.plan(article, categories, may_leave_out=may_leave_out)

    async def judge(self, article: Article, plan: Plan, errand: Errand, tab: Tab) -> Judgement:
        raise self._error


def _take_away(local: Classifier, error: Unavailable = DOWN) -> Classifier:
    """The classifier with a judge that is away, for which the local one stands in."""
    judge = FallbackJudge(_Away(local.hearing.judge, error), local.hearing.judge)
    return replace(local, hearing=replace(local.hearing, judge=judge))


async def test_what_a_stand_in_decided_is_said_to_be_asked_again_and_does_not_hold(
    folder: Path, database: Database
) -> None:
    away = _take_away(_compose(folder, database))
    first = await away.classify(_read())
    assert first.judge.degraded
    assert "asked again" in first.warnings[-1]
    assert database.read_now(count_again) == 1
    second = await away.classify(_read())
    assert (second.cached, second.id != first.id) == (False, True)


async def test_what_a_budget_is_too_small_for_is_said_to_be_asked_again_once_it_is_raised(
    folder: Path, database: Database
) -> None:
    too_dear = BudgetSpent("SCOPENOTE_BUDGET_DAY_USD=0.01 is less than this request may cost.", is_alone=True)
    decision = await _take_away(_compose(folder, database), too_dear).classify(_read())
    assert decision.warnings[-1].startswith("It will be asked again once that budget is raised")


async def test_the_judges_own_decision_ends_the_waiting(folder: Path, database: Database) -> None:
    local = _compose(folder, database)
    await _take_away(local).classify(_read())
    whole = await local.classify(_read())
    assert (whole.cached, database.read_now(count_again)) == (False, 0)
    assert _find_standing(database, whole.article.key) == whole.id


async def test_a_part_of_the_categories_is_not_asked_about_again_by_itself(folder: Path, database: Database) -> None:
    decision = await _take_away(_compose(folder, database)).classify(_read(), only=["baking"])
    assert "not be asked again" in decision.warnings[-1]
    assert database.read_now(count_again) == 0


class _Interrupted:
    """A judge during whose first answer something else happens."""

    def __init__(self, judge: Judge, happens: Callable[[], None]) -> None:
        self._judge = judge
        self._happens = happens
        self.asked = 0

    async def plan(self, article: Article, categories: tuple[Category, ...], *, may_leave_out: bool) -> Plan:
        return await self._judge.plan(article, categories, may_leave_out=may_leave_out)

    async def judge(self, article: Article, plan: Plan, errand: Errand, tab: Tab) -> Judgement:
        self.asked += 1
        if self.asked == 1:
            self._happens()
        return await self._judge.judge(article, plan, errand, tab)


async def test_a_word_that_an_editor_had_meanwhile_decides(folder: Path, database: Database) -> None:
    local = _compose(folder, database)
    await local.classify(_read(id_="7"))
    judge = _Interrupted(local.hearing.judge, lambda: _say(database, "7", "reject"))
    decision = await replace(local, hearing=replace(local.hearing, judge=judge)).classify(_read(TEXT + " So.", "7"))
    assert (next(a for a in decision.assignments if a.category == "governance")).decided_by == "person"
    assert _find_standing(database, "7") == decision.id


async def test_a_text_that_is_outdated_by_now_does_not_come_back(folder: Path, database: Database) -> None:
    classifier = _compose(folder, database)
    old = _read(id_="7")
    await classifier.classify(old)
    new = await classifier.classify(_read("Bread needs an oven. Dough needs time.", id_="7"))
    await _compose(folder, database, threshold=0.9).classify(old, is_news=False)
    assert _find_standing(database, "7") == new.id
    assert database.read_now(lambda connection: load_article(connection, "7")).text == new.article.text


async def test_an_address_that_changes_is_kept_all_the_same(folder: Path, database: Database) -> None:
    classifier = _compose(folder, database)
    await classifier.classify(_read(id_="7", url="/old"))
    await classifier.classify(_read(id_="7", url="/new"))
    assert database.read_now(lambda connection: load_article(connection, "7")).url == "/new"


async def test_a_text_that_comes_back_before_another_was_decided_is_what_the_article_says(
    folder: Path, database: Database
) -> None:
    classifier = _compose(folder, database)
    first = await classifier.classify(_read(id_="7"))
    job_read = _read("Bread needs an oven. Dough needs time.", id_="7")
    database.write_now(lambda connection: keep_article(connection, job_read, "7", datetime.now(UTC)))
    assert (await classifier.classify(_read(id_="7"))).id == first.id
    assert database.read_now(lambda connection: load_article(connection, "7")).text == TEXT


async def test_a_decision_stands_again_only_by_the_words_that_it_was_made_by(folder: Path, database: Database) -> None:
    classifier = _compose(folder, database)
    keeper, article = classifier.keeper, _read(id_="7")
    assert keeper
    await classifier.classify(article)
    other = await _compose(folder, database, threshold=0.9).classify(article)
    known = await keeper.look_up(article, (), is_news=True)
    _say(database, "7", "reject")
    given = await keeper.give_again(article, known, datetime.now(UTC), only=(), job=None, is_news=True)
    assert (known.is_settled, given) == (False, None)
    assert _find_standing(database, "7") == other.id
    decision = await classifier.classify(article)
    assert next(a for a in decision.assignments if a.category == "governance").decided_by == "person"


async def test_a_text_that_is_not_waited_for_any_more_is_taken_off_the_queue(folder: Path, database: Database) -> None:
    local = _compose(folder, database)
    await local.classify(_read(id_="7"))
    (folder / "baking.md").write_text(BAKING.replace("Bread", "Cakes"))
    await _take_away(_compose(folder, database)).classify(_read(id_="7"))
    assert database.read_now(count_again) == 1
    await local.classify(_read(id_="7"))
    assert database.read_now(count_again) == 0


async def test_the_definitions_that_a_decision_went_by_are_kept(folder: Path, database: Database) -> None:
    classifier = _compose(folder, database)
    decision = await classifier.classify(_read())
    kept = database.read_now(lambda connection: load_taxonomy_of(connection, decision.taxonomy_version))
    assert kept == classifier.taxonomy
