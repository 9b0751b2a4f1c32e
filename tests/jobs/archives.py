"""Builds archives, and whoever forecasts and decides about them, for the tests of what a job is about."""

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

from app.domain.article import Article
from app.domain.category import Category, Taxonomy
from app.domain.decision import Assignment
from app.domain.feedback import Word
from app.domain.fingerprint import fingerprint_decision
from app.domain.plan import Part, Plan
from app.domain.verdict import Candidate
from app.errors import StoreUnavailable
from app.jobs.planning.ordering import Order
from app.jobs.planning.planner import JobPlanner, PlanProgress
from app.jobs.planning.reading_in import Bounds, ReadIn, SourceReader
from app.store.articles import load_article
from app.store.connection import Connection
from app.store.database import Database
from app.store.decisions import keep_decision
from app.store.words import find_words
from tests.store.kept_values import NOON, assign, decide

BOUNDS = Bounds(max_bytes=10_000, max_words=1_000)
CUP = Category(id="cup", title="Cup", aliases=("trophy",), digest="sha256:cup")
LEAGUE = Category(id="league", title="League", digest="sha256:league")
TAXONOMY = Taxonomy(categories=(CUP, LEAGUE), version="sha256:taxonomy")


class FakeForecaster:
    """Asks about the categories that it is told to ask about; those that it knows are kept."""

    def __init__(
        self, *, known: Sequence[str] = (), taxonomy: Taxonomy = TAXONOMY, basis: str = "basis", usd: float | None = 0.5
    ) -> None:
        self.taxonomy = taxonomy
        self.basis = basis
        self.planned = 0
        self._known = known
        self._usd = usd

    async def plan(self, article: Article) -> Plan:
        self.planned += 1
        candidates = [Candidate(category=category, score=0.0) for category in self.taxonomy.categories]
        asked = tuple(one for one in candidates if one.category.id not in self._known)
        return Plan(
            strategy="together",
            reason="all together",
            batches=(asked,) if asked else (),
            kept=tuple(one for one in candidates if one.category.id in self._known),
            parts=(Part(sentences=(1,)),),
            calls=int(bool(asked)),
            input_tokens=100 if asked else 0,
            output_tokens=10 if asked else 0,
            cost_usd=self._usd if asked else 0.0,
            most_usd=None if self._usd is None else 2 * self._usd if asked else 0.0,
        )


class BrokenForecaster(FakeForecaster):
    """Cannot plan anything."""

    async def plan(self, article: Article) -> Plan:
        raise StoreUnavailable("the store is away")


def build_planner(
    database: Database, forecaster: FakeForecaster | None = None, *, ticks: Sequence[float] = (0.0, 0.0)
) -> JobPlanner:
    """A planner over a fake forecaster; `ticks` are what its clock shows, one after the other."""

    async def compose(order: Order) -> FakeForecaster:
        return forecaster or FakeForecaster()

    shown = iter(ticks)
    return JobPlanner(database, compose, BOUNDS, lambda: NOON, lambda: next(shown))


def write_files(folder: Path, **texts: str) -> Path:
    """A folder of Markdown files; a double underscore in a name stands for a slash."""
    for name, text in texts.items():
        path = folder / f"{name.replace('__', '/')}.md"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return folder


async def read_all(database: Database, *sources: Path | str) -> tuple[list[ReadIn], list[str]]:
    """All articles of the sources, and the words about what could not be read."""
    reads: list[ReadIn] = []
    refused: list[str] = []
    async for some, bad in SourceReader(database, BOUNDS, lambda: NOON).read_in([str(source) for source in sources]):
        reads += some
        refused += map(str, bad)
    return reads, refused


def let_stand(
    database: Database,
    key: str,
    *assignments: Assignment,
    basis: str = "basis",
    at: datetime = NOON,
    degraded: bool = False,
) -> str:
    """Have a decision about an article stand, as its classifier would keep it; its id."""

    def work(c: Connection) -> str:
        article = load_article(c, key)
        words: Sequence[Word] = find_words(c, key)
        fingerprint = fingerprint_decision(article_digest=article.digest, basis=basis, words=words, only=())
        made = assignments or (assign("cup"),)
        decision = decide(f"{key} {basis}", *made, article=article, at=at, degraded=degraded)
        keep_decision(c, decision, key=key, fingerprint=fingerprint, stands=True, job=None)
        return decision.id

    return database.write_now(work)


class Watched:
    """Remembers what it is told."""

    def __init__(self) -> None:
        self.told: list[PlanProgress] = []

    def __call__(self, progress: PlanProgress) -> None:
        self.told.append(progress)
