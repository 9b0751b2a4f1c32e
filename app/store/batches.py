"""Owns keeping batches: the questions of a job that wait for a provider's batch, and the batches they went in."""

from collections.abc import Collection, Iterable, Sequence
from typing import Any, Literal

from pydantic import AwareDatetime, NonNegativeInt
from sqlalchemy import Connection, bindparam, delete, func, insert, select, update

from app.domain.value import Value
from app.store.tables.batches import batch as batches
from app.store.tables.batches import batch_line as lines
from app.store.upserting import insert_or

BatchState = Literal["made", "uploaded", "creating", "sent", "ended"]
"""made: its lines are chosen. uploaded: its file is at the provider. creating: it may be there too.
sent: it is, under `provider_id`. ended: nothing of it is outstanding."""
LineState = Literal["waiting", "sent", "answered", "stale", "failed"]
"""waiting: for a batch. sent: in one. answered: `reply` holds what came. failed: given up, `reason` says why.
stale: what it asks has to be put differently."""

CHUNK = 400
"""Values per statement: SQLite bounds how many one may carry."""
_OPEN = ("made", "uploaded", "creating", "sent")
_BRIEF = tuple(column for column in lines.c if column is not lines.c.body)


class Batch(Value):
    """A batch as we keep it, from before it is made. `reason` says how far it is, or how it ended."""

    id: str
    job: str
    state: BatchState
    provider_id: str | None = None
    input_file: str | None = None
    lines: NonNegativeInt
    tokens: NonNegativeInt
    tries: NonNegativeInt = 0
    reason: str = ""
    at: AwareDatetime


class Line(Value):
    """One question of a job. `body` is "" where it was not asked for, or is not needed any more.

    `tokens` are those of the question, `attempt` the id of the attempt that is under way or was last.
    """

    job: str
    id: str
    batch: str | None
    state: LineState
    body: str = ""
    tokens: NonNegativeInt
    attempt: str | None
    reply: str | None
    tries: NonNegativeInt
    reason: str


class Sendable(Value):
    """A line that waits: its question's tokens, and its bytes in a file."""

    id: str
    tokens: NonNegativeInt
    size: NonNegativeInt


class Settled(Value):
    """What became of a line that was sent: its next state, and whether that counts as a try."""

    id: str
    state: LineState
    reply: str | None = None
    reason: str = ""
    counts: bool = True


def keep_line(c: Connection, job: str, id: str, body: str, tokens: int) -> None:  # noqa: A002 - the word for it
    """Have a question wait for a batch; one that is kept already stays as it is, unless it is stale."""
    new = {"state": "waiting", "batch": None, "body": body, "tokens": tokens, "reason": ""}
    put = insert_or(c, lines).values(job=job, id=id, attempt=None, reply=None, tries=0, **new)
    c.execute(put.on_conflict_do_update(index_elements=["job", "id"], set_=new, where=lines.c.state == "stale"))


def find_line(c: Connection, job: str, id: str) -> Line | None:  # noqa: A002 - the word for it
    """A question of a job, without its body."""
    row = c.execute(select(*_BRIEF).where(*_where(job, id))).one_or_none()
    return None if row is None else Line(**row._mapping)  # noqa: SLF001 - the public way to a row's columns by name


def find_lines(c: Connection, job: str, ids: Sequence[str]) -> dict[str, Line]:
    """Those of these lines that the job has, by id, with their bodies."""
    found: dict[str, Line] = {}
    for start in range(0, len(ids), CHUNK):
        query = select(lines).where(lines.c.job == job, lines.c.id.in_(ids[start : start + CHUNK]))
        found |= {row.id: Line(**row._mapping) for row in c.execute(query)}  # noqa: SLF001 - see above
    return found


def count_lines(c: Connection, job: str) -> dict[LineState, int]:
    """How many of a job's lines are in each state; states without lines are left out."""
    query = select(lines.c.state, func.count().label("number")).where(lines.c.job == job).group_by(lines.c.state)
    return {row.state: row.number for row in c.execute(query)}


