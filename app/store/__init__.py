"""The store: what Scopenote keeps, in SQLite or PostgreSQL."""
