"""Owns copies of a store: whole and consistent, while others go on writing."""

import os
import sqlite3
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Final
from urllib.parse import quote

from app.errors import BadFile, BadSetting
from app.store.address import SETTING, read_address, tell_address
from app.store.failures import telling

PATIENCE_S = 30.0
_OURS: Final = frozenset({"alembic_version", "article_text", "decision", "stood"})
"""Tables by which a store is known, whatever version wrote it."""
_IN_USE: Final = ("-wal", "-shm")
"""What lies beside a file in SQLite while a process has it open, or died with it."""


def backup_database(url: str, target: Path, *, replaces: bool = False) -> None:
    """Copy a store in SQLite to `target`; others may go on writing. `replaces`: an earlier copy there may go.

    Raises:
        BadSetting: the store is on a server, which has a tool of its own.
        BadFile: `target` cannot be written, or is there already and may not be replaced.
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
    with _refusing(target):
        _check_target(source, target, replaces=replaces)
    copy_file(source, target, replaces=replaces)


def copy_file(source: Path, target: Path, *, replaces: bool = True) -> None:
    """Copy a SQLite file as one moment saw it; `target` is there whole, or as it was before.

    Raises:
        BadFile: `target` cannot be written, or has come to be there and may not be replaced.
        StoreUnavailable: the source cannot be read, or the disk is full.
    """
    with _refusing(target):
        handle, name = tempfile.mkstemp(dir=target.parent, prefix=f".{target.name}.")
    os.close(handle)
    part = Path(name)
    try:
        with _refusing(target):
            with telling(f"{source} (being copied to {target})"):
                _copy(source, part)
            _settle(part)
            if replaces:
                part.replace(target)
            else:
                _put_beside(part, target)
    finally:
        part.unlink(missing_ok=True)


def _check_target(source: Path, target: Path, *, replaces: bool) -> None:
    if not target.exists() and not target.is_symlink():
        return
    if target.is_dir():
        raise BadFile(target, "is a folder", "Name a file in it.")
    if target.exists() and target.samefile(source):
        raise BadFile(target, "this is the store itself", "Name another file.")
    if not replaces:
        raise _tell_taken(target)
    if any(target.with_name(f"{target.name}{end}").exists() for end in _IN_USE):
        raise BadFile(target, "is a store that is in use", "Name another file.")
    if not _is_store(target):
        raise BadFile(target, "is no copy of a Scopenote store, and is not overwritten", "Name another file.")


def _tell_taken(target: Path) -> BadFile:
    return BadFile(target, "is there already", "Name another file, or say --force to replace an earlier copy.")


def _is_store(path: Path) -> bool:
    """Whether a file is a store of Scopenote's; nothing is written beside it by this look."""
    try:
        with closing(sqlite3.connect(f"file:{quote(str(path))}?mode=ro&immutable=1", uri=True)) as reading:
            names = {name for (name,) in reading.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
    except sqlite3.Error:
        return False
    return names >= _OURS


def _put_beside(part: Path, target: Path) -> None:
    """Give the copy its name, unless something else has it by now."""
    try:
        target.hardlink_to(part)
    except FileExistsError as error:
        raise _tell_taken(target) from error
    except OSError:  # a file system without links
        if target.exists():
            raise _tell_taken(target) from None
        part.rename(target)


@contextmanager
def _refusing(target: Path) -> Iterator[None]:
    """What the system says of the file that is to be written."""
    try:
        yield
    except OSError as error:
        raise BadFile(target, f"cannot be written ({error.strerror})", "Name a file in a folder that can.") from error


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
