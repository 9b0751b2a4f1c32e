"""A taxonomy is kept by its version, and comes back whole."""

import pytest
import sqlalchemy as sa

from app.errors import NotKept, StoreUnavailable
from app.store.connection import Connection
from app.store.tables.decisions import taxonomy as taxonomies
from app.store.taxonomies import keep_taxonomy, load_taxonomy
from tests.store.kept_values import MINUTE, NOON, count, load_example_taxonomy

pytest_plugins = ("tests.store.transactions",)


def test_a_taxonomy_comes_back_whole(connection: Connection) -> None:
    taxonomy = load_example_taxonomy()
    for minute in range(2):
        keep_taxonomy(connection, taxonomy, NOON + minute * MINUTE)
    assert load_taxonomy(connection, taxonomy.version) == taxonomy
    assert count(connection, taxonomies) == 1


@pytest.mark.parametrize("version", ["sha256:other", "", "nul\0"])
def test_a_version_that_nothing_was_decided_by_is_not_loaded(connection: Connection, version: str) -> None:
    with pytest.raises(NotKept):
        load_taxonomy(connection, version)


def test_a_damaged_taxonomy_is_told(connection: Connection) -> None:
    taxonomy = load_example_taxonomy()
    keep_taxonomy(connection, taxonomy, NOON)
    connection.execute(sa.update(taxonomies).values(document='{"categories": []}'))
    with pytest.raises(StoreUnavailable, match="cannot be read"):
        load_taxonomy(connection, taxonomy.version)
