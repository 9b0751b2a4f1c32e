"""Owns the one place that speaks to a server's Batch API."""

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping
from typing import BinaryIO
from urllib.parse import urlsplit

import httpx2
import openai

from app.llm.batch.batch_wire import BatchPage, ServerBatch
from app.llm.batch.request_lines import ENDPOINT
from app.llm.batch.server_batches import LABEL, find_id, read_batch, read_page
from app.llm.batch.splitting_lines import LineSplitter
from app.llm.failures import AttemptFailed
from app.llm.server.chat_reply import as_fields, read_json
from app.llm.server.hosts import OPENAI_URL, is_openai, strip_credentials
from app.llm.server.reading_failures import read_failure, read_wrapped_status
from app.llm.server.server_words import hide, read_words
from app.llm.server.transport import bound_body, explain

CALL_TIMEOUT_S = 60.0
FILE_TIMEOUT_S = 3_600.0
CONNECT_TIMEOUT_S = 10.0
PAGE = 100
INPUT_KEPT_S = 7 * 86_400
"""A file that was uploaded and then lost sight of is let go after this."""
OUTPUT_KEPT_S = 30 * 86_400
_PLAIN = {"Accept-Encoding": "identity"}

Call = Callable[[openai.AsyncOpenAI], Awaitable[httpx2.Response]]


