"""Owns when what came and went through the doors is forgotten, a bounded number of rows at a time."""

from datetime import datetime, timedelta
from typing import Final

from app.jobs.deliveries.pace import DeliveryPace
from app.store.database import Database
from app.store.forgetting import Ages, forget

_AT_ONCE: Final = 500
"""Rows of a table in one transaction, for which others wait."""


async def forget_old(database: Database, pace: DeliveryPace, now: datetime) -> int:
    """Forget all that is older than the pace keeps it; how many rows those were.

    Raises:
        StoreUnavailable: the store is away; what was forgotten is.
    """
    ages = Ages(
        done=now - timedelta(seconds=pace.kept_s),
        given_up=now - timedelta(seconds=pace.given_up_kept_s),
        written=now - timedelta(seconds=pace.writes_kept_s),
    )
    forgotten = 0
    while dropped := await database.write(lambda c: forget(c, ages, limit=_AT_ONCE)):
        forgotten += dropped
    return forgotten
