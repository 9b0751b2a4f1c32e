"""Backups: whole, of one moment, while others go on writing."""

import os
import shutil
import sqlite3
import threading
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest
import sqlalchemy as sa

from app.errors import BadFile, BadSetting, StoreUnavailable
from app.store.backup import backup_database
from app.store.database import Database
from app.store.opening import open_database
from app.store.tables.workers import lease


def _put_two(c: sa.Connection, number: int) -> None:
    c.execute(sa.insert(lease), [{"name": f"{number} {side}", "until": number} for side in ("left", "right")])


def _count(c: sa.Connection) -> int:
    return int(c.execute(sa.select(sa.func.count()).select_from(lease)).scalar_one())


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    """A store in a file, with two rows."""
    database = open_database(f"sqlite:///{tmp_path}/store.db")
    database.write_now(lambda c: _put_two(c, 0))
    yield database
    database.close()


def _count_at(path: Path) -> int:
    database = open_database(f"sqlite:///{path}")
    try:
        return database.read_now(_count)
    finally:
        database.close()


def test_a_backup_holds_what_was_kept_and_is_for_its_owner_alone(database: Database, tmp_path: Path) -> None:
    backup_database(database.url, tmp_path / "backup.db")
    assert _count_at(tmp_path / "backup.db") == 2
    assert (tmp_path / "backup.db").stat().st_mode & 0o777 == 0o600


def test_a_backup_in_the_midst_of_writing_is_of_one_moment(database: Database, tmp_path: Path) -> None:
    stop = threading.Event()

    def go_on_writing() -> None:
        number = 0
        while not stop.is_set():
            number += 1
            database.write_now(lambda c, number=number: _put_two(c, number))  # type: ignore[misc]

    writing = threading.Thread(target=go_on_writing)
    writing.start()
    try:
        for number in range(5):
            backup_database(database.url, tmp_path / f"backup-{number}.db")
            assert _count_at(tmp_path / f"backup-{number}.db") % 2 == 0
    finally:
        stop.set()
        writing.join()


def test_a_restored_backup_is_the_store_of_then(database: Database, tmp_path: Path) -> None:
    backup_database(database.url, tmp_path / "backup.db")
    database.write_now(lambda c: _put_two(c, 1))
    database.close()
    shutil.copyfile(tmp_path / "backup.db", tmp_path / "store.db")
    assert _count_at(tmp_path / "store.db") == 2


def test_an_earlier_backup_is_replaced_only_by_a_whole_one(database: Database, tmp_path: Path) -> None:
    target = tmp_path / "backup.db"
    backup_database(database.url, target)
    before = target.read_bytes()
    damaged = tmp_path / "damaged.db"
    damaged.write_bytes(before[:5000])
    with pytest.raises(StoreUnavailable, match="is damaged"):
        backup_database(f"sqlite:///{damaged}", target, replaces=True)
    assert target.read_bytes() == before
    database.write_now(lambda c: _put_two(c, 1))
    backup_database(database.url, target, replaces=True)
    assert _count_at(target) == 4
    assert sorted(path.name for path in tmp_path.iterdir() if path.name.startswith(".")) == []


@pytest.mark.parametrize(
    ("target", "words"),
    [
        pytest.param("missing/backup.db", "Name a file in a folder", id="folder that is not there"),
        pytest.param("store.db", "this is the store itself", id="the store itself"),
        pytest.param(".", "is a folder. Name a file in it", id="a folder"),
        pytest.param("n" * 300, "cannot be written .File name too long.", id="a name that is too long"),
    ],
)
@pytest.mark.parametrize("replaces", [False, True])
def test_a_target_that_cannot_be_written_is_told(
    database: Database, tmp_path: Path, target: str, words: str, *, replaces: bool
) -> None:
    with pytest.raises(BadFile, match=words):
        backup_database(database.url, tmp_path / target, replaces=replaces)
    assert database.read_now(_count) == 2


def _make_other_database(path: Path) -> None:
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("CREATE TABLE decision (id)").close()


_MAKE: dict[str, Callable[[Path], object]] = {
    "a text": lambda path: path.write_text("notes"),
    "nothing in it": lambda path: path.touch(),
    "a database of another program": _make_other_database,
    "a link to nowhere": lambda path: path.symlink_to("nowhere"),
}


@pytest.mark.parametrize("kind", _MAKE)
def test_a_file_that_is_no_copy_of_a_store_is_never_overwritten(database: Database, tmp_path: Path, kind: str) -> None:
    target = tmp_path / "notes"
    _MAKE[kind](target)
    before = (target.is_symlink(), target.exists() and target.read_bytes())
    with pytest.raises(BadFile, match=r"is there already\. Name another file, or say --force"):
        backup_database(database.url, target)
    with pytest.raises(BadFile, match=r"is no copy of a Scopenote store, and is not overwritten\. Name another file"):
        backup_database(database.url, target, replaces=True)
    assert (target.is_symlink(), target.exists() and target.read_bytes()) == before


def test_an_earlier_backup_is_not_replaced_unasked(database: Database, tmp_path: Path) -> None:
    backup_database(database.url, tmp_path / "backup.db")
    database.write_now(lambda c: _put_two(c, 1))
    with pytest.raises(BadFile, match="is there already"):
        backup_database(database.url, tmp_path / "backup.db")
    assert _count_at(tmp_path / "backup.db") == 2


def test_another_store_that_is_in_use_is_never_overwritten(database: Database, tmp_path: Path) -> None:
    other = open_database(f"sqlite:///{tmp_path}/other.db")
    try:
        other.write_now(lambda c: _put_two(c, 0))
        with pytest.raises(BadFile, match="is a store that is in use"):
            backup_database(database.url, tmp_path / "other.db", replaces=True)
        assert other.read_now(_count) == 2
    finally:
        other.close()


@pytest.mark.parametrize("links", [True, False], ids=["links", "a file system without links"])
def test_what_comes_to_be_there_while_the_store_is_copied_stays(
    database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, *, links: bool
) -> None:
    target, sync = tmp_path / "backup.db", os.fsync

    def come_between(handle: int) -> None:
        sync(handle)
        target.write_text("notes")

    def refuse(*_: object, **__: object) -> None:
        raise PermissionError(1, "Operation not permitted")

    monkeypatch.setattr(os, "fsync", come_between)
    if not links:
        monkeypatch.setattr(os, "link", refuse)
    with pytest.raises(BadFile, match="is there already"):
        backup_database(database.url, target)
    assert target.read_text() == "notes"
    assert [path.name for path in tmp_path.iterdir() if path.name.startswith(".")] == []


def test_a_file_system_without_links_takes_a_backup_as_well(
    database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise PermissionError(1, "Operation not permitted")

    monkeypatch.setattr(os, "link", refuse)
    backup_database(database.url, tmp_path / "backup.db")
    assert _count_at(tmp_path / "backup.db") == 2


def test_a_store_that_is_not_there_is_not_made(tmp_path: Path) -> None:
    with pytest.raises(BadFile, match="there is no store"):
        backup_database(f"sqlite:///{tmp_path}/store.db", tmp_path / "backup.db")
    assert list(tmp_path.iterdir()) == []


def test_a_server_is_backed_up_by_its_own_tool(tmp_path: Path) -> None:
    with pytest.raises(BadSetting, match="run pg_dump") as caught:
        backup_database("postgresql://scope:secret@host/x", tmp_path / "backup.db")
    assert "secret" not in str(caught.value)
