"""Owns the desk of the engine's tests: it decides at once or after a while, and writes down what it was asked."""

import asyncio
import os
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import NoReturn

from app.domain.article import Article
from app.domain.decision import Decision
from app.domain.errand import Errand
from app.domain.job import Fields, Item, Job, JobPlan, Recipe, Tally
from app.domain.verdict import JudgeName, Usage
from app.store.articles import keep_article
from app.store.connection import Connection
from app.store.database import Database
from app.store.items import count_items, keep_items
from app.store.jobs import keep_job
from tests.articles import build_article

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)
PLAN = JobPlan(
    articles=0, unchanged=0, free=0, asked=0, pairs=0, by_category={}, calls=0, input_tokens=0, cached_tokens=0,
    output_tokens=0, cost_usd=0, most_usd=0, prices_as_of=None, exact=True, may_gain=0, may_lose=0,
)  # fmt: skip
USAGE = Usage(calls=1, input_tokens=100, cached_tokens=40, output_tokens=10, cost_usd=0.001)


class FakeDesk:
    """Decides after `latency_s`. `deeds` say what it does instead for some articles, by their keys, `refusal` what it says when it is to write.

    Where its memory is measured it keeps nothing of what it was asked.
    """

    def __init__(
        self,
        *,
        latency_s: float = 0.0,
        effects: Path | None = None,
        deeds: Mapping[str, Callable[[], None]] | None = None,
        refusal: Exception | None = None,
        remembers: bool = True,
    ) -> None:
        self.latency_s = latency_s
        self.asked: list[str] = []
        self.errands: list[Errand] = []
        self.written: list[str] = []
        self.at_once = self.most_at_once = 0
        self.deeds = dict(deeds or {})
        self.cached: set[str] = set()
        self._effects = effects
        self._refusal = refusal
        self._remembers = remembers

    async def decide(self, recipe: Recipe, key: str, article: Article, errand: Errand) -> Decision:
        if self._remembers:
            self.errands.append(errand)
        self.at_once += 1
        self.most_at_once = max(self.most_at_once, self.at_once)
        try:
            await asyncio.sleep(self.latency_s)
        finally:
            self.at_once -= 1
        if self._remembers:
            self.asked.append(key)
        if self._effects is not None:
            with self._effects.open("a") as effects:
                effects.write(f"{key} {os.getpid()}\n")
        if key in self.deeds:
            self.deeds[key]()
        return decide(key, article, cached=key in self.cached)

    async def write_back(self, job: Job, item: Item, decision: Decision) -> None:
        if self._refusal is not None:
            raise self._refusal
        self.written.append(item.article)


def decide(key: str, article: Article, *, cached: bool = False) -> Decision:
    return Decision(
        id=f"decision-of-{key}",
        created_at=NOON,
        article=article,
        assignments=(),
        judge=JudgeName(kind="llm", model="fake"),
        taxonomy_version="sha256:t",
        prompt_version="sha256:p",
        rules_version="r",
        usage=USAGE,
        cached=cached,
        warnings=(),
        took_ms=1.0,
    )


def fail(error: Exception) -> Callable[[], None]:
    """A deed: fail each time."""

    def deed() -> NoReturn:
        raise error

    return deed


def fail_first(times: int, error: Exception) -> Callable[[], None]:
    """A deed: fail the first few times."""
    left = [error] * times

    def deed() -> None:
        if left:
            raise left.pop()

    return deed


def die() -> NoReturn:
    """A deed: take the process along, like a fault in a library would."""
    os._exit(9)


def build_recipe(*, max_tries: int = 3, write: bool = False, batch_api: bool = False) -> Recipe:
    return Recipe(
        sources=("stored:",),
        taxonomy_version="sha256:t",
        judge="llm",
        basis="sha256:b",
        write=Fields() if write else None,
        batch_api=batch_api,
        max_cost_usd=2.5,
        max_tries=max_tries,
    )


def keep_job_of(database: Database, articles: int, job_id: str = "j", recipe: Recipe | None = None) -> Job:
    """Keep a running job about as many articles, with the keys a0, a1 and so on."""
    job = Job(
        id=job_id,
        created_at=NOON,
        finished_at=None,
        state="running",
        reason="",
        recipe=recipe or build_recipe(),
        plan=PLAN,
    )
    texts = [build_article(f"Article {number} is about teams.") for number in range(articles)]

    def keep(c: Connection) -> None:
        keep_job(c, job)
        for number, text in enumerate(texts):
            keep_article(c, text, f"a{number}", NOON)
        keep_items(
            c,
            (
                Item(job=job_id, number=number, article=f"a{number}", digest=text.digest)
                for number, text in enumerate(texts)
            ),
        )

    database.write_now(keep)
    return job


def count(database: Database, job_id: str = "j") -> Tally:
    return database.read_now(lambda c: count_items(c, job_id))
