"""Builds articles and decisions for the store's tests: made up, or decided by the local judge."""

import asyncio
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor, wait
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from threading import Event
from typing import TypeVar

import sqlalchemy as sa

from app.bootstrap.classifying import compose_classifier
from app.bootstrap.embeddings import find_embeddings
from app.category_files.loading import load_taxonomy
from app.domain.article import Article
from app.domain.category import Taxonomy
from app.domain.decision import Assignment, Decision, ReviewReason, Status
from app.domain.verdict import JudgeName, Usage
from app.parsing.article_files import read_article_file
from app.settings import Settings
from app.store.articles import keep_article
from app.store.connection import Connection
from app.store.database import Database
from app.store.decisions import keep_decision
from tests.articles import build_article

T = TypeVar("T")

ROOT = Path(__file__).parent.parent.parent
EXAMPLES = ("09", "11", "12", "17")
NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


def build(words: str = "Leeds won the cup.", *, id_: str | None = "a", url: str | None = None) -> Article:
    """An article of one sentence, as it is loaded again: without the way back to what was submitted."""
    return build_article(words, title="Cup").model_copy(update={"id": id_, "url": url, "runs": ()})


def assign(
    category: str, status: Status = "assigned", score: float = 0.9, reasons: tuple[ReviewReason, ...] = ()
) -> Assignment:
    """An assignment of a category whose title is its id in capitals."""
    return Assignment(
        category=category,
        title=category.upper(),
        kind="tags",
        status=status,
        decided_by="judge",
        score=score,
        rationale="Said so.",
        review_reasons=reasons,
    )


def decide(
    id_: str, *assignments: Assignment, article: Article | None = None, at: datetime = NOON, degraded: bool = False
) -> Decision:
    """A decision by the local judge."""
    return Decision(
        id=id_,
        created_at=at,
        article=article or build(),
        assignments=assignments or (assign("cup"),),
        judge=JudgeName(kind="local", model="words", degraded=degraded),
        taxonomy_version="sha256:t",
        prompt_version="sha256:p",
        rules_version="r",
        usage=Usage(),
        cached=False,
        warnings=(),
        took_ms=0.1,
    )


def keep(
    c: Connection,
    decision: Decision,
    fingerprint: str | None = None,
    *,
    stands: bool = True,
    job: str | None = None,
) -> Decision:
    """Keep a decision with its article, as the classifier does."""
    article = decision.article
    keep_article(c, article, article.key, decision.created_at)
    return keep_decision(
        c, decision, key=article.key, fingerprint=fingerprint or f"sha256:{decision.id}", stands=stands, job=job
    )


@cache
def load_example_taxonomy() -> Taxonomy:
    """The shipped definitions."""
    return load_taxonomy(ROOT / "categories")


@cache
def decide_examples() -> tuple[Decision, ...]:
    """What the local judge says about some of the shipped examples: assigned, in review, excluded, and nothing."""
    classifier = compose_classifier(load_example_taxonomy(), Settings(judge="local"), find_embeddings().embedder)
    paths = [path for path in sorted((ROOT / "examples").iterdir()) if path.name.startswith(EXAMPLES)]
    articles = [read_article_file(path.read_bytes(), path.name) for path in paths]
    return tuple(asyncio.run(classifier.classify(article)) for article in articles)


def overlap(database: Database, work: Callable[[Connection, int], T]) -> tuple[T, T]:
    """What two writers get of whom the second begins before what the first has written is kept."""
    has_begun = Event()

    def write_second(connection: Connection) -> T:
        has_begun.set()
        return work(connection, 1)

    with ThreadPoolExecutor(1) as pool:

        def write_first(connection: Connection) -> tuple[T, Future[T]]:
            first = work(connection, 0)
            second = pool.submit(database.write_now, write_second)
            has_begun.wait(timeout=0.1 if database.is_sqlite else 10)  # SQLite lets it begin after us
            wait([second], timeout=0.1)  # as far as it comes; it may have to wait for us
            return first, second

        first, second = database.write_now(write_first)
        return first, second.result(timeout=20)


def count(connection: Connection, table: sa.Table) -> int:
    """The rows of a table."""
    return int(connection.execute(sa.select(sa.func.count()).select_from(table)).scalar_one())
