"""Owns the first tables of jobs, batches, spending and workers."""

import sqlalchemy as sa
from alembic import op

from app.store.migrations.columns import BIG, FLOAT, INTEGER, MOMENT, SEQUENCE, STRING, TEXT, optional, required


def make_tables() -> None:
    """Make them."""
    _make_jobs()
    _make_items()
    _make_file_writes()
    _make_batches()
    _make_batch_lines()
    _make_spending()
    _make_workers()


def _make_jobs() -> None:
    op.create_table(
        "job",
        sa.Column("seq", SEQUENCE, autoincrement=True),
        *required(STRING, "id"),
        *required(MOMENT, "created_at"),
        *optional(MOMENT, "finished_at"),
        *required(STRING, "state"),
        *required(TEXT, "reason", "recipe", "plan"),
        sa.PrimaryKeyConstraint("seq", name="pk_job"),
        sa.UniqueConstraint("id", name="uq_job_id"),
    )
    op.create_index("ix_job_state", "job", ["state"])


def _make_items() -> None:
    op.create_table(
        "item",
        *required(STRING, "job"),
        *required(INTEGER, "number"),
        *required(STRING, "article", "digest"),
        *optional(TEXT, "path"),
        *optional(STRING, "raw"),
        *required(STRING, "state"),
        *required(INTEGER, "tries"),
        *required(TEXT, "reason"),
        *optional(STRING, "before", "after"),
        *required(INTEGER, "calls"),
        *required(BIG, "input_tokens", "cached_tokens", "output_tokens"),
        *optional(FLOAT, "cost_usd"),
        *required(MOMENT, "at"),
        sa.PrimaryKeyConstraint("job", "number", name="pk_item"),
        sa.ForeignKeyConstraint(["job"], ["job.id"], name="fk_item_job"),
    )
    op.create_index("ix_item_article", "item", ["article"])
    op.create_index("ix_item_job_state", "item", ["job", "state"])


def _make_file_writes() -> None:
    op.create_table(
        "file_write",
        *required(STRING, "job"),
        *required(INTEGER, "number"),
        *required(STRING, "article"),
        *required(TEXT, "path"),
        *required(STRING, "before", "after", "state"),
        *required(TEXT, "reason"),
        *required(MOMENT, "at"),
        sa.PrimaryKeyConstraint("job", "number", name="pk_file_write"),
        sa.ForeignKeyConstraint(["job"], ["job.id"], name="fk_file_write_job"),
    )


def _make_batches() -> None:
    op.create_table(
        "batch",
        *required(STRING, "id", "job", "state"),
        *optional(STRING, "provider_id", "input_file"),
        *required(INTEGER, "lines"),
        *required(BIG, "tokens"),
        *required(INTEGER, "tries"),
        *required(TEXT, "reason"),
        *required(MOMENT, "at"),
        sa.PrimaryKeyConstraint("id", name="pk_batch"),
    )
    op.create_index("ix_batch_job", "batch", ["job"])


def _make_batch_lines() -> None:
    op.create_table(
        "batch_line",
        *required(STRING, "job", "id"),
        *optional(STRING, "batch"),
        *required(STRING, "state"),
        *required(TEXT, "body"),
        *required(BIG, "tokens"),
        *optional(STRING, "attempt"),
        *optional(TEXT, "reply"),
        *required(INTEGER, "tries"),
        *required(TEXT, "reason"),
        sa.PrimaryKeyConstraint("job", "id", name="pk_batch_line"),
    )
    op.create_index("ix_batch_line_batch", "batch_line", ["batch"])
    op.create_index("ix_batch_line_job_state", "batch_line", ["job", "state"])


def _make_spending() -> None:
    op.create_table(
        "attempt",
        *required(STRING, "id"),
        *required(MOMENT, "at"),
        *optional(STRING, "job"),
        *required(STRING, "status"),
        *required(TEXT, "document"),
        sa.PrimaryKeyConstraint("id", name="pk_attempt"),
    )
    op.create_index("ix_attempt_at", "attempt", ["at"])
    op.create_index("ix_attempt_job", "attempt", ["job"])
    op.create_table(
        "spent",
        *required(STRING, "day", "job"),
        *required(BIG, "calls", "tokens"),
        *required(FLOAT, "cost_usd"),
        *required(BIG, "unpriced"),
        sa.PrimaryKeyConstraint("day", "job", name="pk_spent"),
    )
    op.create_index("ix_spent_job", "spent", ["job"])


def _make_workers() -> None:
    op.create_table(
        "worker",
        *required(STRING, "executor_id"),
        *required(FLOAT, "beat"),
        *required(TEXT, "about"),
        sa.PrimaryKeyConstraint("executor_id", name="pk_worker"),
    )
    op.create_table(
        "lease",
        *required(STRING, "name"),
        *optional(STRING, "holder"),
        *required(FLOAT, "until"),
        sa.PrimaryKeyConstraint("name", name="pk_lease"),
    )
    op.create_table(
        "takeover",
        *required(STRING, "workflow_id"),
        *required(INTEGER, "times"),
        *optional(STRING, "at_work_in"),
        sa.PrimaryKeyConstraint("workflow_id", name="pk_takeover"),
    )
