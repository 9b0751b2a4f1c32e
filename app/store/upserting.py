"""Owns inserting what may be there already, which SQL leaves to each database's dialect."""

from sqlalchemy import Connection, Table
from sqlalchemy.dialects import postgresql, sqlite


def insert_or(c: Connection, table: Table) -> sqlite.Insert | postgresql.Insert:
    """An insert that takes `on_conflict_do_nothing` or `on_conflict_do_update`, alike in both dialects."""
    return sqlite.insert(table) if c.dialect.name == "sqlite" else postgresql.insert(table)
