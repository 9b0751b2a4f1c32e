"""Owns looking at many articles at once, without their texts: what jobs select by, and report."""

from collections.abc import Sequence

from pydantic import ConfigDict
from sqlalchemy import ColumnElement, Connection, and_, func, select, tuple_

from app.domain.category import Kind
from app.domain.decision import Finding, Status
from app.domain.job import Fields, Recipe
from app.domain.value import CategoryId, Value
from app.store.articles import StoredArticle
from app.store.documents import reading
from app.store.parts import split
from app.store.storable import make_storable
from app.store.tables.articles import article as articles
from app.store.tables.articles import article_text as texts
from app.store.tables.decisions import decision as decisions
from app.store.tables.jobs import file_write as writes
from app.store.tables.jobs import item as items
from app.store.tables.jobs import job as jobs


class Part(Value):
    """Some of the fields of a larger value."""

    model_config = ConfigDict(extra="ignore")


class OutcomeRule(Part):
    """What a decision says of one exclusion, as far as a report tells it."""

    id: str
    text: str
    finding: Finding
    reason: str


class OutcomeAssignment(Part):
    """What a decision says of one category, as far as a report tells it."""

    category: CategoryId
    title: str
    kind: Kind
    status: Status
    rationale: str
    review_reasons: tuple[str, ...]
    exclusions: tuple[OutcomeRule, ...]


class Outcome(Part):
    """A decision without its article: what is told about it in a list of many."""

    id: str
    assignments: tuple[OutcomeAssignment, ...]


def find_articles(c: Connection, keys: Sequence[str]) -> dict[str, StoredArticle]:
    """The articles of these keys, as far as there are any."""
    found = {}
    for part in split(make_storable(key) for key in keys):
        query = (
            select(
                articles.c.key,
                articles.c.digest,
                articles.c.title,
                articles.c.url,
                articles.c.changed_at,
                decisions.c.id.label("decision"),
                articles.c.fingerprint,
            )
            .outerjoin(decisions, decisions.c.seq == articles.c.decision)
            .where(articles.c.key.in_(part))
        )
        found.update({row["key"]: StoredArticle(**row) for row in c.execute(query).mappings()})
    return found


def find_parked(c: Connection, keys: Sequence[str]) -> set[str]:
    """Those of these articles that the last job which settled them had to park."""
    found: set[str] = set()
    for part in split(make_storable(key) for key in keys):
        query = select(items.c.article).where(_is_last_settled(part), items.c.state == "parked")
        found.update(c.execute(query).scalars())
    return found


def find_last_paths(c: Connection, keys: Sequence[str]) -> dict[str, str]:
    """The file that each of these articles was when a job last had it, as far as it was one."""
    found: dict[str, str] = {}
    for part in split(make_storable(key) for key in keys):
        query = select(items.c.article, items.c.path).where(items.c.article.in_(part), items.c.path.is_not(None))
        found.update({row.article: row.path for row in c.execute(query.order_by(items.c.at))})
    return found


class Looked(Value):
    """The last time that a job had a file in hand: by which decision, and what its bytes were then.

    `fields` are those that the job wrote; None where it left files alone, or was undone.
    """

    decision: str | None
    raw: str | None
    fields: Fields | None


def find_last_looks(c: Connection, keys: Sequence[str]) -> dict[str, Looked]:
    """What the last job which settled these articles did with their files, by key."""
    found = {}
    after = func.coalesce(writes.c.after, items.c.raw).label("raw")
    written = (writes.c.job == items.c.job) & (writes.c.number == items.c.number) & (writes.c.state == "written")
    columns = select(items.c.article, items.c.after, after, jobs.c.recipe, jobs.c.state)
    for part in split(make_storable(key) for key in keys):
        joined = columns.join(jobs, jobs.c.id == items.c.job).outerjoin(writes, written)
        for row in c.execute(joined.where(_is_last_settled(part), items.c.state.in_(("decided", "unchanged")))):
            fields = Recipe.model_validate_json(row.recipe).write if row.state != "undone" else None
            found[row.article] = Looked(decision=row.after, raw=row.raw, fields=fields)
    return found


def find_outcomes(c: Connection, ids: Sequence[str]) -> dict[str, Outcome]:
    """What these decisions say, by id, as far as they are kept.

    Raises:
        StoreUnavailable: one is damaged.
    """
    found = {}
    for part in split(ids):
        query = select(decisions.c.id, decisions.c.document).where(decisions.c.id.in_(part))
        for row in c.execute(query):
            with reading(f"classification {row.id!r}"):
                found[row.id] = Outcome.model_validate_json(row.document)
    return found


def find_titles(c: Connection, digests: Sequence[str]) -> dict[str, str]:
    """The titles of these texts."""
    found: dict[str, str] = {}
    for part in split(digests):
        rows = c.execute(select(texts.c.digest, texts.c.title).where(texts.c.digest.in_(part)))
        found.update({row.digest: row.title for row in rows})
    return found


def _is_last_settled(keys: list[str]) -> ColumnElement[bool]:
    """Whether an item is the one of its article, among these, that was settled last."""
    about = items.c.article.in_(keys)
    last = select(items.c.article, func.max(items.c.at)).where(about, items.c.state != "waiting")
    return and_(about, tuple_(items.c.article, items.c.at).in_(last.group_by(items.c.article)))
