"""Owns the tables of articles: their texts, versions, and what files were read as."""

from sqlalchemy import Column, ForeignKey, Integer, String, Table, Text

from app.store.moments import Moment
from app.store.tables.frame import SEQUENCE, metadata

# Texts in normal form, once each. `sentences` is a JSON list of [start, end, paragraph, heading].
article_text = Table(
    "article_text",
    metadata,
    Column("digest", String, primary_key=True),
    Column("title", Text, nullable=False),
    Column("body", Text, nullable=False),
    Column("sentences", Text, nullable=False),
    Column("words", Integer, nullable=False),
    Column("removed", Text, nullable=False),
    Column("warnings", Text, nullable=False),
    Column("kept_at", Moment, nullable=False),
)

# What an article says now, and which decision stands. `key` is the submitter's id, else the digest.
article = Table(
    "article",
    metadata,
    Column("key", String, primary_key=True),
    Column("digest", String, ForeignKey("article_text.digest"), nullable=False),
    Column("url", Text),
    Column("title", Text, nullable=False),
    Column("first_seen", Moment, nullable=False),
    Column("changed_at", Moment, nullable=False, index=True),
    Column("decision", SEQUENCE),
    Column("fingerprint", String),
)

# Append-only: every text that an article has had.
article_version = Table(
    "article_version",
    metadata,
    Column("seq", SEQUENCE, primary_key=True, autoincrement=True),
    Column("article", String, nullable=False, index=True),
    Column("digest", String, nullable=False),
    Column("title", Text, nullable=False),
    Column("url", Text),
    Column("at", Moment, nullable=False),
)

# What a file's bytes were read as, so that bytes that did not change are not parsed again.
# `raw` is a digest over the parser's version, the file's form and its bytes.
reading = Table(
    "reading",
    metadata,
    Column("raw", String, primary_key=True),
    Column("digest", String, nullable=False),
    Column("article_id", String),
    Column("url", Text),
)
