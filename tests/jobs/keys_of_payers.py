"""Builds the keys that pay for what tests of jobs do."""

from datetime import UTC, datetime

from app.domain.key import Key


def build_key(key_id: str = "k", **terms: object) -> Key:
    """A key that holds, unless the terms say otherwise."""
    made = {"id": key_id, "name": "News", "digest": f"sha256 of {key_id}", "scope": "admin"}
    return Key.model_validate({**made, "created_at": datetime(2026, 1, 1, tzinfo=UTC), **terms})
