"""Owns the third revision: who pays for asking again, how a CMS calls its articles, whose turn comes first."""

import sqlalchemy as sa
from alembic import op

from app.store.migrations.columns import INTEGER, STRING, optional

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """Add the columns; what was kept before is nobody's, and is found by its key."""
    for column in optional(STRING, "payer"):
        op.add_column("asking_again", column)
    for column in optional(STRING, "cms_id", "locale"):
        op.add_column("cms_article", column)
    _line_up_deliveries()


def _line_up_deliveries() -> None:
    """Tell what CMSs listed from what they called for, and find the next of each source without going through all."""
    op.add_column("delivery", sa.Column("turn", INTEGER, nullable=False, server_default="0"))
    rows = sa.table("delivery", sa.column("key", STRING), sa.column("turn", INTEGER))
    op.execute(sa.update(rows).where(rows.c.key.like("reconcile:%")).values(turn=1))
    for name in ("ix_delivery_state_due_at", "ix_delivery_received_at"):
        op.drop_index(name, "delivery")
    op.create_index("ix_delivery_line", "delivery", ["state", "source", "turn", "due_at", "received_at", "id"])
    op.create_index("ix_delivery_received_at", "delivery", ["received_at", "id"])
    op.create_index("ix_delivery_source_received_at", "delivery", ["source", "received_at", "id"])
