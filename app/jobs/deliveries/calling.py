"""Owns one try at a callback: signed, sent to a checked address, and what the receiver made of it."""

import asyncio
import binascii
import math
from collections.abc import Sequence
from contextlib import suppress
from datetime import datetime
from email.utils import parsedate_to_datetime
from typing import Final, Literal

import httpx
from pydantic import SecretStr
from standardwebhooks import Webhook
from standardwebhooks.webhooks import EmptyWebhookSecretError

from app.domain.value import Value
from app.errors import BadInput, Unavailable
from app.fetching.connecting import CONNECT_S, MAX_TRIES, Resolve, Target, find_addresses, read_target
from app.jobs.deliveries.receivers import PORTS
from app.store.callbacks import Callback

TIMEOUT_S: Final = 10.0
"""From resolving the name to the status of the answer; nothing more of it is read."""
MOST_WAIT_S: Final = 24 * 3600.0
_MOST_SHOWN: Final = 300


class Answer(Value):
    """taken: the receiver has it. gone: it wants no more, ever. again: neither; `wait_s` is how long it asks for."""

    fate: Literal["taken", "gone", "again"]
    reason: str = ""
    wait_s: float | None = None


async def call(
    callback: Callback,
    url: str,
    secrets: Sequence[SecretStr],
    *,
    transport: httpx.AsyncBaseTransport,
    resolve: Resolve,
    allows_private: bool,
    now: datetime,
    timeout_s: float = TIMEOUT_S,
) -> Answer:
    """Send a callback once, and say what came of it. Redirects are not followed."""
    headers = _sign(callback, secrets, now)
    if headers is None:
        return _fail("The source has no secret that callbacks can be signed with. Make one: --use callback.")
    try:
        async with asyncio.timeout(timeout_s):
            target = read_target(url, PORTS)
            addresses = await _find(target, resolve, allows_private=allows_private)
            response = await _send(target, addresses, transport, headers, callback.body.encode())
            try:
                return _read(response, now)
            finally:
                await response.aclose()
    except BadInput:
        return _fail(
            "The callback's address is not that of a public server. Mend it, or let it go to a private network with "
            "the option callback_private=yes."
        )
    except (TimeoutError, httpx.TimeoutException):
        return _fail(f"The receiver did not answer within {timeout_s:g} s.")
    except (httpx.HTTPError, Unavailable, OSError) as error:
        return _fail(f"The receiver cannot be reached: {type(error).__name__}.")


def _sign(callback: Callback, secrets: Sequence[SecretStr], now: datetime) -> dict[str, str] | None:
    """Signed with every secret that holds, so that the receiver may have either; None where none can be used."""
    signatures = []
    for secret in secrets:
        try:
            signatures.append(Webhook(secret.get_secret_value()).sign(callback.id, now, callback.body))
        except (binascii.Error, ValueError, EmptyWebhookSecretError):
            continue
    if not signatures:
        return None
    return {
        "content-type": "application/json",
        "user-agent": "scopenote",
        "webhook-id": callback.id,
        "webhook-timestamp": str(math.floor(now.timestamp())),
        "webhook-signature": " ".join(signatures),
    }


async def _find(target: Target, resolve: Resolve, *, allows_private: bool) -> Sequence[str]:
    """The addresses that it may be sent to, one at least.

    Raises:
        BadInput: it has none that is public, where it has to be.
        OSError: it has none.
    """
    if not allows_private:
        return await find_addresses(target, resolve)
    addresses = await resolve(target.host, target.port)
    if not addresses:
        raise OSError("The name has no address.")
    return addresses


async def _send(
    target: Target, addresses: Sequence[str], transport: httpx.AsyncBaseTransport, headers: dict[str, str], body: bytes
) -> httpx.Response:
    """The answer of the first address that can be connected to; the name is not resolved again.

    Raises:
        httpx.TransportError: none of them answers.
    """
    *others, last = addresses[:MAX_TRIES]
    for address in others:
        with suppress(httpx.ConnectError, httpx.ConnectTimeout):
            return await transport.handle_async_request(_build_request(target, address, headers, body))
    return await transport.handle_async_request(_build_request(target, last, headers, body))


def _build_request(target: Target, address: str, headers: dict[str, str], body: bytes) -> httpx.Request:
    """A request to an address; the certificate is still to be that of the name."""
    return httpx.Request(
        "POST",
        httpx.URL(scheme=target.scheme, host=address, port=target.port, raw_path=target.path),
        headers={**headers, "host": target.authority},
        content=body,
        extensions={"sni_hostname": target.host, "timeout": httpx.Timeout(TIMEOUT_S, connect=CONNECT_S).as_dict()},
    )


def _read(response: httpx.Response, now: datetime) -> Answer:
    status = response.status_code
    if 200 <= status < 300:
        return Answer(fate="taken")
    if status == 410:
        return Answer(fate="gone", reason="The receiver answered 410: it wants no more.")
    told = f"The receiver answered {status}"
    if 300 <= status < 400:
        return _fail(f"{told}, and redirects are not followed. Give the source the address that it has in the end.")
    return _fail(f"{told}.", wait_s=_read_wait(response.headers.get("retry-after"), now))


def _read_wait(told: str | None, now: datetime) -> float | None:
    """The seconds that a Retry-After header asks for, as a number or a date."""
    if told is None:
        return None
    try:
        wait_s = float(told) if told.strip().isdecimal() else (parsedate_to_datetime(told) - now).total_seconds()
    except (ValueError, TypeError, OverflowError):
        return None
    return min(max(wait_s, 0.0), MOST_WAIT_S)


def _fail(reason: str, *, wait_s: float | None = None) -> Answer:
    return Answer(fate="again", reason=reason[:_MOST_SHOWN], wait_s=wait_s)
