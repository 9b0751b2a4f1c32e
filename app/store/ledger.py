"""Owns the ledger in the store: attempts at model servers and their sums, shared by every process."""

import asyncio
import logging
from collections.abc import Callable
from datetime import datetime

from sqlalchemy import Connection, bindparam, delete, func, insert, or_, select, update

from app.domain.attempt import Allow, Attempt, Spent, Sums, add_spent, count_attempt, tell_day
from app.errors import BadSetting, BudgetSpent, ModelUnavailable, StoreUnavailable
from app.store.database import Database, Work
from app.store.gathering import Gathering
from app.store.tables.spending import attempt as attempts
from app.store.tables.spending import spent as sums

_LOG = logging.getLogger(__name__)
_NO_JOB = ""
_NO_DAY = ""
"""A payer's account has its day in its name, and what it pays for counts in the sums of the day already."""
_LOCK = 0x5C09_E407
"""Any number that nothing else in the database locks."""
_TAKE_LOCK = select(func.pg_advisory_xact_lock(_LOCK))

_SUMMED = ("calls", "tokens", "cost_usd", "unpriced")
# Built once: an attempt passes here twice, and what is built anew takes longer than SQLite does.
_FIND_SUMS = select(sums).where(
    or_(
        sums.c.day == bindparam("on_day"),
        sums.c.job == bindparam("for_job"),
        sums.c.job == bindparam("for_payer"),
    )
)
_MOVE_SUMS = (
    update(sums)
    .where(sums.c.day == bindparam("on_day"), sums.c.job == bindparam("for_job"))
    .values({name: sums.c[name] + bindparam(f"more_{name}") for name in _SUMMED})
)
_BEGIN_SUMS = insert(sums)
_FIND_ATTEMPT = select(attempts.c.status, attempts.c.document).where(attempts.c.id == bindparam("of_id"))
_KEEP_ATTEMPT = insert(attempts)
_CLOSE_ATTEMPT = (
    update(attempts)
    .where(attempts.c.id == bindparam("of_id"))
    .values(status=bindparam("to_status"), document=bindparam("to_document"))
)
_DROP_ATTEMPT = delete(attempts).where(attempts.c.id == bindparam("of_id"))


class SQLLedger:
    """A ledger in the store's database; see `app.llm.spending.ledger.Ledger`.

    A process that is killed leaves its attempts open, at their estimates.
    """

    def __init__(self, database: Database, now: Callable[[], datetime]) -> None:
        self._database = database
        self._gathering = Gathering(database, first=_lock)
        self._now = now

    async def open(self, attempt: Attempt, allow: Allow) -> None:
        """See `Ledger.open`."""
        try:
            refusal = await self._gathering.write(lambda c: _open(c, attempt, allow))
        except (StoreUnavailable, BadSetting) as error:
            raise ModelUnavailable(
                f"nothing is sent to the model, because it cannot be written down: {error}"
            ) from error
        except asyncio.CancelledError:
            # It may be written down by now, and is not going to be sent.
            await self._settle(attempt.id, lambda c: _forget(c, attempt))
            raise
        if refusal is not None:
            raise refusal

    async def close(self, attempt: Attempt) -> None:
        """See `Ledger.close`."""
        await self._settle(attempt.id, lambda c: _close(c, attempt))

    async def sum_day(self) -> Spent:
        """See `Ledger.sum_day`."""
        return (await self._read_sums(tell_day(self._now()), None)).day

    async def sum_account(self, account: str) -> Spent:
        """See `Ledger.sum_account`."""
        return (await self._read_sums(None, account)).job

    async def _settle(self, attempt_id: str, work: Work[None]) -> None:
        try:
            await self._gathering.write(work)
        except (StoreUnavailable, BadSetting) as error:
            _LOG.warning("attempt %s stays open in the ledger, at its estimate: %s", attempt_id, error)

    async def _read_sums(self, day: str | None, account: str | None) -> Sums:
        try:
            return await self._database.read(lambda c: _find_sums(c, day, account))
        except (StoreUnavailable, BadSetting) as error:
            raise ModelUnavailable(
                f"nothing is sent to the model, because what is spent cannot be looked up: {error}"
            ) from error


