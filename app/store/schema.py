"""Owns the schema: every table in one collection."""

from app.store.tables import articles, batches, decisions, doors, jobs, spending, workers
from app.store.tables.frame import metadata

TABLES = (articles, batches, decisions, doors, jobs, spending, workers)
"""The modules that put tables into the collection; importing them does it."""

__all__ = ["TABLES", "metadata"]
