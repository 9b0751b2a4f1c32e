"""Owns how migrations write columns down: by their kind, whether they may be empty, and their names."""

from typing import Any

import sqlalchemy as sa

STRING, TEXT, BYTES, BOOLEAN = sa.String(), sa.Text(), sa.LargeBinary(), sa.Boolean()
INTEGER, BIG, FLOAT, MOMENT = sa.Integer(), sa.BigInteger(), sa.Float(), sa.DateTime(timezone=True)
SEQUENCE = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
"""SQLite counts up by itself for INTEGER alone."""


def required(kind: sa.types.TypeEngine[Any], *names: str) -> list[sa.Column[Any]]:
    """Columns that hold something in every row."""
    return [sa.Column(name, kind, nullable=False) for name in names]


def optional(kind: sa.types.TypeEngine[Any], *names: str) -> list[sa.Column[Any]]:
    """Columns that may hold nothing."""
    return [sa.Column(name, kind) for name in names]