def _open(c: Connection, attempt: Attempt, allow: Allow) -> BudgetSpent | None:
    """What `allow` refuses it with, None where it is open now."""
    if c.execute(_FIND_ATTEMPT, {"of_id": attempt.id}).first() is not None:
        return None
    try:
        allow(_find_sums(c, attempt.day, attempt.job, attempt.account))
    except BudgetSpent as refusal:
        return refusal
    row = {"id": attempt.id, "at": attempt.at, "job": attempt.job, "status": attempt.status}
    c.execute(_KEEP_ATTEMPT, {**row, "document": attempt.model_dump_json()})
    _move_sums(c, attempt, count_attempt(attempt), Spent())
    return None


def _close(c: Connection, attempt: Attempt) -> None:
    opened = _find_open(c, attempt.id)
    if opened is None:
        return
    attempt = attempt.model_copy(update={"key": opened.key, "source": opened.source})
    closed = {"of_id": attempt.id, "to_status": attempt.status, "to_document": attempt.model_dump_json()}
    c.execute(_CLOSE_ATTEMPT, closed)
    _move_sums(c, opened, count_attempt(attempt), count_attempt(opened))


def _forget(c: Connection, attempt: Attempt) -> None:
    """Take back an attempt that was opened and never sent."""
    opened = _find_open(c, attempt.id)
    if opened is not None:
        c.execute(_DROP_ATTEMPT, {"of_id": attempt.id})
        _move_sums(c, opened, Spent(), count_attempt(opened))


def _lock(c: Connection) -> None:
    """Let nobody else look at the sums and add to them meanwhile, whatever process they are in.

    SQLite has let in one writer only before it comes to this. Whoever only closes attempts takes
    the lock too: two who took their locks in different orders would wait for each other.
    """
    if c.dialect.name == "postgresql":
        c.execute(_TAKE_LOCK)


def _find_open(c: Connection, attempt_id: str) -> Attempt | None:
    """The attempt as it was opened; None where it is not open."""
    row = c.execute(_FIND_ATTEMPT, {"of_id": attempt_id}).first()
    return Attempt.model_validate_json(row.document) if row is not None and row.status == "sent" else None


def _find_sums(c: Connection, day: str | None, job: str | None, payer: str | None = None) -> Sums:
    """What a day's, a job's and a payer's attempts took; nothing for None. A payer goes by the name of its account."""
    of_day = of_job = of_payer = Spent()
    for row in c.execute(_FIND_SUMS, {"on_day": day, "for_job": job or None, "for_payer": payer or None}):
        took = Spent(calls=row.calls, tokens=row.tokens, cost_usd=row.cost_usd, unpriced=row.unpriced)
        of_day = add_spent(of_day, took) if row.day == day else of_day
        of_job = add_spent(of_job, took) if row.job == job else of_job
        of_payer = add_spent(of_payer, took) if row.job == payer else of_payer
    return Sums(day=of_day, job=of_job, payer=of_payer)


def _move_sums(c: Connection, attempt: Attempt, took: Spent, instead_of: Spent) -> None:
    """Count what an attempt took, no more what it was counted as."""
    more = {f"more_{name}": getattr(took, name) - getattr(instead_of, name) for name in _SUMMED}
    rows = [(attempt.day, attempt.job or _NO_JOB), *([(_NO_DAY, attempt.account)] if attempt.account else [])]
    for day, account in rows:
        if c.execute(_MOVE_SUMS, {"on_day": day, "for_job": account, **more}).rowcount == 0:
            c.execute(_BEGIN_SUMS, {"day": day, "job": account, **took.model_dump()})
