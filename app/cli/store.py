"""Owns the store as commands open it: the one that the settings name, closed behind them."""

from collections.abc import Iterator
from contextlib import contextmanager

from app.settings import Settings
from app.store.database import Database
from app.store.opening import open_database


@contextmanager
def opening_store(settings: Settings) -> Iterator[Database]:
    """The store, while a command works with it.

    Raises:
        BadSetting: the settings name no database that can be used.
        StoreUnavailable: it cannot be reached.
    """
    from app.bootstrap.store_place import find_database_url

    database = open_database(find_database_url(settings), makes_folder=settings.database_url is None)
    try:
        yield database
    finally:
        database.close()
