"""Owns a job that is planned and not made yet, and the making of it."""

from dataclasses import dataclass
from datetime import datetime
from types import TracebackType
from typing import Self

from app.domain.category import Taxonomy
from app.domain.job import Job, JobPlan, Recipe
from app.jobs.planning.drafting import Drafts
from app.jobs.planning.ordering import Order
from app.store.connection import Connection
from app.store.items import keep_items
from app.store.jobs import keep_job
from app.store.taxonomies import keep_taxonomy


@dataclass(frozen=True)
class Planned:
    """A plan with the articles that it is about. To be closed, or used in a `with`.

    `order` has its sources resolved. `taxonomy` holds the definitions that the plan goes by.
    """

    order: Order
    recipe: Recipe
    plan: JobPlan
    taxonomy: Taxonomy
    drafts: Drafts

    @property
    def needs_work(self) -> bool:
        """Whether there is anything to do."""
        return len(self.drafts) > 0

    def count_files(self) -> int:
        """How many files may be changed at most."""
        return sum(draft.path is not None for draft in self.drafts) if self.recipe.writes_files else 0

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Let go of the list of articles."""
        self.drafts.close()


def make_job(c: Connection, planned: Planned, job_id: str, now: datetime, *, payer: str | None = None) -> Job:
    """Keep a planned job with all of its items: it is there as a whole or not at all.

    One without items is done as soon as it is made. `payer` is whoever pays, as `Recipe.payer`.
    """
    job = Job(
        id=job_id,
        created_at=now,
        finished_at=None if planned.needs_work else now,
        state="running" if planned.needs_work else "done",
        reason="",
        recipe=planned.recipe.model_copy(update={"payer": payer}),
        plan=planned.plan,
    )
    keep_taxonomy(c, planned.taxonomy, now)
    keep_job(c, job)
    keep_items(c, (draft.to_item(job_id, number) for number, draft in enumerate(planned.drafts)))
    return job
