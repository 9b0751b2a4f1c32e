"""Owns the streamed answer: progress as it is made, then the classification or the problem."""

import asyncio
import logging
import re
from collections.abc import AsyncIterator, Awaitable, Callable

from fastapi.sse import KEEPALIVE_COMMENT, EventSourceResponse, format_sse_event
from pydantic import BaseModel

from app.domain.progress import Progress, Watch
from app.door.problems import Problem
from app.errors import ScopenoteError

log = logging.getLogger(__name__)

KEEP_ALIVE_S = 15.0
"""Of silence, after which a comment keeps proxies from closing the connection."""


def wants_events(accept: str) -> bool:
    """Whether an Accept header names server-sent events, and not as what is unwanted (q=0)."""
    for entry in accept.split(","):
        media_type, _, parameters = entry.partition(";")
        if media_type.strip().lower() == EventSourceResponse.media_type:
            return not re.search(r"q\s*=\s*0(\.0*)?\s*(;|$)", parameters)
    return False


def stream(
    work: Callable[[Watch], Awaitable[BaseModel]], tell: Callable[[ScopenoteError | None], Problem]
) -> EventSourceResponse:
    """Server-sent events: any number of `progress`, then one `classification`, or one `problem`.

    `tell` describes an error of ours, or (None) one that nobody expected.
    `work` starts when somebody reads, and is cancelled when nobody does any more.
    """
    return EventSourceResponse(_tell_events(work, tell), headers={"Cache-Control": "no-cache", "Vary": "Accept"})


async def _tell_events(
    work: Callable[[Watch], Awaitable[BaseModel]], tell: Callable[[ScopenoteError | None], Problem]
) -> AsyncIterator[bytes]:
    steps: asyncio.Queue[Progress | None] = asyncio.Queue()
    working = asyncio.ensure_future(work(steps.put_nowait))
    working.add_done_callback(lambda _: steps.put_nowait(None))
    try:
        while True:
            try:
                step = await asyncio.wait_for(steps.get(), KEEP_ALIVE_S)
            except TimeoutError:
                yield KEEPALIVE_COMMENT
                continue
            if step is None:
                break
            yield _format("progress", step)
        error = working.exception()
        if error is None:
            yield _format("classification", working.result())
        elif isinstance(error, ScopenoteError):
            yield _format("problem", tell(error))
        else:
            log.error("a streamed classification failed", exc_info=error)
            yield _format("problem", tell(None))
    finally:
        working.cancel()
        await asyncio.wait((working,))


def _format(event: str, value: BaseModel) -> bytes:
    return format_sse_event(event=event, data_str=value.model_dump_json())
