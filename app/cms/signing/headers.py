"""Owns the reading of signature headers: bounded, decoded strictly, and refused as forged where they are malformed."""

import base64
import re
from datetime import datetime

from app.cms.arrival import Arrival
from app.errors import Forged

MAX_HEADER = 8_000
"""Characters. Several signatures during a rotation are far shorter."""

_HEX = re.compile(r"(?:[0-9a-fA-F]{2})+")
_BASE64 = re.compile(r"[A-Za-z0-9+/]+={0,2}")
_BASE64_URL = re.compile(r"[A-Za-z0-9_-]+={0,2}")
_UNIX = re.compile(r"0|[1-9][0-9]{0,15}")


def get_header(arrival: Arrival, name: str) -> str:
    """A header's value without the white space around it.

    Raises:
        Forged: there is none, or it is longer than any sender makes it.
    """
    value = arrival.headers.get(name, "").strip()
    if not value:
        raise Forged(f"The webhook has no {name} header. Set the source's secret in the CMS as well.")
    if len(value) > MAX_HEADER:
        raise Forged(f"The webhook's {name} header is longer than {MAX_HEADER:,} characters.")
    return value


def decode(text: str, encoding: str) -> bytes:
    """The bytes of a digest that was sent as hex, base64 or base64url, the last also without padding.

    Raises:
        Forged: it is not in that encoding.
    """
    try:
        if encoding == "hex" and _HEX.fullmatch(text):
            return bytes.fromhex(text)
        if encoding == "base64" and _BASE64.fullmatch(text):
            return base64.b64decode(text, validate=True)
        if encoding == "base64url" and _BASE64_URL.fullmatch(text):
            bare = text.rstrip("=")
            return base64.urlsafe_b64decode(bare + "=" * (-len(bare) % 4))
    except ValueError as error:
        raise Forged(f"The webhook's signature is not {encoding}.") from error
    raise Forged(f"The webhook's signature is not {encoding}.")


def check_age(stamp: str, now: datetime, tolerance_s: int, *, per_second: int = 1) -> int:
    """The Unix time that a sender signed, as it was sent; `per_second` is 1000 where it counts milliseconds.

    Raises:
        Forged: it is no such time, or further from `now` than the tolerance, before or after.
    """
    if not _UNIX.fullmatch(stamp):
        raise Forged(f"The webhook's timestamp {stamp[:40]!r} is no Unix time.")
    away_s = now.timestamp() - int(stamp) / per_second
    if abs(away_s) > tolerance_s:
        side = "old" if away_s > 0 else "far ahead"
        raise Forged(
            f"It was signed {abs(away_s):,.0f} s away from our clock: too {side}; {tolerance_s} s are allowed. "
            "Check both clocks; option tolerance allows more."
        )
    return int(stamp)
