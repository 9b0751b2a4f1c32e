"""Owns the name of what all work on the store is done with, for those who must not know SQL."""

import sqlalchemy as sa

Connection = sa.Connection
"""A connection inside a transaction; see `app.store.database.Database`."""
