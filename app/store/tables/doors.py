"""Owns the tables of who comes in and what goes out: sources, deliveries, writes to CMSs, callbacks, keys."""

from sqlalchemy import Column, Index, Integer, String, Table, Text, UniqueConstraint

from app.store.moments import Moment
from app.store.tables.frame import SEQUENCE, metadata

source = Table(
    "source",
    metadata,
    Column("name", String, primary_key=True),
    Column("document", Text, nullable=False),
)

# In plain: signatures are checked and made with them. The store's file is its owner's alone.
secret = Table(
    "secret",
    metadata,
    Column("id", String, primary_key=True),
    Column("source", String, nullable=False, index=True),
    Column("use", String, nullable=False),
    Column("value", Text, nullable=False),
    Column("added_at", Moment, nullable=False),
    Column("until", Moment),
)

# One row per webhook call; `key` tells a repetition. `events` and `outcomes` are lists in JSON. Turn 0 goes before 1.
delivery = Table(
    "delivery",
    metadata,
    Column("id", String, primary_key=True),
    Column("source", String, nullable=False),
    Column("key", String, nullable=False),
    Column("received_at", Moment, nullable=False),
    Column("events", Text, nullable=False),
    Column("state", String, nullable=False),
    Column("due_at", Moment, nullable=False),
    Column("tries", Integer, nullable=False),
    Column("executor", String),
    Column("outcomes", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Column("turn", Integer, nullable=False, server_default="0"),
    UniqueConstraint("source", "key"),
    Index("ix_delivery_line", "state", "source", "turn", "due_at", "received_at", "id"),
    Index("ix_delivery_received_at", "received_at", "id"),
    Index("ix_delivery_source_received_at", "source", "received_at", "id"),
)

# What is known of an article of a CMS: when the newest event came about that was worked on, and the text decided about.
cms_article = Table(
    "cms_article",
    metadata,
    Column("article", String, primary_key=True),
    Column("source", String, nullable=False, index=True),
    Column("newest_at", Moment),
    Column("digest", String),
    Column("cms_id", String),
    Column("locale", String),
)

# Tags written to CMSs, or meant to be. `before` and `after` are the tags of each field in JSON.
cms_write = Table(
    "cms_write",
    metadata,
    Column("seq", SEQUENCE, primary_key=True, autoincrement=True),
    Column("source", String, nullable=False, index=True),
    Column("article", String, nullable=False, index=True),
    Column("delivery", String, index=True),
    Column("decision", String, nullable=False),
    Column("at", Moment, nullable=False),
    Column("state", String, nullable=False),
    Column("before", Text, nullable=False),
    Column("after", Text, nullable=False),
    Column("reason", Text, nullable=False),
)

# What a publisher's own address is told.
callback = Table(
    "callback",
    metadata,
    Column("id", String, primary_key=True),
    Column("source", String, nullable=False, index=True),
    Column("decision", String, nullable=False),
    Column("body", Text, nullable=False),
    Column("created_at", Moment, nullable=False),
    Column("state", String, nullable=False),
    Column("due_at", Moment, nullable=False),
    Column("tries", Integer, nullable=False),
    Column("reason", Text, nullable=False),
    Index("ix_callback_state_due_at", "state", "due_at"),
)

# `digest` is the key's SHA-256; the key itself is kept nowhere.
api_key = Table(
    "api_key",
    metadata,
    Column("id", String, primary_key=True),
    Column("digest", String, nullable=False, unique=True),
    Column("document", Text, nullable=False),
    Column("last_used_at", Moment),
    Column("revoked_at", Moment),
)

# An editor's browser that has shown a key; `digest` is the SHA-256 of its cookie.
session = Table(
    "session",
    metadata,
    Column("digest", String, primary_key=True),
    Column("api_key", String, nullable=False, index=True),
    Column("created_at", Moment, nullable=False),
    Column("expires_at", Moment, nullable=False),
)
