"""Owns the first tables of verdicts, decisions and what people said about them."""

import sqlalchemy as sa
from alembic import op

from app.store.migrations.columns import BOOLEAN, FLOAT, INTEGER, MOMENT, SEQUENCE, STRING, TEXT, optional, required


def make_tables() -> None:
    """Make them."""
    _make_verdicts()
    _make_decisions()
    _make_assignments()
    _make_words()
    _make_asking_again()


def _make_verdicts() -> None:
    op.create_table(
        "taxonomy",
        *required(STRING, "version"),
        *required(TEXT, "document"),
        *required(MOMENT, "kept_at"),
        sa.PrimaryKeyConstraint("version", name="pk_taxonomy"),
    )
    op.create_table(
        "verdict",
        *required(STRING, "fingerprint", "digest", "category", "judge", "model", "prompt_version"),
        *required(TEXT, "document"),
        *required(BOOLEAN, "unreadable"),
        *required(INTEGER, "tries"),
        *required(MOMENT, "kept_at"),
        sa.PrimaryKeyConstraint("fingerprint", name="pk_verdict"),
    )
    op.create_index("ix_verdict_digest", "verdict", ["digest"])


def _make_decisions() -> None:
    op.create_table(
        "decision",
        sa.Column("seq", SEQUENCE, autoincrement=True),
        *required(STRING, "id", "article", "digest", "fingerprint"),
        *required(MOMENT, "created_at"),
        *required(STRING, "taxonomy_version"),
        *required(BOOLEAN, "degraded"),
        *optional(STRING, "job"),
        *required(TEXT, "document"),
        sa.PrimaryKeyConstraint("seq", name="pk_decision"),
        sa.ForeignKeyConstraint(["digest"], ["article_text.digest"], name="fk_decision_digest"),
        sa.UniqueConstraint("article", "fingerprint", name="uq_decision_article_fingerprint"),
        sa.UniqueConstraint("id", name="uq_decision_id"),
    )
    op.create_index("ix_decision_job", "decision", ["job"])
    op.create_table(
        "stood",
        sa.Column("seq", SEQUENCE, autoincrement=True),
        *required(STRING, "article"),
        *required(SEQUENCE, "decision"),
        *required(MOMENT, "at"),
        *optional(STRING, "job"),
        sa.PrimaryKeyConstraint("seq", name="pk_stood"),
        sa.ForeignKeyConstraint(["decision"], ["decision.seq"], name="fk_stood_decision"),
    )
    op.create_index("ix_stood_article", "stood", ["article"])


def _make_assignments() -> None:
    op.create_table(
        "assignment",
        *required(SEQUENCE, "decision"),
        *required(STRING, "category", "kind", "status", "decided_by"),
        *required(FLOAT, "score"),
        *required(TEXT, "reasons"),
        sa.PrimaryKeyConstraint("decision", "category", name="pk_assignment"),
        sa.ForeignKeyConstraint(["decision"], ["decision.seq"], name="fk_assignment_decision"),
    )
    op.create_index("ix_assignment_status_category", "assignment", ["status", "category"])


def _make_words() -> None:
    op.create_table(
        "word",
        sa.Column("seq", SEQUENCE, autoincrement=True),
        *required(STRING, "article", "category", "verdict"),
        *required(TEXT, "note"),
        *required(STRING, "by"),
        *required(MOMENT, "at"),
        *optional(STRING, "decision"),
        sa.PrimaryKeyConstraint("seq", name="pk_word"),
    )
    op.create_index("ix_word_article", "word", ["article"])
    op.create_table(
        "tag_event",
        sa.Column("seq", SEQUENCE, autoincrement=True),
        *required(STRING, "article", "field", "tag", "event", "by"),
        *required(MOMENT, "at"),
        *optional(STRING, "job"),
        sa.PrimaryKeyConstraint("seq", name="pk_tag_event"),
    )
    op.create_index("ix_tag_event_article", "tag_event", ["article"])


def _make_asking_again() -> None:
    op.create_table(
        "asking_again",
        *required(STRING, "article", "digest"),
        *required(INTEGER, "tries"),
        *required(TEXT, "reason"),
        *required(MOMENT, "since", "due"),
        sa.PrimaryKeyConstraint("article", name="pk_asking_again"),
    )
    op.create_index("ix_asking_again_due", "asking_again", ["due"])
