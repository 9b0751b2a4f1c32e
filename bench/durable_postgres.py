"""Owns a PostgreSQL server that waits for its disk, as one in service does."""

from collections.abc import Iterator
from contextlib import contextmanager

import psycopg

from tests.servers.postgres import serve_postgres

LEFT_TO_DEFAULT = ("fsync", "full_page_writes", "synchronous_commit")
"""What the tests' server does without."""


@contextmanager
def serve_durably() -> Iterator[str]:
    """The URL of its own database; others are made on it. Ask `find_obstacle` first whether it can run here."""
    with serve_postgres() as server:
        with psycopg.connect(server.get_uri(), autocommit=True) as connection:
            for setting in LEFT_TO_DEFAULT:
                connection.execute(f"ALTER SYSTEM RESET {setting}".encode())
            connection.execute("SELECT pg_reload_conf()")
        yield server.get_uri()
