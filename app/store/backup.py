"""Owns copies of a store: whole and consistent, while others go on writing."""

import os
import sqlite3
import tempfile
from contextlib import closing
from pathlib import Path
from urllib.parse import quote

from app.errors import BadFile, BadSetting
from app.store.address import SETTING, read_address, tell_address
from app.store.failures import telling

PATIENCE_S = 30.0


def backup_database(url: str, target: Path) -> None:
    """Copy a store in SQLite to `target`, replacing what is there; others may go on writing.

    Raises:
        BadSetting: the store is on a server, which has a tool of its own.
        BadFile: `target` cannot be written.
        StoreUnavailable: the store cannot be read, or the disk is full; `target` is as it was.
    """
    address = read_address(url)
    if address.get_backend_name() != "sqlite":
        raise BadSetting(
            f"{SETTING} means {tell_address(address)}. PostgreSQL has its own tool for backups: run "
            f"pg_dump --format=custom --file=store.dump {tell_address(address)!r}"
        )
    source = Path(address.database or "")
    if not source.is_file():
        raise BadFile(source, "there is no store", f"See that {SETTING} names the one you mean.")
    if target.exists() and target.samefile(source):
        raise BadFile(target, "this is the store itself", "Name another file.")
    copy_file(source, target)


def copy_file(source: Path, target: Path) -> None:
    """Copy a SQLite file as one moment saw it; `target` is there whole, or as it was before.

    Raises:
        BadFile: `target` cannot be written.
        StoreUnavailable: the source cannot be read, or the disk is full.
    """
    try:
        handle, name = tempfile.mkstemp(dir=target.parent, prefix=f".{target.name}.")
    except OSError as error:
        raise BadFile(target, f"cannot be written ({error.strerror})", "Name a file in a folder that can.") from error
    os.close(handle)
    part = Path(name)
    try:
        with telling(f"{source} (being copied to {target})"):
            _copy(source, part)
        _settle(part)
        part.replace(target)
    except OSError as error:
        raise BadFile(target, f"cannot be written ({error.strerror})", "Name a file in a folder that can.") from error
    finally:
        part.unlink(missing_ok=True)


def _copy(source: Path, part: Path) -> None:
    reading = sqlite3.connect(f"file:{quote(str(source))}?mode=rw", uri=True, timeout=PATIENCE_S)
    with closing(reading), closing(sqlite3.connect(part)) as writing:
        # All pages in one step: a writer in between would have it begin again.
        reading.backup(writing, pages=-1)


def _settle(part: Path) -> None:
    """Have the disk hold it before it takes the place of an earlier copy."""
    handle = os.open(part, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
