"""Owns finding the job that is at work on the same sources already, so that none is made beside it."""

from collections.abc import Sequence
from pathlib import PurePath
from typing import Final

from app.domain.job import Job, Recipe, Tally
from app.domain.value import Value
from app.errors import BadInput
from app.jobs.planning.sources import STORED
from app.store.connection import Connection
from app.store.items import count_items
from app.store.jobs import list_unfinished

_DIFFERS: Final = {
    "sources": "other sources",
    "selection": "another selection",
    "taxonomy_version": "other definitions",
    "judge": "another judge",
    "basis": "another model, other prompts, settings or rules",
    "write": "other fields to write",
    "put_back": "another word on tags that were taken out",
    "batch_api": "another way to ask",
    "max_tries": "another number of tries",
}
"""What makes an order another one; what may be spent on it does not."""
_IN_BASIS: Final = frozenset({"taxonomy_version", "judge"})
"""What changes the basis with it: where that is the same, "auto" has found the judge that the other names."""


class Unfinished(Value):
    """A job that has not come to its end, on sources that are asked for again.

    `differs` says in what the order is another than the job's, nothing where it is the same.
    """

    job: Job
    tally: Tally
    differs: tuple[str, ...]

    def tell(self) -> str:
        """That there is such a job, and how far it has come."""
        done = f"{self.tally.total - self.tally.waiting:,} of {self.tally.total:,} done"
        return f"Job {self.job.id} on these sources is unfinished ({done})"

    def refuse(self) -> BadInput:
        """Why no job is made beside it, and the two ways out."""
        other = f", and was made with {' and '.join(self.differs)}" if self.differs else ""
        ways = f"`scopenote jobs resume {self.job.id}` goes on with it, `scopenote jobs cancel {self.job.id}` ends it"
        return BadInput(f"{self.tell()}{other}. {ways}; then ask again for what is left.")


def find_unfinished(c: Connection, recipe: Recipe) -> Unfinished | None:
    """The newest such job: the one by this very recipe before any other that shares some of its files."""
    near = [job for job in list_unfinished(c) if may_share_articles(job.recipe.sources, recipe.sources)]
    found = [(job, _compare(job.recipe, recipe)) for job in near]
    job, differs = min(found, key=lambda pair: bool(pair[1]), default=(None, ()))
    return Unfinished(job=job, tally=count_items(c, job.id), differs=differs) if job else None


def may_share_articles(some: Sequence[str], others: Sequence[str]) -> bool:
    """Whether sources lie in one another. What came with an order over HTTP is in no other's."""
    return any(_lie_together(one, other) for one in some for other in others)


def _lie_together(one: str, other: str) -> bool:
    if STORED in {one, other}:
        return one == other
    first, second = PurePath(one), PurePath(other)
    return first.is_absolute() and (first.is_relative_to(second) or second.is_relative_to(first))


def _compare(recipe: Recipe, other: Recipe) -> tuple[str, ...]:
    differing = [name for name in _DIFFERS if getattr(recipe, name) != getattr(other, name)]
    if "basis" not in differing:
        told = [name for name in differing if name != "judge"]
    elif _IN_BASIS.isdisjoint(differing):
        told = differing
    else:
        told = [name for name in differing if name != "basis"]
    return tuple(_DIFFERS[name] for name in told)
