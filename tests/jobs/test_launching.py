"""The connections to the queues' database: what DBOS leans on is there, whatever SQLite is installed."""

from pathlib import Path

import sqlalchemy as sa

from app.jobs.working.launching import open_engine, prepare


def test_sqlite_knows_the_time_to_the_millisecond(tmp_path: Path) -> None:
    engine = open_engine(f"sqlite:///{tmp_path}/jobs.db")
    with engine.connect() as connection:
        assert connection.execute(sa.text("select unixepoch('subsec') > 1.7e9")).scalar_one() == 1
    engine.dispose()


def test_nobody_else_may_read_the_queues(tmp_path: Path) -> None:
    path = tmp_path / "jobs.db"
    prepare(f"sqlite:///{path}")
    assert path.stat().st_mode & 0o077 == 0
