"""Owns keeping articles: what they say now, every text that they have had, and what files were read as which."""

import json
from collections.abc import Sequence
from datetime import datetime

from pydantic import TypeAdapter
from sqlalchemy import Connection, bindparam, insert, select, update
from sqlalchemy.engine import RowMapping

from app.domain.article import Article, Removed, Sentence
from app.domain.value import Value
from app.errors import NotKept
from app.store.documents import reading, write_document
from app.store.parts import split
from app.store.storable import make_storable
from app.store.tables.articles import article as articles
from app.store.tables.articles import article_text as texts
from app.store.tables.articles import article_version as versions
from app.store.tables.articles import reading as readings
from app.store.tables.decisions import decision as decisions
from app.store.upserting import insert_or

_SENTENCES = TypeAdapter(tuple[Sentence, ...])

# Built once: every item of a job loads its article, and what is built anew takes longer than SQLite does.
_FIND_PRESENT = select(articles.c.url, texts).join(texts).where(articles.c.key == bindparam("of_key"))
_FIND_FORMER = (
    select(versions.c.url, texts)
    .join(texts, texts.c.digest == versions.c.digest)
    .where(versions.c.article == bindparam("of_key"), versions.c.digest == bindparam("of_digest"))
    .order_by(versions.c.seq.desc())
    .limit(1)
)


class StoredArticle(Value):
    """An article as the archive lists it. `decision` and `fingerprint` are of the decision that stands."""

    key: str
    digest: str
    title: str
    url: str | None
    changed_at: datetime
    decision: str | None
    fingerprint: str | None


class Reading(Value):
    """What a file's bytes were read as. `raw` is a digest over the parser's version, the file's form and its bytes."""

    raw: str
    digest: str
    article_id: str | None
    url: str | None


def keep_article(c: Connection, article: Article, key: str, now: datetime) -> None:
    """Keep what an article says now; what it said before, and what was decided about that, stays kept."""
    key, said = make_storable(key), _describe(article)
    _keep_text(c, article, now)
    new = {"key": key, **said, "first_seen": now, "changed_at": now}
    arriving = insert_or(c, articles).on_conflict_do_nothing().returning(articles.c.key)
    if c.execute(arriving, new).first() is None:
        # Locked, so that of two who bring the same change one sees that it is there.
        query = select(articles.c.digest, articles.c.title, articles.c.url).where(articles.c.key == key)
        before = dict(c.execute(query.with_for_update()).mappings().one())
        if before == said:
            return
        when = {} if before["digest"] == article.digest else {"changed_at": now}
        c.execute(update(articles).where(articles.c.key == key).values(**said, **when))
    c.execute(insert(versions), {"article": key, **said, "at": now})


def load_article(c: Connection, key: str, digest: str | None = None) -> Article:
    """An article as it is now, or as it was when its text had that digest.

    Its sentences, and what was removed from it, are those of whoever submitted the text first;
    the way back to what was submitted (`runs`) is not kept.

    Raises:
        NotKept: there is no such article, or it never had that text.
    """
    key = make_storable(key)
    query, which = (_FIND_PRESENT, {}) if digest is None else (_FIND_FORMER, {"of_digest": digest})
    row = c.execute(query, {"of_key": key, **which}).mappings().one_or_none()
    if row is None:
        raise NotKept(_say_missing(key, digest))
    with reading(f"article {key!r}"):
        removed, warnings = Removed.model_validate_json(row["removed"]), tuple(json.loads(row["warnings"]))
    id_ = None if key == row["digest"] else key
    return compose_article(row, id_=id_, url=row["url"], removed=removed, warnings=warnings)


def list_articles(c: Connection, *, after: str = "", limit: int = 500) -> list[StoredArticle]:
    """Articles in the order of their keys, from behind `after`."""
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
        .where(articles.c.key > make_storable(after))
        .order_by(articles.c.key)
        .limit(limit)
    )
    return [StoredArticle(**row) for row in c.execute(query).mappings()]


def keep_reading(c: Connection, raw: str, digest: str, article_id: str | None, url: str | None) -> None:
    """Keep what a file's bytes were read as; the same bytes are always read as the same."""
    row = {"raw": raw, "digest": digest, "article_id": article_id, "url": url}
    c.execute(insert_or(c, readings).on_conflict_do_nothing(), row)


def find_readings(c: Connection, raws: Sequence[str]) -> dict[str, Reading]:
    """The readings of these bytes, as far as their texts are kept as well."""
    found = {}
    for part in split(raws):
        query = select(readings).join(texts, texts.c.digest == readings.c.digest).where(readings.c.raw.in_(part))
        found.update({row["raw"]: Reading(**row) for row in c.execute(query).mappings()})
    return found


def compose_article(
    text: RowMapping, *, id_: str | None, url: str | None, removed: Removed, warnings: tuple[str, ...]
) -> Article:
    """An article of a row of `article_text` and what is kept elsewhere.

    Raises:
        StoreUnavailable: the row is damaged.
    """
    with reading(f"text {text['digest']!r}"):
        return Article(
            id=id_,
            title=text["title"],
            url=url,
            text=text["body"],
            digest=text["digest"],
            sentences=_read_sentences(text["sentences"]),
            runs=(),
            removed=removed,
            warnings=warnings,
        )


def _keep_text(c: Connection, article: Article, now: datetime) -> None:
    if c.execute(select(texts.c.digest).where(texts.c.digest == article.digest)).first():
        return
    row = {
        "digest": article.digest,
        "title": make_storable(article.title),
        "body": article.text,
        "sentences": json.dumps([[s.start, s.end, s.paragraph, int(s.heading)] for s in article.sentences]),
        "words": article.words,
        "removed": write_document(article.removed),
        "warnings": json.dumps([make_storable(warning) for warning in article.warnings]),
        "kept_at": now,
    }
    c.execute(insert_or(c, texts).on_conflict_do_nothing(), row)


def _describe(article: Article) -> dict[str, str | None]:
    url = None if article.url is None else make_storable(article.url)
    return {"digest": article.digest, "title": make_storable(article.title), "url": url}


def _read_sentences(document: str) -> tuple[Sentence, ...]:
    rows = enumerate(json.loads(document), start=1)
    return _SENTENCES.validate_python(
        [
            {"number": number, "start": start, "end": end, "paragraph": paragraph, "heading": heading}
            for number, (start, end, paragraph, heading) in rows
        ]
    )


def _say_missing(key: str, digest: str | None) -> str:
    if digest is None:
        return f"There is no article {key!r} in the store. Classify it first, or look its id up in the list."
    return f"The article {key!r} is not kept with the text {digest!r}."
