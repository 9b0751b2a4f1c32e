"""Owns asking about many keys, in parts that a database takes at once."""

from collections.abc import Iterable, Iterator
from itertools import islice

PART = 500
"""Keys per statement: SQLite and PostgreSQL bound how many values one may carry."""


def split(keys: Iterable[str]) -> Iterator[list[str]]:
    """The keys, each once, in lists of at most `PART`."""
    once = iter(dict.fromkeys(keys))
    while part := list(islice(once, PART)):
        yield part
