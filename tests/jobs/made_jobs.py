"""Builds jobs that are kept without having been planned."""

from datetime import datetime

from app.domain.job import Fields, Item, Job, JobPlan, JobState, Recipe
from app.store.connection import Connection
from app.store.database import Database
from app.store.items import keep_items
from app.store.jobs import keep_job
from tests.store.kept_values import NOON

PLAN = JobPlan(
    articles=3,
    unchanged=1,
    free=0,
    asked=2,
    pairs=4,
    by_category={"cup": 2, "league": 2},
    calls=2,
    input_tokens=200,
    cached_tokens=0,
    output_tokens=20,
    cost_usd=1.0,
    most_usd=2.0,
    prices_as_of="2026-11-01",
    exact=True,
    may_gain=4,
    may_lose=0,
)


def make_job(
    id_: str,
    *,
    at: datetime = NOON,
    state: JobState = "running",
    write: Fields | None = None,
    notes: tuple[str, ...] = (),
) -> Job:
    """A job about three articles."""
    return Job(
        id=id_,
        created_at=at,
        finished_at=None,
        state=state,
        reason="",
        recipe=Recipe(sources=("/content",), taxonomy_version="sha256:t", judge="local", basis="basis", write=write),
        plan=PLAN.model_copy(update={"notes": notes}),
    )


def keep_made(database: Database, job: Job, *items: Item) -> None:
    """Keep a job with its items."""

    def work(c: Connection) -> None:
        keep_job(c, job)
        keep_items(c, items)

    database.write_now(work)
