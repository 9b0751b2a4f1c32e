"""Owns the signature that a source's options describe: HMAC-SHA256 over the body, a time and an id."""

import re
from collections.abc import Sequence
from datetime import datetime

from pydantic import SecretStr

from app.cms.arrival import Arrival
from app.cms.options import ENCODINGS, read_choice, read_header, read_signed, read_text, read_tolerance
from app.cms.signing.digests import check_digest
from app.cms.signing.headers import check_age, decode, get_header
from app.domain.source import Source
from app.errors import Forged

TOLERANCE_S = 300
HEADER = "X-Signature"
_PART = re.compile(r"\{(timestamp|id|body)\}")


def verify(arrival: Arrival, secrets: Sequence[SecretStr], source: Source, now: datetime) -> None:
    """Check the header that the options name, in their encoding, over what their template says.

    Raises:
        Forged: it is missing or malformed, the signed time is away from ours, or it does not hold.
        BadInput: the options cannot be used.
    """
    template = read_signed(source)
    encoding = read_choice(source, "encoding", ENCODINGS)
    header = get_header(arrival, read_header(source, "header", HEADER))
    prefix = read_text(source, "prefix")
    if not header.startswith(prefix):
        raise Forged(f"The webhook's signature does not begin with {prefix!r}, as option prefix says.")
    signed = _fill(template, arrival, source, now)
    check_digest(secrets, signed, decode(header.removeprefix(prefix), encoding))


def _fill(template: str, arrival: Arrival, source: Source, now: datetime) -> bytes:
    values = {"body": arrival.body}
    if "{timestamp}" in template:
        stamp = get_header(arrival, read_header(source, "timestamp_header"))
        per_second = 1000 if read_choice(source, "timestamp_unit", ("s", "ms")) == "ms" else 1
        check_age(stamp, now, read_tolerance(source, TOLERANCE_S), per_second=per_second)
        values["timestamp"] = stamp.encode()
    if "{id}" in template:
        values["id"] = get_header(arrival, read_header(source, "id_header")).encode("latin-1", "backslashreplace")
    pieces = _PART.split(template)
    return b"".join(
        values[piece] if number % 2 else piece.encode("utf-8", "surrogatepass") for number, piece in enumerate(pieces)
    )
