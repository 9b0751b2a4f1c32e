"""Owns keeping sources and their secrets."""

from datetime import datetime

from pydantic import SecretStr
from sqlalchemy import Connection, RowMapping, delete, insert, or_, select

from app.domain.source import Secret, Source, Use
from app.errors import NotKept
from app.store.callbacks import stop_callbacks
from app.store.cms_articles import drop_cms_articles
from app.store.documents import reading, write_document
from app.store.storable import make_storable
from app.store.tables.doors import secret as secrets
from app.store.tables.doors import source as sources
from app.store.upserting import insert_or


def keep_source(c: Connection, source: Source) -> None:
    """Keep a source; one of the same name is replaced, and its secrets stay."""
    row = {"name": source.name, "document": write_document(source)}
    statement = insert_or(c, sources).values(row)
    c.execute(statement.on_conflict_do_update(index_elements=[sources.c.name], set_=row))


def find_source(c: Connection, name: str) -> Source | None:
    """The source of that name, which may be anything that somebody made up."""
    row = c.execute(select(sources).where(sources.c.name == make_storable(name))).mappings().one_or_none()
    return None if row is None else _read_source(row)


def load_source(c: Connection, name: str) -> Source:
    """The source of that name.

    Raises:
        NotKept: there is none.
    """
    source = find_source(c, name)
    if source is None:
        raise NotKept(f"There is no source {name!r}. `scopenote sources list` shows those that there are.")
    return source


def list_sources(c: Connection) -> list[Source]:
    """All sources by name."""
    return [_read_source(row) for row in c.execute(select(sources).order_by(sources.c.name)).mappings()]


def drop_source(c: Connection, name: str) -> None:
    """Forget a source, its secrets and what was known of its articles in the CMS; what waits is told no more.

    What came of its deliveries stays for its time, and so do decisions and tags.

    Raises:
        NotKept: there is no such source.
    """
    load_source(c, name)
    c.execute(delete(secrets).where(secrets.c.source == name))
    drop_cms_articles(c, name)
    stop_callbacks(c, name, "The source was removed.")
    c.execute(delete(sources).where(sources.c.name == name))


def keep_secret(c: Connection, secret: Secret) -> None:
    """Keep a secret; one of the same id is replaced.

    Raises:
        NotKept: there is no such source.
    """
    load_source(c, secret.source)
    row = secret.model_dump() | {"value": secret.value.get_secret_value()}
    c.execute(delete(secrets).where(secrets.c.id == secret.id))
    c.execute(insert(secrets), row)


def list_secrets(c: Connection, source: str, use: Use, now: datetime) -> list[Secret]:
    """The secrets that count now of a source, whose name may be anything that somebody made up; the newest first."""
    lasts = or_(secrets.c.until.is_(None), secrets.c.until > now)
    which = (secrets.c.source == make_storable(source), secrets.c.use == use, lasts)
    rows = c.execute(select(secrets).where(*which).order_by(secrets.c.added_at.desc(), secrets.c.id))
    return [_read_secret(row) for row in rows.mappings()]


def drop_secret(c: Connection, id: str) -> None:  # noqa: A002 - the word for it
    """Forget a secret; nothing happens where there is none."""
    c.execute(delete(secrets).where(secrets.c.id == id))


def _read_source(row: RowMapping) -> Source:
    with reading(f"the source {row['name']!r}"):
        return Source.model_validate_json(row["document"])


def _read_secret(row: RowMapping) -> Secret:
    with reading(f"a secret of the source {row['source']!r}"):
        return Secret(**{**row, "value": SecretStr(row["value"])})
