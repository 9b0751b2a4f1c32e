"""Owns the calls to a CMS over HTTP: bounded in time and size, kept to one address, refusals in words that help."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from http.cookiejar import CookieJar, DefaultCookiePolicy
from typing import Final

import httpx
from pydantic import JsonValue, SecretStr
from pydantic_core import from_json

from app.cms.sites.refusals import Refused, get_wait_s, refuse
from app.errors import BadInput, CmsUnavailable

MAX_ANSWER_BYTES: Final = 16 * 1024 * 1024
TIMEOUT: Final = httpx.Timeout(30, connect=10)
TOTAL_S: Final = 60.0
"""For one call from first to last byte, however it trickles."""
MAX_REDIRECTS: Final = 3
MAX_TRIES: Final = 3
MAX_WAIT_S: Final = 5.0
"""A CMS that is busy for longer than that is left to the worker's own waits."""
_LIMITS: Final = httpx.Limits(max_connections=4, max_keepalive_connections=2)

Parameters = Mapping[str, str | int]
Sleep = Callable[[float], Awaitable[None]]
LogIn = Callable[[], Mapping[str, str]]
"""The headers that show who we are, made anew for each call."""


@dataclass(frozen=True)
class Place:
    """Where a CMS is and what it is called in messages: `cms` by its own name, `source` by ours."""

    cms: str
    root: str
    source: str


@dataclass(frozen=True)
class Answer:
    """A CMS's answer; `body` is None where it has none."""

    status: int
    body: JsonValue


def open_http() -> httpx.AsyncClient:
    """A client that follows nothing by itself and takes no proxy, password or cookie from its surroundings."""
    no_cookies = CookieJar(DefaultCookiePolicy(allowed_domains=[]))
    return httpx.AsyncClient(
        timeout=TIMEOUT, limits=_LIMITS, follow_redirects=False, trust_env=False, cookies=no_cookies
    )


class Api:
    """One CMS's REST interface. Paths are relative to `place.root`, their parts quoted already.

    The client is opened for the first call. What only reads is asked again where the CMS is busy, up to
    MAX_TRIES times; what writes is not.
    """

    def __init__(
        self,
        open_client: Callable[[], httpx.AsyncClient],
        place: Place,
        log_in: LogIn,
        secret: SecretStr | None,
        sleep: Sleep,
    ) -> None:
        self._open_client = open_client
        self._client: httpx.AsyncClient | None = None
        self.place = place
        self._log_in = log_in
        self._secret = secret
        self._sleep = sleep

    async def get(self, path: str, parameters: Parameters | None = None, *, anonymous: bool = False) -> JsonValue:
        """What a GET answers.

        Raises:
            CmsUnavailable, BadInput, NotKept: as `app.cms.site.Site`.
        """
        for again in range(1, MAX_TRIES + 1):
            try:
                return (await self._call("GET", path, parameters, None, anonymous=anonymous)).body
            except CmsUnavailable as error:
                wait_s = float(again) if error.wait_s is None else error.wait_s
                if again == MAX_TRIES or wait_s > MAX_WAIT_S:
                    raise
            await self._sleep(wait_s)
        raise AssertionError

    async def send(
        self,
        method: str,
        path: str,
        body: JsonValue,
        parameters: Parameters | None = None,
        *,
        expected: frozenset[int] = frozenset(),
    ) -> Answer:
        """What a call that writes answers; a refusal with an expected status is an answer as well.

        Raises:
            CmsUnavailable, BadInput, NotKept: as `app.cms.site.Site`.
        """
        return await self._call(method, path, parameters, body, expected=expected)

    async def close(self) -> None:
        """Let go of the connections."""
        if self._client is not None:
            await self._client.aclose()

    async def _call(
        self,
        method: str,
        path: str,
        parameters: Parameters | None,
        body: JsonValue,
        *,
        anonymous: bool = False,
        expected: frozenset[int] = frozenset(),
    ) -> Answer:
        headers = {"Accept": "application/json", "Accept-Encoding": "identity", "User-Agent": "Scopenote"}
        headers |= {} if anonymous else self._log_in()
        self._client = self._client or self._open_client()
        request = self._client.build_request(
            method,
            self.place.root + path,
            params=dict(parameters) if parameters else None,
            json=body if method != "GET" else None,
            headers=headers,
        )
        try:
            async with asyncio.timeout(TOTAL_S):
                status, received, raw = await self._exchange(self._client, request)
        except (httpx.TransportError, httpx.StreamError, TimeoutError) as error:
            raise CmsUnavailable(f"{self._name} cannot be reached: {_describe(error)}. Is it running?") from error
        if 200 <= status < 300 or status in expected:
            return Answer(status, self._read(raw))
        retry_after = get_wait_s(received.get("retry-after"))
        refused = Refused(f"{method} {path}", status, raw, retry_after, _redact(self._secret))
        raise refuse(refused, self._name, self.place.source)

    async def _exchange(self, client: httpx.AsyncClient, request: httpx.Request) -> tuple[int, httpx.Headers, bytes]:
        """Send a request and take its answer, following redirects of a GET that stay at the same address."""
        for _ in range(MAX_REDIRECTS + 1):
            response = await client.send(request, stream=True)
            try:
                following = self._find_following(request, response)
                if following is None:
                    return response.status_code, response.headers, await self._take(response)
            finally:
                await response.aclose()
            request = following
        raise BadInput(f"{self._name} redirects in a circle. Give the source the address that it has in the end.")

    def _find_following(self, request: httpx.Request, response: httpx.Response) -> httpx.Request | None:
        following = response.next_request
        if following is None:
            return None
        here, there = request.url, following.url
        if request.method != "GET" or (here.scheme, here.host, here.port) != (there.scheme, there.host, there.port):
            seen = f"{there.scheme}://{there.host}"[:200]
            remedy = "Give the source the address that it has in the end."
            raise BadInput(f"{self._name} redirects to {seen!r}, and is not followed there. {remedy}")
        return following

    async def _take(self, response: httpx.Response) -> bytes:
        """The answer's bytes. Packed ones are not unpacked: they were not asked for, and may hide any size."""
        if response.headers.get("content-encoding", "identity").strip().lower() not in {"identity", ""}:
            raise BadInput(f"{self._name} packs its answers although asked not to. Turn that off for its API.")
        taken = bytearray()
        async for part in response.aiter_raw():
            taken += part
            if len(taken) > MAX_ANSWER_BYTES:
                limit = f"{MAX_ANSWER_BYTES // 1024**2} MB"
                raise BadInput(f"{self._name} answers with more than {limit}. Is this the address of its API?")
        return bytes(taken)

    def _read(self, raw: bytes) -> JsonValue:
        if not raw.strip():
            return None
        try:
            read: JsonValue = from_json(raw, allow_inf_nan=False)
        except ValueError as error:
            message = f"{self._name} answers with what is not JSON. Is this the address of its API?"
            raise BadInput(message) from error
        return read

    @property
    def _name(self) -> str:
        return f"{self.place.cms} at {self.place.root}"


def _redact(secret: SecretStr | None) -> str | None:
    return secret.get_secret_value() if secret else None


def _describe(error: Exception) -> str:
    """What went wrong, without what a server may have said."""
    return {"TimeoutError": "it took too long"}.get(type(error).__name__, type(error).__name__)
