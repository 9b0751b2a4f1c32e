"""Owns a run over several articles: some at the same time, told in the order in which they were named."""

import asyncio
from collections import deque
from collections.abc import AsyncGenerator, Awaitable, Callable, Sequence
from typing import TypeVar

from app.errors import ScopenoteError, Unavailable

T = TypeVar("T")


async def go_through(
    paths: Sequence[str],
    work: Callable[[str], Awaitable[T]],
    *,
    at_once: int,
    rescue: Callable[[str, T | ScopenoteError], None] | None = None,
) -> AsyncGenerator[tuple[str, T | ScopenoteError]]:
    """Each path in order with what came of it: a result or an error of ours.

    After an `Unavailable` no further path is begun; what was begun is still finished, since it may
    have been paid for. Whoever stops early has the rest cancelled before this returns; `rescue` is
    given what was finished by then and had not had its turn.
    """
    begun: deque[tuple[str, asyncio.Task[T | ScopenoteError]]] = deque()
    left, away = deque(paths), False
    try:
        while begun or left:
            while left and len(begun) < at_once and not away:
                path = left.popleft()
                begun.append((path, asyncio.create_task(_attempt(work, path))))
            if not begun:
                return
            path, task = begun[0]
            outcome = await task
            begun.popleft()
            away = away or isinstance(outcome, Unavailable)
            yield path, outcome
    finally:
        for path, task in begun:
            if rescue and task.done() and not task.cancelled() and task.exception() is None:
                rescue(path, task.result())
            task.cancel()
        await asyncio.gather(*(task for _, task in begun), return_exceptions=True)


async def _attempt(work: Callable[[str], Awaitable[T]], path: str) -> T | ScopenoteError:
    try:
        return await work(path)
    except ScopenoteError as error:
        return error
