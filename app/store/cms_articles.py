"""Owns keeping what is known of a CMS's articles: the newest event, and the text that was decided about."""

from datetime import datetime

from pydantic import AwareDatetime
from sqlalchemy import Connection, delete, or_, select, update

from app.domain.value import Value
from app.store.storable import make_storable
from app.store.tables.doors import cms_article as cms_articles
from app.store.upserting import insert_or


class CmsArticle(Value):
    """An article of a CMS, by the key that it is kept under.

    `newest_at`: when the newest event came about that was taken up, None while there was none.
    `digest`: the text of the decision that was settled last, None before there is one. `cms_id`
    and `locale` are the CMS's own names for it, None where it was kept before they were noted.
    """

    article: str
    source: str
    newest_at: AwareDatetime | None = None
    digest: str | None = None
    cms_id: str | None = None
    locale: str | None = None


def find_cms_article(c: Connection, key: str) -> CmsArticle | None:
    """What is known of an article; None where no event of it was taken up."""
    row = c.execute(select(cms_articles).where(cms_articles.c.article == make_storable(key))).mappings().one_or_none()
    return None if row is None else CmsArticle(**row)


def take_up(
    c: Connection, key: str, source: str, at: datetime, *, cms_id: str | None = None, locale: str | None = None
) -> bool:
    """Note the newest event of an article; False, and nothing noted, where a newer one is known.

    `cms_id` and `locale` are what the CMS calls it; without an id its names stay as they are.
    The article's row is held until this transaction ends, so that of two workers the one with
    the older event sees that it is.
    """
    rows = cms_articles.c
    named = {} if cms_id is None else {"cms_id": make_storable(cms_id), "locale": locale and make_storable(locale)}
    insert = insert_or(c, cms_articles).values(article=make_storable(key), source=source, newest_at=at, **named)
    taking = insert.on_conflict_do_update(
        index_elements=[rows.article],
        set_={"newest_at": at, **named},
        where=or_(rows.newest_at.is_(None), rows.newest_at <= at),
    )
    return c.execute(taking.returning(rows.article)).first() is not None


def note_digest(c: Connection, key: str, digest: str) -> None:
    """Note the text that was decided about."""
    c.execute(update(cms_articles).where(cms_articles.c.article == make_storable(key)).values(digest=digest))


def drop_cms_articles(c: Connection, source: str) -> int:
    """Forget what is known of a source's articles, and how far its list was gone through; how many those were."""
    return c.execute(delete(cms_articles).where(cms_articles.c.source == source)).rowcount


def find_listed(c: Connection, source: str) -> datetime | None:
    """Up to when the source's own list of articles was gone through; None where it never was."""
    known = find_cms_article(c, _name_listing(source))
    return known.newest_at if known else None


def note_listed(c: Connection, source: str, until: datetime) -> None:
    """Note up to when the source's own list of articles was gone through; never an earlier moment than is known."""
    take_up(c, _name_listing(source), source, until)


def _name_listing(source: str) -> str:
    """The key of no article: those of a source have its name, a colon and an id that is not empty."""
    return f"{source}:"
