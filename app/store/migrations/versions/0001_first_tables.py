"""Owns the first revision: the tables as they were when the store began."""

from app.store.migrations.first import articles, decisions, work

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Make every table; those that others point to come first."""
    articles.make_tables()
    decisions.make_tables()
    work.make_tables()
