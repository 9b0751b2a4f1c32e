"""Owns the tables of workers that are alive, and of those that look after the others."""

from sqlalchemy import Column, Float, Integer, String, Table, Text

from app.store.tables.frame import metadata

# Workers that are alive, and who looks after those that are not.
worker = Table(
    "worker",
    metadata,
    Column("executor_id", String, primary_key=True),
    Column("beat", Float, nullable=False),
    Column("about", Text, nullable=False),
)

lease = Table(
    "lease",
    metadata,
    Column("name", String, primary_key=True),
    Column("holder", String),
    Column("until", Float, nullable=False),
)

# What was taken over from workers that died, and in which one it is at work now.
takeover = Table(
    "takeover",
    metadata,
    Column("workflow_id", String, primary_key=True),
    Column("times", Integer, nullable=False),
    Column("at_work_in", String),
)
