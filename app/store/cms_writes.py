"""Owns keeping what was written to CMSs, is about to be, or was only suggested."""

import json
from datetime import datetime
from typing import Any, Literal

from pydantic import AwareDatetime
from sqlalchemy import Connection, Row, insert, select, update

from app.domain.value import Value
from app.store.documents import reading
from app.store.storable import make_storable
from app.store.tables.doors import cms_write as cms_writes

CmsWriteState = Literal[
    "begun", "written", "drafted", "suggested", "held", "differs", "failed", "undoing", "undone", "left"
]
"""begun: the CMS may have it. written: it has. drafted: it has it in a draft. suggested: nothing is to be written.
held: an editor's draft is in the way. differs: the CMS answered with something else. failed: the CMS has it not.
undoing: it may have what was there before. undone: it has that. left: it could not be undone."""

_OPEN = ("begun", "drafted", "undoing")


class CmsWrite(Value):
    """The tags of one article, field by field, before a write and after it.

    `seq` is given by the store, 0 before that. `reason` says what is worth knowing, "" otherwise.
    """

    seq: int = 0
    source: str
    article: str
    delivery: str | None
    decision: str
    at: AwareDatetime
    state: CmsWriteState
    before: dict[str, tuple[str, ...]]
    after: dict[str, tuple[str, ...]]
    reason: str = ""


def keep_write(c: Connection, write: CmsWrite) -> int:
    """Keep a new one; its number."""
    row = write.model_dump(exclude={"seq"}) | {
        "article": make_storable(write.article),
        "before": _write_tags(write.before),
        "after": _write_tags(write.after),
        "reason": make_storable(write.reason),
    }
    return int(c.execute(insert(cms_writes).values(row).returning(cms_writes.c.seq)).scalar_one())


def settle_write(c: Connection, seq: int, state: CmsWriteState, reason: str, now: datetime) -> None:
    """Keep what became of one."""
    changed = {"state": state, "reason": make_storable(reason), "at": now}
    c.execute(update(cms_writes).where(cms_writes.c.seq == seq).values(changed))


def find_last_write(c: Connection, key: str) -> CmsWrite | None:
    """The last one about an article."""
    query = select(cms_writes).where(cms_writes.c.article == make_storable(key))
    row = c.execute(query.order_by(cms_writes.c.seq.desc()).limit(1)).one_or_none()
    return None if row is None else _read_write(row)


def list_open_writes(c: Connection, key: str) -> list[CmsWrite]:
    """Those about an article of which it is not known whether readers' version has them, oldest first."""
    query = select(cms_writes).where(cms_writes.c.article == make_storable(key), cms_writes.c.state.in_(_OPEN))
    return [_read_write(row) for row in c.execute(query.order_by(cms_writes.c.seq))]


def list_undone_writes(c: Connection, key: str, since: datetime) -> list[CmsWrite]:
    """Those about an article that were undone since a moment."""
    undone = (cms_writes.c.state == "undone", cms_writes.c.at >= since)
    query = select(cms_writes).where(cms_writes.c.article == make_storable(key), *undone)
    return [_read_write(row) for row in c.execute(query.order_by(cms_writes.c.seq))]


def list_writes(
    c: Connection,
    source: str,
    *,
    delivery: str | None = None,
    since: datetime | None = None,
    before: int | None = None,
    limit: int = 500,
) -> list[CmsWrite]:
    """A source's, the last ones first: of one delivery, since a moment, with a smaller number than `before`."""
    query = select(cms_writes).where(cms_writes.c.source == source).order_by(cms_writes.c.seq.desc()).limit(limit)
    if delivery is not None:
        query = query.where(cms_writes.c.delivery == delivery)
    if since is not None:
        query = query.where(cms_writes.c.at >= since)
    if before is not None:
        query = query.where(cms_writes.c.seq < before)
    return [_read_write(row) for row in c.execute(query)]


def _write_tags(tags: dict[str, tuple[str, ...]]) -> str:
    return make_storable(json.dumps(tags, ensure_ascii=False))


def _read_write(row: Row[Any]) -> CmsWrite:
    values = dict(row._mapping)  # noqa: SLF001 - the public way to a row's columns by name
    with reading(f"the write {row.seq} to a CMS"):
        return CmsWrite(**{**values, "before": json.loads(row.before), "after": json.loads(row.after)})
