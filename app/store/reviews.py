"""Owns finding what waits for a person."""

import json
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Select, and_, func, or_, select

from app.domain.decision import ReviewReason
from app.domain.value import CategoryId, Value
from app.errors import BadInput
from app.store.documents import reading
from app.store.storable import make_storable
from app.store.tables.articles import article as articles
from app.store.tables.decisions import assignment as assignments
from app.store.tables.decisions import decision as decisions
from app.store.tables.decisions import stood
from app.store.tables.decisions import word as words

_MAX_PLACE = 2**63 - 1


class Waiting(Value):
    """A category of an article that a person has to look at, `since` its decision stands.

    `title` is the category's. `token` is what `list_reviews` goes on behind.
    """

    article: str
    article_title: str
    decision: str
    category: CategoryId
    title: str
    score: float
    reasons: tuple[ReviewReason, ...]
    since: datetime
    token: str


def list_reviews(c: Connection, *, after: str = "", limit: int = 50) -> list[Waiting]:
    """What waits for a person, longest first, from behind the one with the token `after`.

    Only decisions that stand are looked at, and no category about which a person has had a word.

    Raises:
        BadInput: `after` is no token.
    """
    newest = select(func.max(stood.c.seq)).where(stood.c.article == articles.c.key).correlate(articles)
    query = _narrow(select(*_COLUMNS)).join(
        stood, and_(stood.c.article == articles.c.key, stood.c.seq == newest.scalar_subquery())
    )
    if after:
        place, category = _read_token(after)
        further = and_(stood.c.seq == place, assignments.c.category > category)
        query = query.where(or_(stood.c.seq > place, further))
    rows = c.execute(query.order_by(stood.c.seq, assignments.c.category).limit(limit)).mappings().all()
    titles = {row["decision"]: row["document"] for row in rows}
    read = {decision: _read_titles(decision, document) for decision, document in titles.items()}
    return [
        Waiting(
            **{name: row[name] for name in _SHOWN},
            title=read[row["decision"]].get(row["category"], row["category"]),
            reasons=tuple(json.loads(row["reasons"])),
            token=f"{row['place']}:{row['category']}",
        )
        for row in rows
    ]


def count_reviews(c: Connection) -> int:
    """How many categories of articles wait for a person."""
    return int(c.execute(_narrow(select(func.count()))).scalar_one())


_COLUMNS = (
    articles.c.key.label("article"),
    articles.c.title.label("article_title"),
    decisions.c.id.label("decision"),
    assignments.c.category,
    assignments.c.score,
    assignments.c.reasons,
    decisions.c.document,
    stood.c.seq.label("place"),
    stood.c.at.label("since"),
)
_SHOWN = ("article", "article_title", "decision", "category", "score", "since")


def _narrow(query: Select[Any]) -> Select[Any]:
    """The assignments in review of the decisions that stand, without those that a person has settled."""
    settled = select(words.c.seq).where(words.c.article == articles.c.key, words.c.category == assignments.c.category)
    return (
        query.select_from(assignments)
        .join(decisions, decisions.c.seq == assignments.c.decision)
        .join(articles, and_(articles.c.key == decisions.c.article, articles.c.decision == decisions.c.seq))
        .where(assignments.c.status == "review", ~settled.exists())
    )


def _read_titles(decision: str, document: str) -> dict[str, str]:
    """The titles of categories by id, as they were when it was decided."""
    with reading(f"classification {decision!r}"):
        return {one["category"]: one["title"] for one in json.loads(document)["assignments"]}


def _read_token(token: str) -> tuple[int, str]:
    place, colon, category = token.partition(":")
    if not (colon and place.isascii() and place.isdigit() and len(place) <= 19 and int(place) <= _MAX_PLACE):
        raise BadInput(f"{token[:60]!r} is no place in the list of what waits. Begin without `after`.")
    return int(place), make_storable(category)
