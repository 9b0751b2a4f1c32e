"""Owns forgetting what came and went through the doors, once nobody will ask for it."""

from datetime import datetime
from typing import Final

from sqlalchemy import ColumnElement, Connection, Table, and_, delete, exists, or_, select

from app.domain.value import Value
from app.store.tables.doors import callback as callbacks
from app.store.tables.doors import cms_article as cms_articles
from app.store.tables.doors import cms_write as cms_writes
from app.store.tables.doors import delivery as deliveries

_PAST: Final = ("written", "suggested", "held", "differs", "failed", "left")
"""The states of writes that nothing goes by any more but undoing. What was undone is not to come back."""


class Ages(Value):
    """Before which moment what is forgotten came about.

    `done`: deliveries whose articles have their outcome, and callbacks that were taken. `given_up`:
    what was parked or given up. `written`: what was written to CMSs.
    """

    done: datetime
    given_up: datetime
    written: datetime


def forget(c: Connection, ages: Ages, *, limit: int) -> int:
    """Forget up to `limit` rows of each table; how many those were, 0 where nothing is left to be forgotten.

    Repetitions of deliveries that are forgotten are taken in anew. Of the writes to an article that
    its source still has, the last one stays, as do those whose end is not known.
    """
    came, made = deliveries.c.received_at, callbacks.c.created_at
    given_up = callbacks.c.state.in_(("dead", "stopped"))
    return (
        _drop(c, deliveries, deliveries.c.id, and_(deliveries.c.state == "done", came < ages.done), limit)
        + _drop(c, deliveries, deliveries.c.id, and_(deliveries.c.state == "parked", came < ages.given_up), limit)
        + _drop(c, callbacks, callbacks.c.id, and_(callbacks.c.state == "done", made < ages.done), limit)
        + _drop(c, callbacks, callbacks.c.id, and_(given_up, made < ages.given_up), limit)
        + _drop(c, cms_writes, cms_writes.c.seq, _is_past(ages.written), limit)
    )


def _is_past(before: datetime) -> ColumnElement[bool]:
    later = cms_writes.alias("later")
    has_later = exists().where(later.c.article == cms_writes.c.article, later.c.seq > cms_writes.c.seq)
    is_of_source = exists().where(cms_articles.c.article == cms_writes.c.article)
    return and_(cms_writes.c.state.in_(_PAST), cms_writes.c.at < before, or_(has_later, ~is_of_source))


def _drop(c: Connection, table: Table, id_: ColumnElement[object], which: ColumnElement[bool], limit: int) -> int:
    old = c.execute(select(id_).where(which).limit(limit)).scalars().all()
    return c.execute(delete(table).where(id_.in_(old))).rowcount if old else 0
