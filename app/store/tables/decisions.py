"""Owns the tables of verdicts, decisions and what people said about them."""

from sqlalchemy import Boolean, Column, Float, ForeignKey, Index, Integer, String, Table, Text, UniqueConstraint

from app.store.moments import Moment
from app.store.tables.frame import SEQUENCE, metadata

taxonomy = Table(
    "taxonomy",
    metadata,
    Column("version", String, primary_key=True),
    Column("document", Text, nullable=False),
    Column("kept_at", Moment, nullable=False),
)

# What a judge said, by what it depends on. `tries` counts how often nothing readable came.
verdict = Table(
    "verdict",
    metadata,
    Column("fingerprint", String, primary_key=True),
    Column("digest", String, nullable=False, index=True),
    Column("category", String, nullable=False),
    Column("judge", String, nullable=False),
    Column("model", String, nullable=False),
    Column("prompt_version", String, nullable=False),
    Column("document", Text, nullable=False),
    Column("unreadable", Boolean, nullable=False),
    Column("tries", Integer, nullable=False),
    Column("kept_at", Moment, nullable=False),
)

# Append-only. `document` is the decision without its article's text, as JSON.
decision = Table(
    "decision",
    metadata,
    Column("seq", SEQUENCE, primary_key=True, autoincrement=True),
    Column("id", String, nullable=False, unique=True),
    Column("article", String, nullable=False),
    Column("digest", String, ForeignKey("article_text.digest"), nullable=False),
    Column("fingerprint", String, nullable=False),
    Column("created_at", Moment, nullable=False),
    Column("taxonomy_version", String, nullable=False),
    Column("degraded", Boolean, nullable=False),
    Column("job", String, index=True),
    Column("document", Text, nullable=False),
    UniqueConstraint("article", "fingerprint"),
)

# Append-only: from when which decision stood.
stood = Table(
    "stood",
    metadata,
    Column("seq", SEQUENCE, primary_key=True, autoincrement=True),
    Column("article", String, nullable=False, index=True),
    Column("decision", SEQUENCE, ForeignKey("decision.seq"), nullable=False),
    Column("at", Moment, nullable=False),
    Column("job", String),
)

# The assignments that somebody may look for: assigned, in review, excluded.
assignment = Table(
    "assignment",
    metadata,
    Column("decision", SEQUENCE, ForeignKey("decision.seq"), primary_key=True),
    Column("category", String, primary_key=True),
    Column("kind", String, nullable=False),
    Column("status", String, nullable=False),
    Column("decided_by", String, nullable=False),
    Column("score", Float, nullable=False),
    Column("reasons", Text, nullable=False),
    Index("ix_assignment_status_category", "status", "category"),
)

# Append-only: editors' words; the latest about a category counts.
word = Table(
    "word",
    metadata,
    Column("seq", SEQUENCE, primary_key=True, autoincrement=True),
    Column("article", String, nullable=False),
    Column("category", String, nullable=False),
    Column("verdict", String, nullable=False),
    Column("note", Text, nullable=False),
    Column("by", String, nullable=False),
    Column("at", Moment, nullable=False),
    Column("decision", String),
    Index("ix_word_article", "article"),
)

# Append-only: which tag came and went, and by whom; the latest event of a tag counts.
tag_event = Table(
    "tag_event",
    metadata,
    Column("seq", SEQUENCE, primary_key=True, autoincrement=True),
    Column("article", String, nullable=False),
    Column("field", String, nullable=False),
    Column("tag", String, nullable=False),
    Column("event", String, nullable=False),
    Column("by", String, nullable=False),
    Column("at", Moment, nullable=False),
    Column("job", String),
    Index("ix_tag_event_article", "article"),
)

# Articles that a stand-in decided, until the judge they were meant for has.
asking_again = Table(
    "asking_again",
    metadata,
    Column("article", String, primary_key=True),
    Column("digest", String, nullable=False),
    Column("tries", Integer, nullable=False),
    Column("reason", Text, nullable=False),
    Column("since", Moment, nullable=False),
    Column("due", Moment, nullable=False, index=True),
    Column("payer", String),
)
