"""Owns the second revision: sources, deliveries as they are mapped, writes to CMSs, callbacks, keys."""

import sqlalchemy as sa
from alembic import op

from app.store.migrations.columns import INTEGER, MOMENT, SEQUENCE, STRING, TEXT, optional, required

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Make what comes in and goes out; nothing was kept in the table of deliveries that was there before."""
    op.drop_table("delivery")
    _make_sources()
    _make_deliveries()
    _make_writes()
    _make_callbacks()
    _make_keys()
    op.create_index("ix_file_write_path", "file_write", ["path"])


def _make_sources() -> None:
    op.create_table(
        "source",
        *required(STRING, "name"),
        *required(TEXT, "document"),
        sa.PrimaryKeyConstraint("name", name="pk_source"),
    )
    op.create_table(
        "secret",
        *required(STRING, "id", "source", "use"),
        *required(TEXT, "value"),
        *required(MOMENT, "added_at"),
        *optional(MOMENT, "until"),
        sa.PrimaryKeyConstraint("id", name="pk_secret"),
    )
    op.create_index("ix_secret_source", "secret", ["source"])


def _make_deliveries() -> None:
    op.create_table(
        "delivery",
        *required(STRING, "id", "source", "key"),
        *required(MOMENT, "received_at"),
        *required(TEXT, "events"),
        *required(STRING, "state"),
        *required(MOMENT, "due_at"),
        *required(INTEGER, "tries"),
        *optional(STRING, "executor"),
        *required(TEXT, "outcomes", "reason"),
        sa.PrimaryKeyConstraint("id", name="pk_delivery"),
        sa.UniqueConstraint("source", "key", name="uq_delivery_source_key"),
    )
    op.create_index("ix_delivery_received_at", "delivery", ["received_at"])
    op.create_index("ix_delivery_state_due_at", "delivery", ["state", "due_at"])


def _make_writes() -> None:
    op.create_table(
        "cms_article",
        *required(STRING, "article", "source"),
        *optional(MOMENT, "newest_at"),
        *optional(STRING, "digest"),
        sa.PrimaryKeyConstraint("article", name="pk_cms_article"),
    )
    op.create_index("ix_cms_article_source", "cms_article", ["source"])
    op.create_table(
        "cms_write",
        sa.Column("seq", SEQUENCE, autoincrement=True),
        *required(STRING, "source", "article"),
        *optional(STRING, "delivery"),
        *required(STRING, "decision"),
        *required(MOMENT, "at"),
        *required(STRING, "state"),
        *required(TEXT, "before", "after", "reason"),
        sa.PrimaryKeyConstraint("seq", name="pk_cms_write"),
    )
    for column in ("source", "article", "delivery"):
        op.create_index(f"ix_cms_write_{column}", "cms_write", [column])


def _make_callbacks() -> None:
    op.create_table(
        "callback",
        *required(STRING, "id", "source", "decision"),
        *required(TEXT, "body"),
        *required(MOMENT, "created_at"),
        *required(STRING, "state"),
        *required(MOMENT, "due_at"),
        *required(INTEGER, "tries"),
        *required(TEXT, "reason"),
        sa.PrimaryKeyConstraint("id", name="pk_callback"),
    )
    op.create_index("ix_callback_source", "callback", ["source"])
    op.create_index("ix_callback_state_due_at", "callback", ["state", "due_at"])


def _make_keys() -> None:
    op.create_table(
        "api_key",
        *required(STRING, "id", "digest"),
        *required(TEXT, "document"),
        *optional(MOMENT, "last_used_at", "revoked_at"),
        sa.PrimaryKeyConstraint("id", name="pk_api_key"),
        sa.UniqueConstraint("digest", name="uq_api_key_digest"),
    )
    op.create_table(
        "session",
        *required(STRING, "digest", "api_key"),
        *required(MOMENT, "created_at", "expires_at"),
        sa.PrimaryKeyConstraint("digest", name="pk_session"),
    )
    op.create_index("ix_session_api_key", "session", ["api_key"])
