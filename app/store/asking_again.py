"""Owns keeping which articles a stand-in decided, until the judge that they were meant for has."""

from datetime import datetime

from sqlalchemy import Connection, case, delete, func, select, update

from app.domain.value import Value
from app.store.storable import make_storable
from app.store.tables.decisions import asking_again as queue
from app.store.upserting import insert_or


class Due(Value):
    """An article that is to be asked about again: since when, how often it was, and when next; whose budget pays."""

    article: str
    digest: str
    tries: int
    reason: str
    since: datetime
    due: datetime
    payer: str | None = None


def queue_again(c: Connection, key: str, digest: str, reason: str, now: datetime, *, payer: str | None = None) -> None:
    """Have an article asked about again as soon as possible, at the expense of whoever asked last.

    One that is queued with the same text keeps its turn and its tries, unless somebody else pays for
    it now; another text starts anew. `payer` as in `app.domain.errand.Payer.reference`, None: nobody
    in particular.
    """
    row = {
        "article": make_storable(key),
        "digest": digest,
        "tries": 0,
        "reason": make_storable(reason),
        "since": now,
        "due": now,
        "payer": payer,
    }
    statement = insert_or(c, queue)
    new = statement.excluded
    is_same = (queue.c.digest == new.digest) & queue.c.payer.is_not_distinct_from(new.payer)
    starts = {name: case((is_same, queue.c[name]), else_=new[name]) for name in ("tries", "since", "due")}
    changes = {**starts, "digest": new.digest, "reason": new.reason, "payer": new.payer}
    c.execute(statement.on_conflict_do_update(index_elements=[queue.c.article], set_=changes), row)


def list_due(c: Connection, now: datetime, limit: int, *, to_take: bool = False) -> list[Due]:
    """The articles whose turn has come, those that wait longest for it first.

    `to_take`: without those that another transaction is taking, which it holds until its end.
    """
    query = select(queue).where(queue.c.due <= now).order_by(queue.c.due, queue.c.article).limit(limit)
    if to_take:
        query = query.with_for_update(skip_locked=True)
    return [Due(**row) for row in c.execute(query).mappings()]


def put_off(c: Connection, key: str, due: datetime, *, was_sent: bool) -> None:
    """Give an article another turn; `was_sent` counts a try."""
    changes = {"due": due, "tries": queue.c.tries + int(was_sent)}
    c.execute(update(queue).where(queue.c.article == make_storable(key)).values(changes))


def put_off_payer(c: Connection, payer: str, due: datetime) -> None:
    """Have all that somebody pays for wait at least until then; it counts as no try."""
    c.execute(update(queue).where(queue.c.payer == payer, queue.c.due < due).values(due=due))


def hand_over(c: Connection, payer: str, to: str) -> None:
    """Have somebody else pay for all that somebody was to pay for."""
    c.execute(update(queue).where(queue.c.payer == payer).values(payer=to))


def drop_again(c: Connection, key: str, digest: str | None = None, *, since: datetime | None = None) -> bool:
    """Take an article off the queue; `digest`, `since`: only if it waits with that text, since then.

    Whether it was in it.
    """
    statement = delete(queue).where(queue.c.article == make_storable(key))
    if digest is not None:
        statement = statement.where(queue.c.digest == digest)
    return c.execute(statement if since is None else statement.where(queue.c.since == since)).rowcount > 0


def count_again(c: Connection) -> int:
    """How many articles wait to be asked about again."""
    return c.execute(select(func.count()).select_from(queue)).scalar_one()
