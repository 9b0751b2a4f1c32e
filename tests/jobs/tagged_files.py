"""Builds small archives of files for tests: planned as a job, decided about, and written back to."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import anyio

from app.domain.article import Article
from app.domain.decision import Assignment, Decision, Status
from app.domain.feedback import Said, Word
from app.domain.job import Fields, Item, Job, JobPlan, JobState, Recipe
from app.domain.verdict import JudgeName, Usage
from app.jobs.files.merging import Merged
from app.jobs.files.replacing import digest_bytes
from app.jobs.files.undo import UndoReport, undo_job
from app.jobs.files.write_back import write_back
from app.store.articles import keep_article
from app.store.connection import Connection
from app.store.database import Database
from app.store.decisions import keep_decision
from app.store.items import keep_items
from app.store.jobs import keep_job, set_state
from app.store.tag_events import find_tags
from app.store.words import keep_word
from tests.articles import build_article
from tests.empty_stores import open_empty_store

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
TITLES = {"operating-model": "Operating Model", "culture": "Culture", "how-to": "How-to"}
KINDS = {"how-to": "categories"}
_PLAN = JobPlan(
    articles=0, unchanged=0, free=0, asked=0, pairs=0, by_category={}, calls=0, input_tokens=0, cached_tokens=0,
    output_tokens=0, cost_usd=0, most_usd=0, prices_as_of=None, exact=True, may_gain=0, may_lose=0,
)  # fmt: skip
_RECIPE = Recipe(sources=("content",), taxonomy_version="sha256:t", judge="local", basis="sha256:b", write=Fields())


class Archive:
    """Files in a folder, a store, and the time that goes on by an hour with each job."""

    def __init__(self, folder: Path, database: Database) -> None:
        self.content = folder / "content"
        self.backups = folder / "backups"
        self.database = database
        self.jobs = 0
        self.former: dict[str, tuple[str, ...]] = {}
        self.content.mkdir()

    @property
    def now(self) -> datetime:
        """The time of the last job."""
        return NOW + timedelta(hours=self.jobs)

    def put(self, name: str, text: str | bytes) -> Path:
        """A file of the archive, with these bytes."""
        path = self.content / name
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        return path

    def plan(self, *names: str, put_back: bool = False, taxonomy: str = "sha256:t") -> tuple[Job, list[Item]]:
        """A running job over these files as they are now, by the taxonomy of that version."""
        self.jobs += 1
        job = Job(
            id=f"job-{self.jobs}",
            created_at=self.now,
            finished_at=None,
            state="running",
            reason="",
            recipe=_RECIPE.model_copy(update={"put_back": put_back, "taxonomy_version": taxonomy}),
            plan=_PLAN,
        )
        items = [self._plan_item(job, number, name) for number, name in enumerate(names)]
        self.database.write_now(lambda c: self._keep(c, job, items))
        return job, items

    def _plan_item(self, job: Job, number: int, name: str) -> Item:
        path = self.content / name
        raw = digest_bytes(path.read_bytes())
        return Item(job=job.id, number=number, article=name, digest=_build(name).digest, path=str(path), raw=raw)

    def _keep(self, c: Connection, job: Job, items: list[Item]) -> None:
        keep_job(c, job)
        for item in items:
            keep_article(c, _build(item.article), item.article, self.now)
        keep_items(c, items)

    def decide(self, job: Job, item: Item, *, degraded: bool = False, **statuses: Status) -> Decision:
        """A decision that stands from now on; underscores in names of categories stand for dashes."""
        decision = _decide(item, self.now, statuses, degraded=degraded)
        return self.database.write_now(
            lambda c: keep_decision(
                c, decision, key=item.article, fingerprint=decision.id, stands=True, job=job.id, at=self.now
            )
        )

    async def write(self, job: Job, item: Item, decision: Decision, fields: Fields | None = None) -> tuple[Merged, ...]:
        """Write a decision back."""
        return await write_back(
            self.database,
            job,
            item,
            decision,
            now=self.now,
            backups=self.backups,
            fields=fields or Fields(),
            former=self.former,
        )

    async def tag(
        self,
        *names: str,
        degraded: bool = False,
        put_back: bool = False,
        taxonomy: str = "sha256:t",
        **statuses: Status,
    ) -> Job:
        """A whole job that decides the same about each of these files."""
        job, items = self.plan(*names, put_back=put_back, taxonomy=taxonomy)
        decisions = [self.decide(job, item, degraded=degraded, **statuses) for item in items]
        async with anyio.create_task_group() as tasks:
            for item, decision in zip(items, decisions, strict=True):
                tasks.start_soon(self.write, job, item, decision)
        return self.end(job)

    def say(self, name: str, category: str, verdict: Said, *, after: timedelta) -> None:
        """An editor's word about a file, so long after the last job."""
        word = Word(category=category, verdict=verdict, at=self.now + after)
        self.database.write_now(lambda c: keep_word(c, name, word))

    def end(self, job: Job, state: JobState = "done") -> Job:
        """The job, ended."""
        self.database.write_now(lambda c: set_state(c, job.id, state, "", self.now, only_from={"running"}))
        return job

    async def undo(self, job: Job) -> UndoReport:
        """Undo a job, half an hour after the last."""
        return await undo_job(self.database, job.id, self.now + timedelta(minutes=30), self.backups)

    def list_tags(self, name: str) -> dict[str, tuple[str, str]]:
        """The latest event of each tag of a file, and whose it was."""
        known = self.database.read_now(lambda c: find_tags(c, name))
        return {tag: (event.event, event.by) for (_, tag), event in known.items()}


@contextmanager
def open_archive(folder: Path) -> Iterator[Archive]:
    """An empty archive with a store of its own."""
    database = open_empty_store(folder)
    try:
        yield Archive(folder, database)
    finally:
        database.close()


def _decide(item: Item, at: datetime, statuses: Mapping[str, Status], *, degraded: bool) -> Decision:
    named = {name.replace("_", "-"): status for name, status in statuses.items()}
    return Decision(
        id=f"{item.job}-{item.number}",
        created_at=at,
        article=_build(item.article),
        assignments=tuple(_assign(category, status) for category, status in named.items()),
        judge=JudgeName(kind="local", model="m", degraded=degraded),
        taxonomy_version="sha256:t",
        prompt_version="sha256:p",
        rules_version="1",
        usage=Usage(),
        cached=False,
        warnings=(),
        took_ms=1,
    )


def _assign(category: str, status: Status) -> Assignment:
    return Assignment.model_validate(
        {
            "category": category,
            "title": TITLES.get(category, category.title()),
            "kind": KINDS.get(category, "tags"),
            "status": status,
            "decided_by": "judge",
            "score": 0.9,
            "rationale": "Because.",
        }
    )


def _build(key: str) -> Article:
    return build_article(f"What {key} says.", title=key)
