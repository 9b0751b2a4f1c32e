"""Owns empty stores in files: their tables are made once, because that takes longer than most tests, and then copied."""

import tempfile
from functools import cache
from pathlib import Path

from app.store.database import Database
from app.store.opening import open_database


def open_empty_store(folder: Path) -> Database:
    """An empty store of one's own, in `store.db` of this folder."""
    path = folder / "store.db"
    path.write_bytes(_make())
    return open_database(f"sqlite:///{path}")


@cache
def _make() -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "store.db"
        open_database(f"sqlite:///{path}").close()
        return path.read_bytes()
