"""Owns what a CMS's refusal comes to: worth another try or not, with its own words and what to do."""

import math
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final

from pydantic import JsonValue
from pydantic_core import from_json

from app.errors import BadInput, CmsUnavailable, NotKept, ScopenoteError

MAX_WORDS: Final = 300
MAX_WAIT_S: Final = 24 * 3600.0
_BUSY: Final = frozenset({408, 425, 429})
_OVERTAKEN: Final = frozenset({409, 412})
_CONTROLS: Final = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]+")


@dataclass(frozen=True)
class Refused:
    """An answer that is no success, to what was `asked`. `secret` is taken out of what is quoted of it."""

    asked: str
    status: int
    raw: bytes
    wait_s: float | None
    secret: str | None = field(repr=False)


def refuse(refused: Refused, name: str, source: str) -> ScopenoteError:
    """The error for it; `name` says which CMS, `source` which of our sources."""
    said, asked, status = _quote(refused), refused.asked[:MAX_WORDS], refused.status
    if status in _BUSY or status >= 500:
        return CmsUnavailable(f"{name} is busy or broken (HTTP {status}){said}", wait_s=refused.wait_s)
    if status in _OVERTAKEN:
        return CmsUnavailable(f"{name} says that the article was changed meanwhile (HTTP {status}){said}")
    if status in {401, 403}:
        remedy = f"Give the source a secret that may: `scopenote sources rotate {source} --use write`."
        return BadInput(f"{name} does not let us {asked} (HTTP {status}){said} {remedy}")
    if status in {404, 410}:
        return NotKept(f"{name} has no such article, or no API there: {asked} (HTTP {status}){said}")
    if 300 <= status < 400:
        return BadInput(f"{name} redirects (HTTP {status}). Give the source the address that it has in the end.")
    return BadInput(f"{name} refuses {asked} (HTTP {status}){said} Check the source's options and fields.")


def get_wait_s(header: str | None) -> float | None:
    """The seconds of a Retry-After header; None where it has none or a date, which our clock may not share."""
    try:
        wait_s = float(header) if header else math.nan
    except ValueError:
        return None
    return min(wait_s, MAX_WAIT_S) if wait_s >= 0 else None


def find_words(raw: bytes, secret: str | None = None) -> str:
    """What a CMS says in its refusal, on one line and bounded; "" where it says nothing in a known form.

    `secret` is taken out before anything is cut, so that no part of it is left.
    """
    try:
        body: JsonValue = from_json(raw, allow_inf_nan=False)
    except ValueError:
        return ""
    words = next((word for word in _list_words(body) if word), "")
    words = words.replace(secret, "***") if secret else words
    return words if len(words) <= MAX_WORDS else words[: MAX_WORDS - 1] + "…"


def _list_words(body: JsonValue) -> Iterator[str]:
    """Candidates, most telling first: each CMS names them in its own way."""
    if isinstance(body, list):
        yield from (word for part in body[:3] for word in _list_words(part))
    if not isinstance(body, dict):
        return
    for inner in ("errors", "error"):
        if isinstance(body.get(inner), list | dict):
            yield from _list_words(body[inner])
    said = [body[key] for key in ("message", "context", "msg", "detail") if isinstance(body.get(key), str)]
    words = ": ".join(dict.fromkeys(_CONTROLS.sub(" ", str(part)).strip() for part in said[:2]))
    yield words


def _quote(refused: Refused) -> str:
    words = find_words(refused.raw[: 64 * 1024], refused.secret)
    return f": {words!r}." if words else "."
