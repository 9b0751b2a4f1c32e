"""Owns opening the store: its file made, its tables brought forward, its engines handed to a `Database`."""

import logging
import os
import sqlite3
import tempfile
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import sqlalchemy as sa

from app.errors import BadSetting, StoreUnavailable
from app.store.address import SETTING, read_address, tell_address
from app.store.backup import copy_file
from app.store.database import Database
from app.store.engines import make_engines, make_migrating_engine
from app.store.failures import telling
from app.store.revision import HEAD, find_revision

_LOG = logging.getLogger(__name__)

PATIENCE_S = 30.0
"""How long a write waits for another process's."""


def open_database(url: str, *, patience_s: float = PATIENCE_S, makes_folder: bool = False) -> Database:
    """The store at a URL, made where it is not there yet and brought forward where it is older.

    `patience_s` is how long a write waits for one of another process. `makes_folder`: a file's
    folder is made too, for a path that nobody typed. That a store is made is logged as a warning,
    since whoever mistyped a path would miss what is kept elsewhere.

    Raises:
        BadSetting: the URL means no database that can be used, or a file in a folder that is not there.
        StoreUnavailable: it cannot be reached, or a newer version wrote it.
    """
    address = read_address(url)
    is_file = address.get_backend_name() == "sqlite"
    if is_file:
        _make_file(Path(address.database or ""), makes_folder=makes_folder)
    writer, reader = make_engines(address, patience_s=patience_s)
    try:
        with telling(tell_address(address)):
            with reader.connect() as connection:
                revision = find_revision(connection)
            if revision != HEAD:
                _bring_forward(address, patience_s)
            if revision is None:
                _LOG.warning("A new, empty store was made at %s", tell_address(address))
            if is_file:
                # A file that was not ours to make gets its mode now, while nobody reads.
                writer.connect().close()
        guard = _watch_file(Path(address.database or "")) if is_file else _watch_nothing
    except BaseException:
        writer.dispose()
        reader.dispose()
        raise
    return Database(writer, reader, guard=guard)


def _make_file(path: Path, *, makes_folder: bool) -> None:
    """What is kept is for the user that runs Scopenote, and nobody else on the machine."""
    try:
        if not makes_folder and not path.parent.exists():
            raise BadSetting(
                f"{SETTING} means {path}, and there is no folder {path.parent}. Make the folder, or mend the path."
            )
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        if not path.exists():
            _make_empty(path)
    except OSError as error:
        raise StoreUnavailable(
            f"The store {path} cannot be made ({error.strerror}). Let the user that runs Scopenote write its folder, "
            f"or name another file by {SETTING}."
        ) from error
    if not path.is_file():
        raise BadSetting(f"{SETTING} means {path}, which is not a file. Name a file in it: {path / 'store.db'}")


def _make_empty(path: Path) -> None:
    """Two processes that begin at once would be in each other's way while one changes the file's mode.

    So the file is set up under another name, and there for all in one moment.
    """
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    os.close(handle)
    part = Path(name)
    try:
        with telling(str(path)), closing(sqlite3.connect(part)) as connection:
            connection.execute("PRAGMA journal_mode=WAL").close()
        path.hardlink_to(part)
    except FileExistsError:
        return  # another process was faster
    except OSError:
        part.rename(path)  # a file system without links
    finally:
        part.unlink(missing_ok=True)


def _bring_forward(address: sa.URL, patience_s: float) -> None:
    from app.store.migrating import migrate  # noqa: PLC0415 - Alembic costs every command time, and is hardly ever needed

    def keep_copy(revision: str) -> None:
        if address.get_backend_name() == "sqlite":
            path = Path(address.database or "")
            copy_file(path, path.with_name(f"{path.name}.before-{revision}"))

    engine = make_migrating_engine(address, patience_s=patience_s)
    try:
        migrate(engine, tell_address(address), keep_copy)
    finally:
        engine.dispose()


def _watch_file(path: Path) -> Callable[[], None]:
    """A check that the file is still the one that was opened: SQLite goes on writing to a file that was deleted."""
    opened = path.stat()

    def check() -> None:
        try:
            found = path.stat()
        except OSError as error:
            raise StoreUnavailable(
                f"The store {path} is gone ({error.strerror}). Once the file is back there, all goes on by itself. "
                "If it never comes back: stop Scopenote, restore a backup and start it again."
            ) from error
        if (found.st_dev, found.st_ino) != (opened.st_dev, opened.st_ino):
            raise StoreUnavailable(f"The store {path} was replaced by another file. Stop Scopenote and start it again.")

    return check


def _watch_nothing() -> None:
    """A server's files are its own to watch."""
