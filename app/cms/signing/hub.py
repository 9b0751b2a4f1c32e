"""Owns the signature of GitHub and of Drupal's Webhooks module: the body, in hex."""

from collections.abc import Sequence
from datetime import datetime

from pydantic import SecretStr

from app.cms.arrival import Arrival
from app.cms.signing.digests import check_digest
from app.cms.signing.headers import decode, get_header
from app.domain.source import Source
from app.errors import Forged

_PREFIX = "sha256="


def verify(arrival: Arrival, secrets: Sequence[SecretStr], source: Source, now: datetime) -> None:  # noqa: ARG001 - no time is signed, and nothing can be set
    """Check `X-Hub-Signature-256: sha256=<hex>`. Nothing in it tells when it was made.

    Raises:
        Forged: it is missing, malformed, does not hold, or there is only the older header with SHA-1.
    """
    if "x-hub-signature-256" not in arrival.headers and "x-hub-signature" in arrival.headers:
        raise Forged(
            "The webhook is signed with SHA-1 alone (X-Hub-Signature), which is not accepted. "
            "Update the sender to one that sends X-Hub-Signature-256."
        )
    header = get_header(arrival, "x-hub-signature-256")
    if not header.startswith(_PREFIX):
        raise Forged("The webhook's X-Hub-Signature-256 header is not in the form sha256=<hex>.")
    check_digest(secrets, arrival.body, decode(header.removeprefix(_PREFIX), "hex"))
