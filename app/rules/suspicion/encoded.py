"""Owns reading what an article carries in base64, as far as it might be words."""

import base64
import binascii
import re
from collections.abc import Callable, Iterator, Sequence

_TOKEN = re.compile(r"[A-Za-z0-9+/_-]{24,}={0,2}")
MAX_TOKENS = 40
"""Read per article; an article full of them is data, not prose."""
MAX_CHARACTERS = 4_000
"""Read of each."""


def find_encoded(pieces: Sequence[str], gives_orders: Callable[[str], bool]) -> Iterator[int]:
    """The places of the pieces that hold base64 of text which gives orders."""
    tokens = ((place, match[0]) for place, piece in enumerate(pieces) for match in _TOKEN.finditer(piece))
    for _, (place, token) in zip(range(MAX_TOKENS), tokens, strict=False):
        text = _decode(token[:MAX_CHARACTERS])
        if text and gives_orders(text):
            yield place


def _decode(token: str) -> str:
    """The text that the token stands for, "" where it stands for none."""
    body = token.rstrip("=").replace("-", "+").replace("_", "/")
    body = body[: len(body) - (len(body) % 4 == 1)]
    try:
        text = base64.b64decode(body + "=" * (-len(body) % 4)).decode()
    except (binascii.Error, UnicodeDecodeError):
        return ""
    return text if " " in text and text.isprintable() else ""
