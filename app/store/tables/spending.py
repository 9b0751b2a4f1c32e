"""Owns the tables of attempts at model servers, and their sums."""

from sqlalchemy import BigInteger, Column, Float, String, Table, Text

from app.store.moments import Moment
from app.store.tables.frame import metadata

# Every attempt at a model server, written before it is sent.
attempt = Table(
    "attempt",
    metadata,
    Column("id", String, primary_key=True),
    Column("at", Moment, nullable=False, index=True),
    Column("job", String, index=True),
    Column("status", String, nullable=False),
    Column("document", Text, nullable=False),
)

# Sums over attempts, kept in step with them: one row per UTC day and job ("" for none). Beside them, without a day, one
# row per key or source that pays and UTC day, under the name of that account in place of a job.
spent = Table(
    "spent",
    metadata,
    Column("day", String, primary_key=True),
    Column("job", String, primary_key=True, index=True),
    Column("calls", BigInteger, nullable=False),
    Column("tokens", BigInteger, nullable=False),
    Column("cost_usd", Float, nullable=False),
    Column("unpriced", BigInteger, nullable=False),
)
