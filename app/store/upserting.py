"""Owns inserting what may be there already, which SQL leaves to each database's dialect."""

from collections.abc import Callable

from sqlalchemy import Connection, Executable, Table
from sqlalchemy.dialects import postgresql, sqlite

Insert = sqlite.Insert | postgresql.Insert


def insert_or(c: Connection, table: Table) -> Insert:
    """An insert that takes `on_conflict_do_nothing` or `on_conflict_do_update`, alike in both dialects."""
    return sqlite.insert(table) if c.dialect.name == "sqlite" else postgresql.insert(table)


def prepare_insert(table: Table, finish: Callable[[Insert], Executable]) -> Callable[[Connection], Executable]:
    """The statement that `finish` makes of an insert, for a connection; built once for each dialect.

    For what is done for every article: building a statement takes longer than SQLite takes to do it.
    """
    of_dialects = {"sqlite": finish(sqlite.insert(table)), "postgresql": finish(postgresql.insert(table))}
    return lambda c: of_dialects[c.dialect.name]
