"""Owns an article's history: its texts, decisions, words and tags, in the order of time."""

import json
from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import Field
from sqlalchemy import Connection, Row, select

from app.domain.feedback import Word
from app.domain.provenance import TagEvent
from app.domain.value import CategoryId, Value
from app.domain.verdict import JudgeName
from app.errors import NotKept
from app.store.documents import reading
from app.store.storable import make_storable
from app.store.tables.articles import article as articles
from app.store.tables.articles import article_text as texts
from app.store.tables.articles import article_version as versions
from app.store.tables.decisions import decision as decisions
from app.store.tables.decisions import stood
from app.store.tables.decisions import tag_event as tag_events
from app.store.tables.decisions import word as words
from app.store.tag_events import read_event
from app.store.words import read_word

MOST = 500
"""Entries of one kind that are shown, the latest."""


class Version(Value):
    """The article came in with this text, title and address."""

    kind: Literal["version"] = "version"
    at: datetime
    digest: str
    title: str
    url: str | None
    words: int


class Decided(Value):
    """Scopenote decided. `stood` are the moments from which on the decision stood, `stands` whether it does now."""

    kind: Literal["decision"] = "decision"
    at: datetime
    id: str
    digest: str
    judge: JudgeName
    tags: tuple[CategoryId, ...]
    taxonomy_version: str
    job: str | None
    stood: tuple[datetime, ...]
    stands: bool


class Said(Value):
    """An editor had a word."""

    kind: Literal["word"] = "word"
    at: datetime
    word: Word


class Tagged(Value):
    """A tag came or went."""

    kind: Literal["tag"] = "tag"
    at: datetime
    event: TagEvent


Entry = Annotated[Version | Decided | Said | Tagged, Field(discriminator="kind")]
_RANK = {"version": 0, "decision": 1, "word": 2, "tag": 3}
"""Of what happened at the same moment, what led to the other comes first."""


class History(Value):
    """All that is known about an article, oldest first. `complete`: nothing older was left out."""

    article: str
    digest: str
    title: str
    url: str | None
    entries: tuple[Entry, ...]
    complete: bool


def load_history(c: Connection, key: str, *, most: int = MOST) -> History:
    """The history of an article: of each kind of entry the latest `most`.

    Raises:
        NotKept: there is no such article.
    """
    key = make_storable(key)
    article = c.execute(select(articles).where(articles.c.key == key)).one_or_none()
    if article is None:
        raise NotKept(f"There is no article {key!r} in the store. Its id is the one that it was submitted with.")
    lists: tuple[list[Entry], ...] = (
        _list_versions(c, key, most + 1),
        _list_decisions(c, key, article.decision, most + 1),
        _list_words(c, key, most + 1),
        _list_tags(c, key, most + 1),
    )
    entries = [entry for latest in lists for entry in latest[:most][::-1]]
    return History(
        article=key,
        digest=article.digest,
        title=article.title,
        url=article.url,
        entries=tuple(sorted(entries, key=lambda entry: (entry.at, _RANK[entry.kind]))),
        complete=all(len(latest) <= most for latest in lists),
    )


def _list_versions(c: Connection, key: str, limit: int) -> list[Entry]:
    """The latest first, like the other lists."""
    query = select(versions.c.at, versions.c.digest, versions.c.title, versions.c.url, texts.c.words)
    query = query.join(texts, texts.c.digest == versions.c.digest).where(versions.c.article == key)
    rows = c.execute(query.order_by(versions.c.seq.desc()).limit(limit)).mappings()
    return [Version(**row) for row in rows]


def _list_decisions(c: Connection, key: str, standing: int | None, limit: int) -> list[Entry]:
    query = select(decisions).where(decisions.c.article == key).order_by(decisions.c.seq.desc()).limit(limit)
    rows = c.execute(query).all()
    since = _find_stood(c, key, [row.seq for row in rows])
    return [_read_decision(row, since[row.seq], stands=row.seq == standing) for row in rows]


def _find_stood(c: Connection, key: str, numbers: list[int]) -> dict[int, list[datetime]]:
    found: dict[int, list[datetime]] = {number: [] for number in numbers}
    query = select(stood.c.decision, stood.c.at).where(stood.c.article == key, stood.c.decision.in_(numbers))
    for number, at in c.execute(query.order_by(stood.c.seq)):
        found[number].append(at)
    return found


def _read_decision(row: Row[Any], since: list[datetime], *, stands: bool) -> Decided:
    with reading(f"classification {row.id!r}"):
        document = json.loads(row.document)
        return Decided(
            at=row.created_at,
            id=row.id,
            digest=row.digest,
            judge=JudgeName.model_validate(document["judge"]),
            tags=tuple(one["category"] for one in document["assignments"] if one["status"] == "assigned"),
            taxonomy_version=row.taxonomy_version,
            job=row.job,
            stood=tuple(since),
            stands=stands,
        )


def _list_words(c: Connection, key: str, limit: int) -> list[Entry]:
    query = select(words).where(words.c.article == key).order_by(words.c.seq.desc()).limit(limit)
    said = (read_word(row) for row in c.execute(query).mappings())
    return [Said(at=word.at, word=word) for word in said]


def _list_tags(c: Connection, key: str, limit: int) -> list[Entry]:
    query = select(tag_events).where(tag_events.c.article == key).order_by(tag_events.c.seq.desc()).limit(limit)
    events = (read_event(row) for row in c.execute(query).mappings())
    return [Tagged(at=event.at, event=event) for event in events]
