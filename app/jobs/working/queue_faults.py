"""Owns what a failure of the queues' database is told as."""

from collections.abc import Iterator
from contextlib import contextmanager

import sqlalchemy as sa
from dbos import error

from app.errors import StoreUnavailable


@contextmanager
def telling() -> Iterator[None]:
    """Tell it in words that can be acted on.

    Raises:
        StoreUnavailable: that database cannot be used now.
    """
    try:
        yield
    except (sa.exc.SQLAlchemyError, error.DBOSException, OSError) as fault:
        said = str(getattr(fault, "orig", None) or fault).strip().partition("\n")[0]
        raise StoreUnavailable(
            f"The queues of jobs cannot be used: {said}. What is running goes on by itself once their database is back."
        ) from fault
