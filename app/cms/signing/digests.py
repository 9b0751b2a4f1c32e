"""Owns the check of a keyed digest against every secret that holds, in constant time."""

import hashlib
import hmac
from collections.abc import Iterable, Sequence

from pydantic import SecretStr

from app.errors import Forged


def list_keys(secrets: Sequence[SecretStr]) -> list[bytes]:
    """The secrets as bytes, the empty ones left out: anybody can sign with nothing.

    Raises:
        Forged: none is left.
    """
    keys = [secret.get_secret_value().encode("utf-8", "surrogatepass") for secret in secrets]
    keys = [key for key in keys if key]
    if not keys:
        raise Forged("The source has no secret to check the webhook with. Give it one with `scopenote sources rotate`.")
    return keys


def sign(key: bytes, signed: bytes) -> bytes:
    """HMAC-SHA256, which all of the schemes agree on."""
    return hmac.new(key, signed, hashlib.sha256).digest()


def check_digest(secrets: Sequence[SecretStr], signed: bytes, given: bytes) -> None:
    """Nothing where one of the secrets makes the given digest.

    Raises:
        Forged: none does.
    """
    check_any((sign(key, signed) for key in list_keys(secrets)), (given,))


def check_any(expected: Iterable[bytes], given: Sequence[bytes]) -> None:
    """Nothing where one that is given is one that is expected; all are compared, so that time tells nothing.

    Raises:
        Forged: none is.
    """
    found = False
    for right in expected:
        for candidate in given:
            found |= hmac.compare_digest(right, candidate)
    if not found:
        raise Forged("The webhook's signature does not hold: another secret was used, or its body was changed.")
