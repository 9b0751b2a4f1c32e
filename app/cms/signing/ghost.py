"""Owns Ghost's signature: the body and the time right behind it, without anything in between."""

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
_FORM = re.compile(r"sha256=([0-9a-fA-F]{64}),[ ]?t=([0-9]{1,16})")


def verify(arrival: Arrival, secrets: Sequence[SecretStr], source: Source, now: datetime) -> None:
    """Check `X-Ghost-Signature: sha256=<hex>, t=<milliseconds>`.

    Raises:
        Forged: it is missing or malformed, the time is away from ours, or it does not hold.
    """
    match = _FORM.fullmatch(get_header(arrival, "x-ghost-signature"))
    if match is None:
        raise Forged("The webhook's X-Ghost-Signature header is not in the form sha256=<hex>, t=<milliseconds>.")
    check_age(match[2], now, read_tolerance(source, TOLERANCE_S), per_second=1000)
    check_digest(secrets, arrival.body + match[2].encode(), decode(match[1], "hex"))
