"""Owns the signature of the WP Webhooks plug-in: the body, in base64."""

from collections.abc import Sequence
from datetime import datetime

from pydantic import SecretStr

from app.cms.arrival import Arrival
from app.cms.options import read_choice
from app.cms.signing import token
from app.cms.signing.digests import check_digest
from app.cms.signing.headers import decode, get_header
from app.domain.source import Source


def verify(arrival: Arrival, secrets: Sequence[SecretStr], source: Source, now: datetime) -> None:
    """Check `X-WP-Webhook-Signature`, or with option signature=token a fixed header.

    The plug-in's newer versions sign the name of the webhook and not what it carries, which proves nothing
    about the body: they are let in by a header with a token, which they can send as well.

    Raises:
        Forged: it is missing, malformed or does not hold.
    """
    if read_choice(source, "signature", ("body", "token")) == "token":
        token.verify(arrival, secrets, source, now)
        return
    check_digest(secrets, arrival.body, decode(get_header(arrival, "x-wp-webhook-signature"), "base64"))
