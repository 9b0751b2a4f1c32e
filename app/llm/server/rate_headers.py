"""Owns reading a server's headers: what it still allows, and how long it asks to wait."""

import math
import re
from collections.abc import Mapping
from datetime import datetime
from email.utils import parsedate_to_datetime

from app.llm.wire import RateLimits

Headers = Mapping[str, str]
"""Looked up by lower-case name."""

MAX_COUNT = 10**12
_LONGEST = 40
_UNITS_S = {"d": 86_400.0, "h": 3_600.0, "m": 60.0, "s": 1.0, "ms": 1e-3, "us": 1e-6, "µs": 1e-6, "ns": 1e-9}
_SPAN = re.compile(r"(\d+(?:\.\d+)?)(ms|us|µs|ns|d|h|m|s)")
_NUMBER = re.compile(r"\d+(?:\.\d+)?")
_TRY_AGAIN = re.compile(r"(?:try again|retry) in ((?:\d+(?:\.\d+)?(?:ms|d|h|m|s))+)", re.IGNORECASE)


def read_limits(headers: Headers) -> RateLimits:
    """Limits per minute, what is left of them, and when they are whole again. Garbage counts as unsaid."""
    return RateLimits(
        limit_requests=_find_count(headers, "limit", "requests"),
        remaining_requests=_find_count(headers, "remaining", "requests"),
        reset_requests_s=_find_reset(headers, "requests"),
        limit_tokens=_find_count(headers, "limit", "tokens"),
        remaining_tokens=_find_count(headers, "remaining", "tokens"),
        reset_tokens_s=_find_reset(headers, "tokens"),
    )


def find_wait_s(headers: Headers, message: str) -> float | None:
    """How long the server asks to wait: in its headers, else in its message, else until what is used up is back.

    As long as it says; whoever waits decides how much of that is reasonable.
    """
    milliseconds = _find_number(headers.get("retry-after-ms"))
    if milliseconds is not None:
        return milliseconds / 1_000
    asked = headers.get("retry-after", "")
    wait_s = find_duration_s(asked)
    if wait_s is None:
        wait_s = _find_span_until(asked, headers.get("date", ""))
    if wait_s is None and (told := _TRY_AGAIN.search(message)):
        wait_s = find_duration_s(told[1])
    return _find_refill_s(read_limits(headers)) if wait_s is None else wait_s


def find_duration_s(text: str) -> float | None:
    """Seconds of "1s", "6m0s", "120ms" or a plain number of seconds; None for anything else."""
    text = text.strip()
    if len(text) > _LONGEST:
        return None
    if (number := _find_number(text)) is not None:
        return number
    if not text or _SPAN.sub("", text):
        return None
    return sum(float(amount) * _UNITS_S[unit] for amount, unit in _SPAN.findall(text))


def _find_number(text: str | None) -> float | None:
    plain = "" if text is None or len(text) > _LONGEST else text.strip()
    if not _NUMBER.fullmatch(plain):
        return None
    number = float(plain)
    return number if math.isfinite(number) else None


def _find_span_until(date: str, from_date: str) -> float | None:
    """Between two HTTP dates of the same server, so that no clock but its own counts; never below 0."""
    until, sent = _find_date(date), _find_date(from_date)
    return None if until is None or sent is None else max(0.0, (until - sent).total_seconds())


def _find_date(text: str) -> datetime | None:
    try:
        found = parsedate_to_datetime(text[:_LONGEST])
    except (ValueError, TypeError, IndexError, OverflowError):
        return None
    return found if found.tzinfo else None


def _find_refill_s(limits: RateLimits) -> float | None:
    waits = [
        reset
        for remaining, reset in (
            (limits.remaining_requests, limits.reset_requests_s),
            (limits.remaining_tokens, limits.reset_tokens_s),
        )
        if remaining == 0 and reset is not None
    ]
    return max(waits, default=None)


def _find_count(headers: Headers, what: str, of: str) -> int | None:
    for name in (f"x-ratelimit-{what}-{of}", f"x-ratelimit-{what}-project-{of}"):
        number = _find_number(headers.get(name))
        if number is not None and number <= MAX_COUNT:
            return int(number)
    return None


def _find_reset(headers: Headers, of: str) -> float | None:
    for name in (f"x-ratelimit-reset-{of}", f"x-ratelimit-reset-project-{of}"):
        seconds = find_duration_s(headers.get(name, ""))
        if seconds is not None:
            return seconds
    return None
