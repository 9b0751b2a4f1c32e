"""Owns the signature of Standard Webhooks: id, time and body under a secret that is written as whsec_ and base64."""

from collections.abc import Sequence
from datetime import UTC, datetime

from pydantic import SecretStr
from standardwebhooks import Webhook
from standardwebhooks.webhooks import EmptyWebhookSecretError

from app.cms.arrival import Arrival
from app.cms.options import read_tolerance
from app.cms.signing.digests import check_any
from app.cms.signing.headers import check_age, decode, get_header
from app.domain.source import Source
from app.errors import Forged

TOLERANCE_S = 300
MAX_SIGNATURES = 20
_VERSION = "v1,"


def verify(arrival: Arrival, secrets: Sequence[SecretStr], source: Source, now: datetime) -> None:
    """Check `webhook-signature`, in which one of several may hold; v1 (HMAC-SHA256) alone counts.

    Raises:
        Forged: a header is missing or malformed, the time is away from ours, or no signature holds.
    """
    message = get_header(arrival, "webhook-id")
    if "." in message:
        # The id is signed as `id.time.body`: with a dot in it, one signature would hold for two readings.
        raise Forged("The webhook's id has a dot in it, which Standard Webhooks forbids.")
    if not (message.isascii() and message.isprintable()):
        raise Forged("The webhook's id has characters that no id has.")
    given = _list_given(get_header(arrival, "webhook-signature"))
    stamp = check_age(get_header(arrival, "webhook-timestamp"), now, read_tolerance(source, TOLERANCE_S))
    sent_at = datetime.fromtimestamp(stamp, UTC)
    try:
        body = arrival.body.decode()
    except UnicodeDecodeError as error:
        raise Forged("The webhook's body is not UTF-8.") from error
    expected = [decode(hook.sign(message, sent_at, body).removeprefix(_VERSION), "base64") for hook in _open(secrets)]
    check_any(expected, given)


def _list_given(header: str) -> list[bytes]:
    given = []
    for signature in header.split(" ")[:MAX_SIGNATURES]:
        if signature.startswith(_VERSION):
            try:
                given.append(decode(signature.removeprefix(_VERSION), "base64"))
            except Forged:
                continue
    if not given:
        raise Forged("The webhook has no signature of version v1.")
    return given


def _open(secrets: Sequence[SecretStr]) -> list[Webhook]:
    hooks = []
    for secret in secrets:
        try:
            hooks.append(Webhook(secret.get_secret_value()))
        except (ValueError, EmptyWebhookSecretError):
            continue
    if not hooks:
        raise Forged(
            "The source has no secret that Standard Webhooks could use: whsec_ and base64. "
            "Have one made with `scopenote sources rotate`."
        )
    return hooks
