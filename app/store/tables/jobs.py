"""Owns the tables of jobs, their items, and what they wrote to files."""

from sqlalchemy import BigInteger, Column, Float, ForeignKey, Index, Integer, String, Table, Text

from app.store.moments import Moment
from app.store.tables.frame import SEQUENCE, metadata

job = Table(
    "job",
    metadata,
    Column("seq", SEQUENCE, primary_key=True, autoincrement=True),
    Column("id", String, nullable=False, unique=True),
    Column("created_at", Moment, nullable=False),
    Column("finished_at", Moment),
    Column("state", String, nullable=False, index=True),
    Column("reason", Text, nullable=False),
    Column("recipe", Text, nullable=False),
    Column("plan", Text, nullable=False),
)

item = Table(
    "item",
    metadata,
    Column("job", String, ForeignKey("job.id"), primary_key=True),
    Column("number", Integer, primary_key=True),
    Column("article", String, nullable=False, index=True),
    Column("digest", String, nullable=False),
    Column("path", Text),
    Column("raw", String),
    Column("state", String, nullable=False),
    Column("tries", Integer, nullable=False),
    Column("reason", Text, nullable=False),
    Column("before", String),
    Column("after", String),
    Column("calls", Integer, nullable=False),
    Column("input_tokens", BigInteger, nullable=False),
    Column("cached_tokens", BigInteger, nullable=False),
    Column("output_tokens", BigInteger, nullable=False),
    Column("cost_usd", Float),
    Column("at", Moment, nullable=False),
    Index("ix_item_job_state", "job", "state"),
)

# What a job wrote to files. `before` and `after` are digests of the file's bytes; the bytes
# themselves lie in the backup folder.
file_write = Table(
    "file_write",
    metadata,
    Column("job", String, ForeignKey("job.id"), primary_key=True),
    Column("number", Integer, primary_key=True),
    Column("article", String, nullable=False),
    Column("path", Text, nullable=False, index=True),
    Column("before", String, nullable=False),
    Column("after", String, nullable=False),
    Column("state", String, nullable=False),
    Column("reason", Text, nullable=False),
    Column("at", Moment, nullable=False),
)
