"""Owns the one place that speaks to an OpenAI-compatible server."""

import asyncio
from urllib.parse import parse_qsl, unquote, urlsplit

import httpx2
import openai

from app.errors import BadSetting
from app.llm.failures import AttemptFailed
from app.llm.model import Question, Reply
from app.llm.server.chat_reply import as_fields, read_completion, read_json
from app.llm.server.chat_request import build_request
from app.llm.server.hosts import OPENAI_URL, strip_credentials
from app.llm.server.rate_headers import read_limits
from app.llm.server.reading_failures import find_answer, read_failure, read_wrapped_status
from app.llm.server.server_words import hide, read_words
from app.llm.server.transport import explain, open_http_client
from app.llm.wire import Sent, Shape

CONNECT_TIMEOUT_S = 5.0


class OpenAIWire:
    """A model behind the chat-completions endpoint of any compatible server; see `app.llm.wire.Wire`.

    It reads the answer's JSON itself (the SDK's parsing loses the usage of a malformed one), and the
    SDK's own retries are off, since they bill again. Connections belong to the event loop that runs:
    in another one it begins anew; `close` in the one that ends. An `http_client` that is handed in is
    neither renewed nor closed.
    """

    def __init__(
        self, name: str, *, api_key: str, base_url: str | None = None, http_client: httpx2.AsyncClient | None = None
    ) -> None:
        self.name = name
        self._base_url = _check_base_url(base_url or OPENAI_URL)
        self.server = strip_credentials(self._base_url)
        self._api_key = _check_key(api_key)
        self._secrets = (self._api_key, *_find_secrets(self._base_url))
        self._given_client = http_client
        self._loop: asyncio.AbstractEventLoop | None = None
        self._client: openai.AsyncOpenAI | None = None

    async def send(self, question: Question, shape: Shape, *, attempt_id: str, timeout_s: float) -> Sent:
        """One request, one answer; see `app.llm.wire.Wire`. What a content filter refuses is an answer."""
        try:
            # The client's own timeouts start anew with every byte; this one does not.
            async with asyncio.timeout(timeout_s):
                response = await self._exchange(question, shape, attempt_id, timeout_s)
            limits = read_limits(response.headers)
        except TimeoutError as error:
            raise AttemptFailed("timeout", f"no answer within {timeout_s:g} s", shape=shape) from error
        except AttemptFailed as failure:
            failure.shape = shape
            raise
        try:
            return Sent(reply=self._read(question, response), limits=limits)
        except AttemptFailed as failure:
            failure.shape, failure.limits = shape, limits
            raise

    async def close(self) -> None:
        """Close the connections that were opened in this event loop; the wire can be used again."""
        client, self._client, loop, self._loop = self._client, None, self._loop, None
        if client is not None and loop is asyncio.get_running_loop() and self._given_client is None:
            await client.close()

    async def _exchange(self, question: Question, shape: Shape, attempt_id: str, timeout_s: float) -> httpx2.Response:
        """The server's answer, whatever its status; its body is read."""
        request = build_request(question, shape, server=self.server, model=self.name)
        try:
            # As a raw request: `completions.create` copies every message and schema to look for what to
            # rename, of which there is nothing. That takes longer than all else that is done to send them.
            return await self._get_client().post(
                "/chat/completions",
                body=request,
                cast_to=httpx2.Response,
                options={
                    "headers": {"X-Client-Request-Id": attempt_id, "Accept-Encoding": "identity"},
                    "timeout": httpx2.Timeout(timeout_s, connect=min(CONNECT_TIMEOUT_S, timeout_s)),
                    "security": {"bearer_auth": True},
                },
            )
        except openai.APIStatusError as error:
            return error.response
        except openai.APIConnectionError as error:
            raise explain(error.__cause__ or error) from error
        except (openai.OpenAIError, httpx2.HTTPError, httpx2.InvalidURL, OSError) as error:
            if isinstance(error, TimeoutError):
                raise
            raise explain(error) from error

    def _get_client(self) -> openai.AsyncOpenAI:
        loop = asyncio.get_running_loop()
        if self._client is None or self._loop is not loop:
            self._client = openai.AsyncOpenAI(
                api_key=self._api_key,
                base_url=self._base_url,
                max_retries=0,
                http_client=self._given_client or open_http_client(),
            )
            self._loop = loop
        return self._client

    def _read(self, question: Question, response: httpx2.Response) -> Reply:
        body = read_json(response.content)
        fields = as_fields(body)
        if response.is_success and (not fields.get("error") or fields.get("choices")):
            return read_completion(body)
        words = read_words(response.content)
        words = words.model_copy(update={"message": self._hide(words.message, question)})
        status = read_wrapped_status(words) if response.is_success else response.status_code
        answer = find_answer(status, words)
        if answer is None:
            raise read_failure(status, words, response.headers, is_wrapped=response.is_success)
        return answer

    def _hide(self, text: str, question: Question) -> str:
        return hide(text, secrets=self._secrets, contents=[message.content for message in question.messages])


def _check_base_url(base_url: str) -> str:
    """The address as it will be asked.

    Raises:
        BadSetting: it is no address of a server.
    """
    try:
        url = httpx2.URL(base_url)
        usable = url.scheme in {"http", "https"} and bool(url.host) and urlsplit(base_url).port != 0
    except (ValueError, httpx2.InvalidURL):
        usable = False
    if not usable:
        before, _, shown = base_url.rpartition("@")
        shown = "..." if "?" in before else shown.partition("?")[0]
        raise BadSetting(
            f"OPENAI_BASE_URL={shown!r} is not the address of a server. Set it to one like 'http://localhost:8080/v1'."
        )
    return base_url


def _find_secrets(base_url: str) -> list[str]:
    """What an address may hold that is nobody's business: user, password and query values, as written and as meant."""
    url = urlsplit(base_url)
    written = [url.username or "", url.password or "", *(part.partition("=")[2] for part in url.query.split("&"))]
    meant = [unquote(text) for text in written] + [value for _, value in parse_qsl(url.query)]
    return sorted({*written, *meant} - {""}, key=len, reverse=True)


def _check_key(api_key: str) -> str:
    """The key without the line break that often comes along.

    Raises:
        BadSetting: it cannot be sent; the text does not show it.
    """
    key = api_key.strip()
    if not key or not key.isascii() or not key.isprintable():
        raise BadSetting(
            "OPENAI_API_KEY is empty or holds characters that cannot be sent. "
            "Copy it anew; a server that asks for none takes any word."
        )
    return key
