"""Owns Sanity's signature: time, a dot and the body, in base64url."""

import re
from collections.abc import Sequence
from datetime import datetime

from pydantic import SecretStr

from app.cms.arrival import Arrival
from app.cms.options import read_tolerance
from app.cms.signing.digests import check_digest
from app.cms.signing.headers import check_age, decode, get_header
from app.domain.source import Source
from app.errors import Forged

TOLERANCE_S = 300
"""Its own library has none. It tries again twice within a minute, so that this loses nothing."""

_FORM = re.compile(r"t=([0-9]{1,16})[, ]{1,4}v1=([A-Za-z0-9_=-]+)")


def verify(arrival: Arrival, secrets: Sequence[SecretStr], source: Source, now: datetime) -> None:
    """Check `sanity-webhook-signature: t=<milliseconds>,v1=<base64url>`.

    Raises:
        Forged: it is missing or malformed, the time is away from ours, or it does not hold.
    """
    match = _FORM.fullmatch(get_header(arrival, "sanity-webhook-signature"))
    if match is None:
        raise Forged("The sanity-webhook-signature header is not in the form t=<milliseconds>,v1=<base64url>.")
    check_age(match[1], now, read_tolerance(source, TOLERANCE_S), per_second=1000)
    check_digest(secrets, match[1].encode() + b"." + arrival.body, decode(match[2], "base64url"))
