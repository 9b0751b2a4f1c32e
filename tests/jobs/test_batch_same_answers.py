"""A batch job decides as the ordinary way does: the same questions, the same answers, the same decisions."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from app.bootstrap.classifying import compose_classifier
from app.category_files.loading import load_taxonomy
from app.classifier.way import Classifier
from app.domain.article import Article
from app.domain.decision import Decision
from app.domain.errand import Errand
from app.domain.job import Item, Job, Recipe
from app.jobs.batches.model import BatchedModel
from app.jobs.batches.run import BatchRunner
from app.settings import Settings
from app.store.articles import keep_article
from app.store.connection import Connection
from app.store.database import Database
from app.store.decisions import load_decision
from app.store.items import keep_items, list_items
from app.store.jobs import keep_job
from app.store.opening import open_database
from tests.jobs.batch_work import NOW, Works, build_job
from tests.servers.composition import WholeLedger, build_word_counter, open_model_at
from tests.servers.faulty_server import FaultyServer, Traits, serve_faults
from tests.servers.varied_articles import build_varied_articles

pytestmark = pytest.mark.anyio

SCOPES = {
    "funding": "How decisions about money are made.",
    "value-streams": "The flow of work from request to release.",
    "contracts": "Suppliers and what is agreed with them.",
}
HELD = 0.5
ARTICLES = build_varied_articles(3)
LEFT_OUT = {"id", "created_at", "took_ms", "usage"}


@pytest.fixture
def server() -> Iterator[FaultyServer]:
    with serve_faults(traits=Traits(held_share=HELD)) as running:
        running.shelf.traits.held_share = HELD
        yield running


@pytest.fixture
def database(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Database]:
    opened = open_database(f"sqlite:///{tmp_path_factory.mktemp('store')}/store.db")
    yield opened
    opened.close()


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    for name, scope in SCOPES.items():
        text = f"---\ntitle: {name.title()}\nInstructions: |\n  {scope}\n\n  Key topics:\n  - {scope}\n---\n"
        (tmp_path / f"{name}.md").write_text(text)
    # Two categories are asked about together, so that every article takes two questions.
    return Settings.model_validate({"categories": tmp_path, "judge": "llm", "second_opinion": "off", "max_together": 2})


class ClassifierDesk:
    """A desk with one classifier for everything."""

    def __init__(self, classifier: Classifier) -> None:
        self._classifier = classifier

    async def decide(self, recipe: Recipe, key: str, article: Article, errand: Errand) -> Decision:
        return await self._classifier.classify(article, errand=errand)

    async def write_back(self, job: Job, item: Item, decision: Decision) -> None:
        raise AssertionError("nothing is written")


def keep_articles(c: Connection) -> None:
    for article in ARTICLES:
        keep_article(c, article, article.key, NOW)
    keep_job(c, build_job(len(ARTICLES)))
    keep_items(c, [Item(job="j1", number=n, article=a.key, digest=a.digest) for n, a in enumerate(ARTICLES)])


async def decide_by_batch(database: Database, server: FaultyServer, settings: Settings) -> list[Decision]:
    taxonomy = load_taxonomy(settings.categories)
    works = Works(database, server.base_url)
    model = open_model_at(server.base_url, counter=build_word_counter(), ledger=WholeLedger(database), timeout_s=5.0)
    asked = BatchedModel(works.means)
    desk = ClassifierDesk(compose_classifier(taxonomy, settings, None, model, database, asked=asked))
    database.write_now(keep_articles)
    assert await BatchRunner(works.means, desk).run("j1") == "done"
    await works.close()
    items = database.read_now(lambda c: list_items(c, "j1"))
    return [database.read_now(lambda c, item=item: load_decision(c, item.after or "")) for item in items]  # type: ignore[misc]


async def decide_one_by_one(database: Database, server: FaultyServer, settings: Settings) -> list[Decision]:
    model = open_model_at(server.base_url, counter=build_word_counter(), ledger=WholeLedger(database), timeout_s=5.0)
    classifier = compose_classifier(load_taxonomy(settings.categories), settings, None, model)
    decisions = [await classifier.classify(article) for article in ARTICLES]
    await model.close()
    return decisions


async def test_a_batch_decides_as_single_questions_do(
    database: Database, server: FaultyServer, settings: Settings
) -> None:
    by_batch = await decide_by_batch(database, server, settings)
    alone = await decide_one_by_one(database, server, settings)
    assert [decision.article.digest for decision in by_batch] == [article.digest for article in ARTICLES]
    assert any(decision.tags for decision in alone)
    for one, other in zip(by_batch, alone, strict=True):
        assert one.model_dump(exclude=LEFT_OUT | {"article"}) == other.model_dump(exclude=LEFT_OUT | {"article"})
        assert one.usage.model_copy(update={"cost_usd": 0.0, "prices_as_of": None}) == other.usage.model_copy(
            update={"cost_usd": 0.0}
        )


async def test_a_batch_puts_the_very_questions_that_are_put_one_by_one(
    database: Database, server: FaultyServer, settings: Settings
) -> None:
    await decide_by_batch(database, server, settings)
    asked = len(server.shelf.log)
    await decide_one_by_one(database, server, settings)
    assert asked == len(server.log) == 2 * len(ARTICLES)
    by_batch = sorted((run.billed.input, run.billed.output) for run in server.shelf.log)
    assert by_batch == sorted((entry.billed.input, entry.billed.output) for entry in server.log)
