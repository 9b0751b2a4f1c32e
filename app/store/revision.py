"""Owns the revision of a store's tables: which one this version writes, and which one a database has."""

import sqlalchemy as sa

HEAD = "0003"
"""The last of `app/store/migrations/versions`; known here so that a store at it opens without Alembic."""


def find_revision(connection: sa.Connection) -> str | None:
    """The revision that a database was brought to; None where no Scopenote has used it yet."""
    if not sa.inspect(connection).has_table("alembic_version"):
        return None
    return connection.execute(sa.text("SELECT version_num FROM alembic_version")).scalar()
