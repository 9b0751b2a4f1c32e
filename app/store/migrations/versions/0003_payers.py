"""Owns the third revision: who pays for asking again, and what a CMS itself calls its articles."""

from alembic import op

from app.store.migrations.columns import STRING, optional

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """Add the columns; what was kept before is nobody's, and is found by its key."""
    for column in optional(STRING, "payer"):
        op.add_column("asking_again", column)
    for column in optional(STRING, "cms_id", "locale"):
        op.add_column("cms_article", column)