class OpenAIBatches:
    """Batches at any server that has OpenAI's Batch API; see `app.llm.batch.batch_wire.BatchWire`.

    The SDK's retries are off and its own reading of answers is not used. Connections belong to the
    event loop that runs; `close` in the one that ends. A key and an address that an `OpenAIWire` took are fine here.
    """

    def __init__(
        self, name: str, *, api_key: str, base_url: str | None = None, http_client: httpx2.AsyncClient | None = None
    ) -> None:
        self.name = name
        self._base_url = base_url or OPENAI_URL
        self.server = strip_credentials(self._base_url)
        # Others refuse what they do not know.
        self._expires = is_openai(self.server)
        self._api_key = api_key.strip()
        parts = urlsplit(self._base_url)
        self._secrets = (self._api_key, parts.password or "", parts.query)
        self._given_client = http_client
        self._loop: asyncio.AbstractEventLoop | None = None
        self._client: openai.AsyncOpenAI | None = None

    async def upload(self, file: BinaryIO, filename: str) -> str:
        """See `BatchWire.upload`."""

        async def call(client: openai.AsyncOpenAI) -> httpx2.Response:
            answered = await client.files.with_raw_response.create(
                file=(filename, file, "application/jsonl"),
                purpose="batch",
                expires_after={"anchor": "created_at", "seconds": INPUT_KEPT_S} if self._expires else openai.omit,
                extra_headers=_PLAIN,
            )
            return answered.http_response

        body = await self._exchange(call, timeout_s=FILE_TIMEOUT_S)
        file_id = find_id(as_fields(read_json(body)), "id")
        if file_id is None:
            raise AttemptFailed("unusable_reply", "the server's answer is no file", status=200)
        return file_id

    async def create(self, file_id: str, label: str, about: Mapping[str, str]) -> ServerBatch:
        """See `BatchWire.create`."""

        async def call(client: openai.AsyncOpenAI) -> httpx2.Response:
            answered = await client.batches.with_raw_response.create(
                input_file_id=file_id,
                endpoint=ENDPOINT,
                completion_window="24h",
                metadata={**about, LABEL: label},
                output_expires_after={"anchor": "created_at", "seconds": OUTPUT_KEPT_S}
                if self._expires
                else openai.omit,
                extra_headers=_PLAIN,
            )
            return answered.http_response

        return read_batch(read_json(await self._exchange(call)))

    async def retrieve(self, batch_id: str) -> ServerBatch:
        """See `BatchWire.retrieve`."""

        async def call(client: openai.AsyncOpenAI) -> httpx2.Response:
            return (await client.batches.with_raw_response.retrieve(batch_id, extra_headers=_PLAIN)).http_response

        return read_batch(read_json(await self._exchange(call)))

    async def list_page(self, after: str | None = None) -> BatchPage:
        """See `BatchWire.list_page`."""

        async def call(client: openai.AsyncOpenAI) -> httpx2.Response:
            listed = client.batches.with_raw_response.list(
                limit=PAGE, after=openai.omit if after is None else after, extra_headers=_PLAIN
            )
            return (await listed).http_response

        return read_page(await self._exchange(call))

    async def cancel(self, batch_id: str) -> ServerBatch:
        """See `BatchWire.cancel`."""

        async def call(client: openai.AsyncOpenAI) -> httpx2.Response:
            return (await client.batches.with_raw_response.cancel(batch_id, extra_headers=_PLAIN)).http_response

        return read_batch(read_json(await self._exchange(call)))

    async def read_lines(self, file_id: str) -> AsyncGenerator[bytes, None]:
        """See `BatchWire.read_lines`."""
        splitter, contents = LineSplitter(), self._get_client().files.with_streaming_response
        count = asyncio.get_running_loop().time
        left_s, asked_s = FILE_TIMEOUT_S, count()
        try:
            async with contents.content(file_id, extra_headers=_PLAIN) as streamed:
                async for chunk in streamed.iter_bytes():
                    # Only what the server takes counts, and not what is done with its lines meanwhile.
                    left_s -= count() - asked_s
                    if left_s < 0:
                        raise TimeoutError
                    for line in splitter.split(chunk):
                        yield line
                    asked_s = count()
        except openai.APIStatusError as error:
            raise self._read_failure(error.response) from error
        except (openai.OpenAIError, httpx2.HTTPError, httpx2.InvalidURL, httpx2.StreamError, OSError) as error:
            raise _explain(error, FILE_TIMEOUT_S) from error
        if last := splitter.take_rest():
            yield last

    async def delete_file(self, file_id: str) -> None:
        """See `BatchWire.delete_file`."""

        async def call(client: openai.AsyncOpenAI) -> httpx2.Response:
            return (await client.files.with_raw_response.delete(file_id, extra_headers=_PLAIN)).http_response

        try:
            await self._exchange(call)
        except AttemptFailed as failure:
            if failure.kind != "not_found":
                raise

    async def close(self) -> None:
        """Close the connections that were opened in this event loop; the wire can be used again."""
        client, self._client, loop, self._loop = self._client, None, self._loop, None
        if client is not None and loop is asyncio.get_running_loop() and self._given_client is None:
            await client.close()

    async def _exchange(self, call: Call, *, timeout_s: float = CALL_TIMEOUT_S) -> bytes:
        """The body of the server's answer to one call."""
        try:
            async with asyncio.timeout(timeout_s):
                response = await call(self._get_client())
        except openai.APIStatusError as error:
            raise self._read_failure(error.response) from error
        except (openai.OpenAIError, httpx2.HTTPError, httpx2.InvalidURL, OSError) as error:
            raise _explain(error, timeout_s) from error
        fields = as_fields(read_json(response.content))
        if fields.get("error"):
            raise self._read_failure(response)
        return response.content

    def _read_failure(self, response: httpx2.Response) -> AttemptFailed:
        words = read_words(response.content if response.is_stream_consumed else b"")
        words = words.model_copy(update={"message": hide(words.message, secrets=self._secrets, contents=())})
        status = read_wrapped_status(words) if response.is_success else response.status_code
        return read_failure(status, words, response.headers, is_wrapped=response.is_success)

    def _get_client(self) -> openai.AsyncOpenAI:
        loop = asyncio.get_running_loop()
        if self._client is None or self._loop is not loop:
            self._client = openai.AsyncOpenAI(
                api_key=self._api_key,
                base_url=self._base_url,
                max_retries=0,
                timeout=_time_out(CALL_TIMEOUT_S),
                http_client=self._given_client or _open_http_client(),
            )
            self._loop = loop
        return self._client


def _open_http_client() -> httpx2.AsyncClient:
    return httpx2.AsyncClient(follow_redirects=False, event_hooks={"response": [_bound_body]})


async def _bound_body(response: httpx2.Response) -> None:
    """Result files are as long as they are, and read line by line; nothing else may be."""
    if response.is_error or not response.request.url.path.endswith("/content"):
        await bound_body(response)


def _time_out(seconds: float) -> httpx2.Timeout:
    return httpx2.Timeout(seconds, connect=CONNECT_TIMEOUT_S)


def _explain(error: Exception, timeout_s: float) -> AttemptFailed:
    if isinstance(error, TimeoutError):
        return AttemptFailed("timeout", f"no answer within {timeout_s:g} s")
    return explain(error.__cause__ or error if isinstance(error, openai.APIConnectionError) else error)
