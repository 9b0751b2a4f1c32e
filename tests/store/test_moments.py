"""Moments: what is kept in one zone is read as the same moment, on each database."""

from datetime import UTC, datetime, timedelta, timezone

import pytest
import sqlalchemy as sa

from app.store.database import Database
from app.store.tables.decisions import taxonomy

NOON = datetime(2026, 11, 23, 12, 30, 15, 123456, tzinfo=UTC)


def _keep(database: Database, *moments: datetime) -> list[datetime]:
    rows = [{"version": str(number), "document": "", "kept_at": moment} for number, moment in enumerate(moments)]
    database.write_now(lambda c: c.execute(sa.insert(taxonomy), rows))
    return list(database.read_now(lambda c: c.execute(sa.select(taxonomy.c.kept_at)).scalars().all()))


@pytest.mark.parametrize("hours", [-11, 0, 9])
def test_a_moment_is_read_as_it_was_kept_but_in_utc(database: Database, hours: int) -> None:
    found = _keep(database, NOON.astimezone(timezone(timedelta(hours=hours))))
    assert found == [NOON]
    assert found[0].tzinfo is UTC


def test_moments_of_different_zones_are_compared_rightly(database: Database) -> None:
    _keep(database, NOON.astimezone(timezone(timedelta(hours=9))), NOON - timedelta(hours=1))
    query = sa.select(taxonomy.c.version).where(taxonomy.c.kept_at < NOON)
    assert database.read_now(lambda c: c.execute(query).scalars().all()) == ["1"]


def test_a_moment_without_a_zone_is_refused(database: Database) -> None:
    with pytest.raises(sa.exc.StatementError, match="has no zone"):
        _keep(database, NOON.replace(tzinfo=None))