def list_sendable(c: Connection, job: str, *, after: str = "", limit: int = 1_000) -> list[Sendable]:
    """A job's waiting lines in the order of their ids, from behind `after`."""
    size = func.length(lines.c.body) + 1
    query = select(lines.c.id, lines.c.tokens, size.label("size")).where(
        lines.c.job == job, lines.c.state == "waiting", lines.c.id > after
    )
    rows = c.execute(query.order_by(lines.c.id).limit(limit)).all()
    return [Sendable(id=row.id, tokens=row.tokens, size=row.size) for row in rows]


def list_sent(c: Connection, batch: Batch, *, after: str = "", limit: int = CHUNK) -> list[Line]:
    """The lines that are outstanding in a batch, in the order of their ids, with their bodies."""
    query = select(lines).where(
        lines.c.job == batch.job, lines.c.batch == batch.id, lines.c.state == "sent", lines.c.id > after
    )
    rows = c.execute(query.order_by(lines.c.id).limit(limit)).all()
    return [Line(**row._mapping) for row in rows]  # noqa: SLF001 - see above


def make_batch(c: Connection, batch: Batch, line_ids: Sequence[str]) -> None:
    """Keep a new batch with these lines, each of which waits until now."""
    c.execute(insert(batches).values(**batch.model_dump()))
    choose = (
        update(lines)
        .where(lines.c.job == batch.job, lines.c.id == bindparam("of_id"), lines.c.state == "waiting")
        .values(state="sent", batch=batch.id, attempt=bindparam("by_attempt"))
    )
    for chunk in _cut(line_ids):
        c.execute(choose, [{"of_id": id_, "by_attempt": name_attempt(batch.id, id_)} for id_ in chunk])


def name_attempt(batch_id: str, line_id: str) -> str:
    """The id of the attempt that a line makes in a batch: the same whenever it is asked for."""
    return f"{batch_id}-{line_id[:24]}"


def change_batch(c: Connection, id: str, **changed: object) -> None:  # noqa: A002 - the word for it
    """Keep what is new about a batch."""
    c.execute(update(batches).where(batches.c.id == id).values(**changed))


def drop_batch(c: Connection, id: str) -> None:  # noqa: A002 - the word for it
    """Forget a batch that was never sent and has no lines any more."""
    c.execute(delete(batches).where(batches.c.id == id))


def keep_double(c: Connection, double: Batch) -> bool:
    """Keep a batch that turned out to lie at the provider as well; False where it is kept already."""
    put = insert_or(c, batches).values(**double.model_dump()).on_conflict_do_nothing().returning(batches.c.id)
    return c.execute(put).scalar_one_or_none() is not None


def list_batches(c: Connection, job: str, *, only_open: bool = False) -> list[Batch]:
    """A job's batches, oldest first."""
    query = select(batches).where(batches.c.job == job)
    if only_open:
        query = query.where(batches.c.state.in_(_OPEN))
    rows = c.execute(query.order_by(batches.c.at, batches.c.id)).all()
    return [Batch(**row._mapping) for row in rows]  # noqa: SLF001 - see above


def list_unfinished(c: Connection) -> list[str]:
    """The jobs that have batches outstanding, whatever state they are in."""
    return list(c.execute(select(batches.c.job).where(batches.c.state.in_(_OPEN)).distinct()).scalars())


def settle_lines(c: Connection, batch: Batch, settled: Iterable[Settled]) -> None:
    """Keep what became of lines that are outstanding in a batch; of any other nothing changes."""
    for line in settled:
        values: dict[str, Any] = {"state": line.state, "reply": line.reply, "reason": line.reason, "batch": None}
        if line.counts:
            values["tries"] = lines.c.tries + 1
        if line.state in {"answered", "failed", "stale"}:
            values["body"] = ""
        mine = (*_where(batch.job, line.id), lines.c.batch == batch.id, lines.c.state == "sent")
        c.execute(update(lines).where(*mine).values(**values))


def drop_lines(c: Connection, job: str, *, states: Collection[LineState]) -> None:
    """Forget a job's lines in these states: who asks the same again starts anew."""
    c.execute(delete(lines).where(lines.c.job == job, lines.c.state.in_(states)))


def _where(job: str, line_id: str) -> tuple[Any, Any]:
    return lines.c.job == job, lines.c.id == line_id


def _cut(ids: Sequence[str]) -> Iterable[Sequence[str]]:
    return (ids[start : start + CHUNK] for start in range(0, len(ids), CHUNK))
