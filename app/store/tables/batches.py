"""Owns the tables of a provider's batches."""

from sqlalchemy import BigInteger, Column, Index, Integer, String, Table, Text

from app.store.moments import Moment
from app.store.tables.frame import metadata

# A batch at a provider, from before it is made.
batch = Table(
    "batch",
    metadata,
    Column("id", String, primary_key=True),
    Column("job", String, nullable=False, index=True),
    Column("state", String, nullable=False),
    Column("provider_id", String),
    Column("input_file", String),
    Column("lines", Integer, nullable=False),
    Column("tokens", BigInteger, nullable=False),
    Column("tries", Integer, nullable=False),
    Column("reason", Text, nullable=False),
    Column("at", Moment, nullable=False),
)

# One question of a batch, by a digest of all that is asked, and its reply.
batch_line = Table(
    "batch_line",
    metadata,
    Column("job", String, primary_key=True),
    Column("id", String, primary_key=True),
    Column("batch", String, index=True),
    Column("state", String, nullable=False),
    Column("body", Text, nullable=False),
    Column("tokens", BigInteger, nullable=False),
    Column("attempt", String),
    Column("reply", Text),
    Column("tries", Integer, nullable=False),
    Column("reason", Text, nullable=False),
    Index("ix_batch_line_job_state", "job", "state"),
)
