"""Owns what webhooks are taken in with."""

import asyncio
import uuid
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import UTC, datetime

from app.cms.adapter import Adapter
from app.cms.kinds import find_adapter
from app.domain.source import CMS
from app.settings import Settings
from app.store.database import Database


def _start_thread() -> ThreadPoolExecutor:
    # Its own: whoever sends a webhook must not wait until articles are read and measured.
    return ThreadPoolExecutor(1, thread_name_prefix="webhooks")


@dataclass(frozen=True)
class Doors:
    """What webhooks are taken in with. `woken` is set whenever a delivery waits; the worker of this process clears it.

    `address` stands before the paths of what is told to senders, "" where the service does not
    know what it is called from outside.
    """

    database: Database
    find_adapter: Callable[[CMS], Adapter]
    now: Callable[[], datetime]
    new_id: Callable[[], str]
    address: str = ""
    woken: asyncio.Event = field(default_factory=asyncio.Event)
    thread: ThreadPoolExecutor = field(default_factory=_start_thread)

    def close(self) -> None:
        """Let go of the thread, once what was begun is done."""
        self.thread.shutdown()


def build_doors(database: Database, settings: Settings) -> Doors:
    """The doors of this process."""
    return Doors(
        database=database,
        find_adapter=find_adapter,
        now=lambda: datetime.now(UTC),
        new_id=lambda: uuid.uuid4().hex,
        address=(settings.public_url or "").rstrip("/"),
    )
