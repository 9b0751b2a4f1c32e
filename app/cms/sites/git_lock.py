"""Owns who may work on a copy of a repository: one at a time, of all processes of this machine that share it."""

import asyncio
import fcntl
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Final

from app.errors import CmsUnavailable

WAIT_S: Final = 300.0
"""A turn takes seconds, but for the first fetch of a long history."""
_POLL_S: Final = 0.05


@asynccontextmanager
async def holding(folder: Path, *, wait_s: float = WAIT_S) -> AsyncIterator[None]:
    """Work on the copy in this folder alone; the lock lies beside it, and goes with the process that has it.

    git guards each of its own steps against other processes by failing in one of them. What takes
    several steps here, and is to come to something in both, waits instead.

    Raises:
        CmsUnavailable: somebody else has it for longer than that, or there is no place for the lock.
    """
    lock = _open(folder.with_name(f"{folder.name}.lock"))
    try:
        await _take(lock, folder, wait_s)
        yield
    finally:
        os.close(lock)


def _open(path: Path) -> int:
    try:
        path.parent.mkdir(exist_ok=True)  # and no more: the data folder may be away for a moment
        return os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    except OSError as error:
        raise CmsUnavailable(f"{path} cannot be made for a copy of the repository: {error.strerror}.") from error


async def _take(lock: int, folder: Path, wait_s: float) -> None:
    try:
        async with asyncio.timeout(wait_s):
            # Asked for again and again, since a thread that waits in the kernel could not be called off.
            while not _try(lock):  # noqa: ASYNC110 - what ends it happens in another process
                await asyncio.sleep(_POLL_S)
    except TimeoutError as error:
        raise CmsUnavailable(
            f"Others have worked on {folder} for longer than {wait_s:g} s. It is tried again later."
        ) from error


def _try(lock: int) -> bool:
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
