"""How deep JSON nests: told as the depth of what it holds, in time that grows with its size alone."""

import json
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.webhooks.nesting import MOST_DEEP, is_too_deep

VALUES = st.recursive(
    st.none() | st.text(st.sampled_from('[]{}"\\,: a')),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(st.sampled_from('[{"\\')), inner, max_size=3),
    max_leaves=12,
)


def measure(value: object) -> int:
    """How deep a value nests."""
    if isinstance(value, dict):
        return 1 + max(map(measure, value.values()), default=0)
    return 1 + max(map(measure, value), default=0) if isinstance(value, list) else 0


@given(VALUES)
def test_brackets_count_outside_of_strings_only(value: object) -> None:
    body, depth = json.dumps(value).encode(), measure(value)
    assert not is_too_deep(body, depth)
    assert depth == 0 or is_too_deep(body, depth - 1)


def test_as_deep_as_the_limit_is_not_too_deep() -> None:
    assert not is_too_deep(b"[" * MOST_DEEP + b"]" * MOST_DEEP)
    assert is_too_deep(b"[" * (MOST_DEEP + 1))


@pytest.mark.parametrize("piece", [b'"', b'\\"', b'"\\', b"[]", b"{[", b"]", b'"a\\'])
def test_no_body_takes_longer_than_its_size(piece: bytes) -> None:
    body = piece * (400_000 // len(piece))
    begun_s = time.perf_counter()
    is_too_deep(body)
    assert time.perf_counter() - begun_s < 1
