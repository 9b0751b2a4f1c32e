"""Owns the fixed header: what a CMS that signs nothing can still be told to send along."""

from collections.abc import Sequence
from datetime import datetime

from pydantic import SecretStr

from app.cms.arrival import Arrival
from app.cms.options import read_header
from app.cms.signing.digests import check_any, list_keys
from app.cms.signing.headers import get_header
from app.domain.source import Source
from app.errors import Forged

_BEARER = "bearer "


def verify(arrival: Arrival, secrets: Sequence[SecretStr], source: Source, now: datetime) -> None:  # noqa: ARG001 - nothing is dated
    """Check the header that option `header` names, else `Authorization: Bearer <secret>`.

    Raises:
        Forged: it is missing, or holds none of the secrets.
    """
    name = read_header(source, "header", "authorization")
    value = get_header(arrival, name)
    if name == "authorization":
        if not value.lower().startswith(_BEARER):
            raise Forged("The webhook's Authorization header is not in the form Bearer <secret>.")
        value = value[len(_BEARER) :].strip()
    check_any(list_keys(secrets), (value.encode("utf-8", "surrogatepass"),))
