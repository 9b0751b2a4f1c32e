"""Owns how deep the JSON of a stranger may nest, told without building any of it."""

import re
from typing import Final

MOST_DEEP: Final = 100
"""The rich text of real articles stays far below."""

# What is never closed ends with the body, so that it is gone through once.
_STRING: Final = re.compile(rb'"(?:[^"\\]++|\\.)*+(?:"|\\?\Z)', re.DOTALL)
_BRACKETS: Final = re.compile(rb"[\[{]+|[\]}]+")


def is_too_deep(body: bytes, most: int = MOST_DEEP) -> bool:
    """Whether brackets outside of strings nest deeper than `most`; also told of what is no JSON."""
    depth = 0
    for run in _BRACKETS.finditer(_STRING.sub(b"", body)):
        size = run.end() - run.start()
        depth += size if run[0][0] in b"[{" else -size
        if depth > most:
            return True
    return False
