"""Owns a look behind the queues, for what only a worker would do to their tables."""

import sqlite3
from contextlib import closing
from pathlib import Path

from app.store.database import Database
from app.store.items import load_item, settle_item
from tests.jobs.fake_desk import NOON

LONG_AGO = 1_000


class Rows:
    def __init__(self, path: Path) -> None:
        self.path = path

    def change(self, statement: str, *arguments: object) -> None:
        with closing(sqlite3.connect(self.path)) as connection, connection:
            connection.execute(statement, arguments)

    def begin(self, workflow_id: str, executor_id: str) -> None:
        """As a worker takes it out of its queue."""
        self.change(
            "update workflow_status set status='PENDING', executor_id=? where workflow_uuid=?", executor_id, workflow_id
        )

    def end(self, workflow_id: str) -> None:
        """As a worker finishes it, some time ago."""
        self.change(
            "update workflow_status set status='SUCCESS', completed_at=? where workflow_uuid=?", LONG_AGO, workflow_id
        )

    def read(self) -> dict[str, tuple[str, str | None]]:
        """State and queue of everything."""
        with closing(sqlite3.connect(self.path)) as connection:
            found = connection.execute("select workflow_uuid, status, queue_name from workflow_status").fetchall()
        return {name: (status, queue) for name, status, queue in found}


def settle(store: Database, number: int) -> None:
    item = store.read_now(lambda c: load_item(c, "j", number)).model_copy(update={"state": "decided"})
    store.write_now(lambda c: settle_item(c, item, NOON))
