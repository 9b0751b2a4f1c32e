"""Owns the first tables of articles and of what brought them."""

import sqlalchemy as sa
from alembic import op

from app.store.migrations.columns import BYTES, INTEGER, MOMENT, SEQUENCE, STRING, TEXT, optional, required


def make_tables() -> None:
    """Make them."""
    _make_texts()
    _make_articles()
    _make_arrivals()


def _make_texts() -> None:
    op.create_table(
        "article_text",
        *required(STRING, "digest"),
        *required(TEXT, "title", "body", "sentences"),
        *required(INTEGER, "words"),
        *required(TEXT, "removed", "warnings"),
        *required(MOMENT, "kept_at"),
        sa.PrimaryKeyConstraint("digest", name="pk_article_text"),
    )


def _make_articles() -> None:
    op.create_table(
        "article",
        *required(STRING, "key", "digest"),
        *optional(TEXT, "url"),
        *required(TEXT, "title"),
        *required(MOMENT, "first_seen", "changed_at"),
        *optional(SEQUENCE, "decision"),
        *optional(STRING, "fingerprint"),
        sa.PrimaryKeyConstraint("key", name="pk_article"),
        sa.ForeignKeyConstraint(["digest"], ["article_text.digest"], name="fk_article_digest"),
    )
    op.create_index("ix_article_changed_at", "article", ["changed_at"])
    op.create_table(
        "article_version",
        sa.Column("seq", SEQUENCE, autoincrement=True),
        *required(STRING, "article", "digest"),
        *required(TEXT, "title"),
        *optional(TEXT, "url"),
        *required(MOMENT, "at"),
        sa.PrimaryKeyConstraint("seq", name="pk_article_version"),
    )
    op.create_index("ix_article_version_article", "article_version", ["article"])


def _make_arrivals() -> None:
    op.create_table(
        "reading",
        *required(STRING, "raw", "digest"),
        *optional(STRING, "article_id"),
        *optional(TEXT, "url"),
        sa.PrimaryKeyConstraint("raw", name="pk_reading"),
    )
    op.create_table(
        "delivery",
        *required(STRING, "id", "source", "key"),
        *required(BYTES, "body"),
        *required(MOMENT, "received_at"),
        *required(STRING, "state"),
        *optional(STRING, "article", "decision"),
        *required(TEXT, "reason"),
        sa.PrimaryKeyConstraint("id", name="pk_delivery"),
        sa.UniqueConstraint("source", "key", name="uq_delivery_source_key"),
    )
    op.create_index("ix_delivery_state", "delivery", ["state"])
