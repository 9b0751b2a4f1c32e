"""Owns a job as the pages show it: its state in words, how far it has come, and what it has cost of what it may."""

from collections.abc import Mapping, Sequence
from typing import Final, Literal

from app.domain.job import Item, Job, JobState, Recipe, Selection, Tally
from app.domain.telling import tell_fields
from app.domain.value import Value
from app.jobs.planning.sources import STORED
from app.jobs.reporting.page import tell_usd

Verb = Literal["pause", "resume", "cancel", "retry", "undo"]

STATES: Final[Mapping[JobState, str]] = {
    "running": "Running",
    "paused": "Paused",
    "cancelled": "Cancelled",
    "done": "Done",
    "undone": "Undone",
}
NAMES: Final = {STORED: "what is stored", "sent:": "articles sent to the service"}
"""Sources that are no files, in words."""


class Failure(Value):
    """A parked item: its file or its article, how often it was tried, and why it is parked."""

    name: str
    tries: int
    reason: str


class JobView(Value):
    """A job with what can be done about it. `parked` are the first of its parked items."""

    job: Job
    tally: Tally
    has_worker: bool
    parked: tuple[Item, ...] = ()

    @property
    def done(self) -> int:
        """Items that wait no more."""
        return self.tally.total - self.tally.waiting

    @property
    def failures(self) -> tuple[Failure, ...]:
        """The parked items, as they are told; what is wrong with a file begins with its name already."""
        named = ((item.path or item.article, item) for item in self.parked)
        return tuple(Failure(name=n, tries=i.tries, reason=i.reason.removeprefix(f"{n}: ")) for n, i in named)

    @property
    def state(self) -> str:
        """The state in words."""
        return "Waiting for a worker" if self.waits_for_worker else STATES[self.job.state]

    @property
    def waits_for_worker(self) -> bool:
        """Whether it is to be worked on, and nobody is there who could."""
        return self.job.state == "running" and not self.has_worker

    @property
    def sources(self) -> str:
        """Where its articles come from."""
        return ", ".join(NAMES.get(source, source) for source in self.job.recipe.sources)

    @property
    def spent(self) -> str:
        """What it has cost so far, and what it may cost at most."""
        used, bound = self.tally.spent, find_bound(self.job)
        if not used.calls and not self.job.plan.calls:
            return "nothing to pay"
        spent = "not known" if used.calls and used.unpriced == used.calls else tell_usd(used.cost_usd)
        return f"{spent}, bound not known" if bound is None else f"{spent} of at most {tell_usd(bound)}"

    @property
    def verbs(self) -> Sequence[Verb]:
        """What may be done about it now; undoing again takes up what was left."""
        match self.job.state:
            case "running":
                return ("pause", "cancel")
            case "paused":
                return ("resume", "cancel", "undo")
            case "done" | "cancelled" | "undone":
                return ("undo",)

    @property
    def may_retry(self) -> bool:
        """Whether what is parked can be tried again."""
        return self.tally.parked > 0 and self.job.state in {"running", "paused", "done"}


def find_bound(job: Job) -> float | None:
    """The most that a job can cost: by its plan, or by its own cap where that is lower."""
    return min((usd for usd in (job.plan.most_usd, job.recipe.max_cost_usd) if usd is not None), default=None)


def tell_selection(selection: Selection) -> str:
    """Which articles of the sources were asked for, in words."""
    parts = []
    if selection.changed:
        parts.append("changed")
    if selection.failed:
        parts.append("failed or parked before")
    if selection.untagged:
        parts.append("without a category")
    if selection.categories:
        parts.append(f"in {' or '.join(selection.categories)}")
    if selection.since:
        parts.append(f"changed since {selection.since:%Y-%m-%d}")
    return ", and ".join(parts) or "all"


def tell_write(recipe: Recipe) -> str:
    """Whether tags are written back to the files, and to which of their fields."""
    return tell_fields(recipe.write) or "no" if recipe.write else "no"
