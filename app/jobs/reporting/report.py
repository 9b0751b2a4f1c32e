"""Owns the report of a job: what became of each item, told from what the store has."""

from collections.abc import AsyncGenerator, Sequence
from functools import partial

from app.domain.job import Fields, Item, ItemState, Job
from app.domain.telling import tell_count
from app.domain.value import CategoryId, Value
from app.domain.verdict import Usage
from app.errors import NotKept
from app.jobs.files.merging import Former, list_held_back
from app.store.connection import Connection
from app.store.database import Database
from app.store.items import list_items
from app.store.jobs import load_job
from app.store.surveying import Outcome, OutcomeAssignment, find_outcomes, find_titles
from app.store.tag_events import find_tags_of
from app.store.taxonomies import load_taxonomy
from app.store.words import find_words_of

PAGE = 200
"""Items told at a time."""


class ExcludedLine(Value):
    """A category that an exclusion keeps away: `rule` is its id, `text` its words. "" where no rule stands."""

    category: CategoryId
    rule: str
    text: str
    reason: str


class ReviewLine(Value):
    """A category that a person has to look at, and why."""

    category: CategoryId
    reasons: tuple[str, ...]


class ReportLine(Value):
    """What became of one item.

    `tags` are assigned since, best first; `gained` and `lost` compare with what was assigned
    before. `decision` is the id of the decision that was made, None where there is none yet.
    `held_back` are assigned and not in the file, since they were taken out of it.
    """

    number: int
    article: str
    title: str
    path: str | None
    state: ItemState
    reason: str
    tries: int
    decision: str | None
    tags: tuple[CategoryId, ...]
    gained: tuple[CategoryId, ...]
    lost: tuple[CategoryId, ...]
    held_back: tuple[CategoryId, ...]
    excluded: tuple[ExcludedLine, ...]
    review: tuple[ReviewLine, ...]
    usage: Usage

    @property
    def tells_something(self) -> bool:
        """Whether there is more to say than that all is as it was."""
        return bool(self.gained or self.lost or self.held_back or self.review or self.state == "parked")


def tell_held_back(count: int) -> str:
    """That so many tags were not written though they are assigned, and why."""
    were, files = ("it was", "its file") if count == 1 else ("they were", "the files")
    taken = f"{were} taken out of {files} since {were} written (by hand, or by restoring the files)"
    return f"{tell_count(count, 'tag')} held back: {taken}"


async def list_lines(database: Database, job_id: str, state: ItemState | None = None) -> AsyncGenerator[ReportLine]:
    """What became of a job's items (in that state, None: all), by number; a few hundred are in memory at a time.

    Raises:
        NotKept: there is no such job.
        StoreUnavailable: the store cannot be read.
    """
    job = await database.read(lambda c: load_job(c, job_id))
    former = await database.read(lambda c: _find_former(c, job))
    after = -1
    while lines := await database.read(partial(_load_page, job=job, former=former, state=state, after=after)):
        after = lines[-1].number
        for line in lines:
            yield line


def _find_former(c: Connection, job: Job) -> Former:
    """The ids that categories had before, where it matters."""
    if job.recipe.write is None:
        return {}
    try:
        taxonomy = load_taxonomy(c, job.recipe.taxonomy_version)
    except NotKept:  # the report is worth having without it
        return {}
    return {category.id: category.aliases for category in taxonomy.categories}


def _load_page(c: Connection, job: Job, former: Former, state: ItemState | None, after: int) -> list[ReportLine]:
    items = list_items(c, job.id, state=state, after=after, limit=PAGE)
    decisions = [id_ for item in items for id_ in (item.before, item.after) if id_ is not None]
    outcomes = find_outcomes(c, decisions)
    titles = find_titles(c, [item.digest for item in items])
    held = _find_held_back(c, job, former, items, outcomes)
    return [_tell(item, titles.get(item.digest, ""), outcomes, held.get(item.number, ())) for item in items]


def _find_held_back(
    c: Connection, job: Job, former: Former, items: Sequence[Item], outcomes: dict[str, Outcome]
) -> dict[int, tuple[CategoryId, ...]]:
    """By the items' numbers: what is assigned and was taken out of the file, as it was when the job came to its end."""
    fields, until = job.recipe.write, job.finished_at
    looked_at = [item for item in items if item.path and item.after and item.state in {"decided", "unchanged"}]
    if fields is None or not looked_at:
        return {}
    keys = [item.article for item in looked_at]
    tags, words = find_tags_of(c, keys, until=until), find_words_of(c, keys)

    def find(item: Item, fields: Fields) -> tuple[CategoryId, ...]:
        known = {(field.casefold(), tag): event for (field, tag), event in tags[item.article].items()}
        said = [word for word in words[item.article] if until is None or word.at <= until]
        return tuple(list_held_back(_list(outcomes.get(item.after or "")), fields, known, words=said, former=former))

    return {item.number: find(item, fields) for item in looked_at}


def _tell(item: Item, title: str, outcomes: dict[str, Outcome], held_back: tuple[CategoryId, ...]) -> ReportLine:
    before, after = (outcomes.get(id_) if id_ else None for id_ in (item.before, item.after))
    had, has = _list_assigned(before), _list_assigned(after)
    return ReportLine(
        number=item.number,
        article=item.article,
        title=title,
        path=item.path,
        state=item.state,
        reason=item.reason,
        tries=item.tries,
        decision=item.after,
        tags=has,
        gained=tuple(id_ for id_ in has if id_ not in had),
        lost=tuple(id_ for id_ in had if id_ not in has) if after else (),
        held_back=held_back,
        excluded=tuple(_tell_excluded(one) for one in _list(after) if one.status == "excluded"),
        review=tuple(
            ReviewLine(category=one.category, reasons=one.review_reasons)
            for one in _list(after)
            if one.status == "review"
        ),
        usage=item.usage,
    )


def _list(outcome: Outcome | None) -> Sequence[OutcomeAssignment]:
    return outcome.assignments if outcome else ()


def _list_assigned(outcome: Outcome | None) -> tuple[CategoryId, ...]:
    return tuple(one.category for one in _list(outcome) if one.status == "assigned")


def _tell_excluded(assignment: OutcomeAssignment) -> ExcludedLine:
    """The rule that stands; a category may also be kept away by another one, which its rationale tells."""
    rule = next((rule for rule in assignment.exclusions if rule.finding == "triggered"), None)
    return ExcludedLine(
        category=assignment.category,
        rule=rule.id if rule else "",
        text=rule.text if rule else "",
        reason=rule.reason if rule else assignment.rationale,
    )
