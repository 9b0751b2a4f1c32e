"""Owns the place where asking is measured: a classifier and its books, over one server."""

import asyncio
import tempfile
import time
from collections.abc import Callable, Coroutine, Iterator
from pathlib import Path
from typing import Any

from app.bootstrap.classifying import compose_classifier
from app.bootstrap.embeddings import find_embeddings
from app.category_files.loading import load_taxonomy
from app.classifier.way import Classifier
from app.domain.article import Article
from app.domain.decision import Decision
from app.domain.errand import Errand
from app.llm.tab import Tab
from app.prompting.counting import load_counter
from app.settings import Settings
from app.store.opening import open_database
from tests.servers.composition import MODEL, WholeLedger, open_model_at
from tests.servers.faulty_server import FarServer
from tests.servers.varied_articles import build_varied_articles

ROOT = Path(__file__).parent.parent
IN_FLIGHT = 16
JOB = Errand(urgency="job", job="bench")


class Bench:
    """One classifier and its books, over one server."""

    def __init__(self, server: FarServer, *, judge: str = "llm", second: str = "off", **model: Any) -> None:  # noqa: ANN401 - passed on
        settings = Settings.model_validate(
            {"categories": ROOT / "categories", "judge": judge, "second_opinion": second, **model.pop("settings", {})}
        )
        self.server = server
        self._folder = tempfile.TemporaryDirectory(prefix="scopenote-bench-")
        self._database = open_database(f"sqlite:///{self._folder.name}/store.db")
        self.ledger = WholeLedger(self._database)
        self.model = open_model_at(
            server.base_url,
            counter=load_counter(MODEL),
            ledger=self.ledger,
            in_flight=IN_FLIGHT,
            **{"timeout_s": 60.0, **model},
        )
        embedder = find_embeddings().embedder if second != "off" else None
        self.classifier: Classifier = compose_classifier(
            load_taxonomy(settings.categories), settings, embedder, self.model
        )

    async def ask(self, article: Article) -> None:
        """Plan and ask, and read the answer; what follows from it is left out."""
        plan = await self.classifier.plan(article)
        await self.classifier.hearing.judge.judge(article, plan, JOB, Tab())

    async def classify(self, article: Article) -> Decision:
        """The whole way."""
        return await self.classifier.classify(article, errand=JOB)

    async def run(self, work: Callable[[Article], Coroutine[Any, Any, Any]], articles: list[Article]) -> float:
        """Articles a second, with twice as many at work as may be in flight, as jobs do it, after one to warm up."""
        await work(build_varied_articles(1, sentences=5)[0])
        waiting = iter(articles)
        begin = time.perf_counter()
        await asyncio.gather(*(_work_off(work, waiting) for _ in range(2 * IN_FLIGHT)))
        took_s = time.perf_counter() - begin
        await self.close()
        return len(articles) / took_s

    async def time_each(self, articles: list[Article]) -> list[float]:
        """Milliseconds of each, one after the other; the first are left out."""
        times = []
        for article in articles:
            begin = time.perf_counter()
            await self.ask(article)
            times.append((time.perf_counter() - begin) * 1000)
        await self.close()
        return times[8:]

    async def close(self) -> None:
        """Let go of the server and the store; what the books hold is still there."""
        await self.model.close()
        self._database.close()
        self._folder.cleanup()


async def _work_off(work: Callable[[Article], Coroutine[Any, Any, Any]], waiting: Iterator[Article]) -> None:
    for article in waiting:
        await work(article)
