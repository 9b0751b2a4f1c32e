"""Owns the ring of keys that a running service goes by: looked up every few seconds, judged at every request."""

import asyncio
import logging
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Final

from app.domain.key import Key, tell_end
from app.door.key_text import read_key
from app.door.limits import Buckets
from app.errors import NotAllowed, StoreUnavailable, TooMany
from app.store.connection import Connection
from app.store.database import Database
from app.store.keys import find_key, find_key_of, list_keys, note_use

_LOG = logging.getLogger(__name__)

FRESH_S: Final = 5.0
"""How long what was looked up counts; a key that is revoked lets nobody in after that."""
STALE_S: Final = 60.0
"""How long it counts where the store cannot be read: nothing can be revoked in it meanwhile, either."""
NOTE_S: Final = 60.0
"""Between two notes of when a key was used last."""
MOST_UNKNOWN: Final = 1_000
"""Keys that are remembered to be unknown."""
LOOKS_PER_MINUTE: Final = 600
"""How often the store is asked about a single key. In a flood of made-up ones a new key is known within `FRESH_S`."""


@dataclass(frozen=True)
class Ring:
    """Every key that there ever was, as looked up at one moment."""

    keys: tuple[Key, ...] = ()
    at_s: float = float("-inf")

    @cached_property
    def by_digest(self) -> dict[str, Key]:
        """Keys by the SHA-256 of what is sent."""
        return {key.digest: key for key in self.keys}

    @cached_property
    def by_id(self) -> dict[str, Key]:
        """Keys by what may be seen of them."""
        return {key.id: key for key in self.keys}

    def list_origins(self, now: datetime) -> frozenset[str]:
        """The pages from which browsers may use one of the keys that hold."""
        return frozenset(origin for key in self.keys if tell_end(key, now) is None for origin in key.origins)


class Keyring:
    """The keys in the store, looked up again when what is known has aged; notes when each was used last.

    A key that is not among those that were looked up may be new, and is asked for by itself.
    """

    def __init__(self, database: Database, *, now: Callable[[], datetime], timer_s: Callable[[], float]) -> None:
        self._database = database
        self._now = now
        self._timer_s = timer_s
        self._ring = Ring()
        self._looking = asyncio.Lock()
        self._unknown: OrderedDict[str, float] = OrderedDict()
        self._looks = Buckets(timer_s)
        self._noted: dict[str, float] = {}
        self._notes: set[asyncio.Task[None]] = set()

    @property
    def known_origins(self) -> frozenset[str]:
        """As `find_origins`, by what was looked up last."""
        return self._ring.list_origins(self._now())

    async def is_closed(self) -> bool:
        """Whether a key is needed, because there is one or ever was.

        Raises:
            StoreUnavailable: it cannot be looked up.
        """
        return bool((await self._look()).keys)

    async def find_origins(self) -> frozenset[str]:
        """The pages from which browsers may use one of the keys that hold. Raises as `is_closed`."""
        return (await self._look()).list_origins(self._now())

    async def check(self, text: str) -> Key:
        """The key that somebody sent.

        Raises:
            NotAllowed: it is no key, or one that is over or unknown.
            StoreUnavailable: it cannot be looked up.
        """
        digest = read_key(text)
        key = (await self._look()).by_digest.get(digest)
        return self._judge(key or await self._find_new(digest, lambda c: find_key(c, digest)))

    async def check_id(self, key_id: str) -> Key:
        """The key of an id. Raises as `check`."""
        key = (await self._look()).by_id.get(key_id)
        return self._judge(key or await self._find_new(key_id, lambda c: find_key_of(c, key_id)))

    def note(self, key: Key) -> None:
        """Write down that a key is used, beside the request that uses it, and once a minute at most."""
        now_s = self._timer_s()
        if now_s - self._noted.get(key.id, float("-inf")) < NOTE_S:
            return
        self._noted[key.id] = now_s
        note = asyncio.create_task(self._write_note(key.id, self._now()))
        self._notes.add(note)
        note.add_done_callback(self._notes.discard)

    def _judge(self, key: Key | None) -> Key:
        if key is None:
            raise NotAllowed("This key is not known here. Ask whoever runs the service for another one.")
        end = tell_end(key, self._now())
        if end is not None:
            raise NotAllowed(f"The key {key.name!r} {end}. Ask whoever runs the service for another one.", key=key.id)
        return key

    async def _find_new(self, wanted: str, find: Callable[[Connection], Key | None]) -> Key | None:
        """A key that was made since all were looked up."""
        if self._timer_s() - self._unknown.get(wanted, float("-inf")) < FRESH_S:
            return None
        try:
            self._looks.take("", LOOKS_PER_MINUTE, "")
        except TooMany:
            return None
        key = await self._database.read(find)
        if key is None:
            self._unknown[wanted] = self._timer_s()
            self._unknown.move_to_end(wanted)
            while len(self._unknown) > MOST_UNKNOWN:
                self._unknown.popitem(last=False)
        elif key.id not in self._ring.by_id:
            self._ring = Ring(keys=(*self._ring.keys, key), at_s=self._ring.at_s)
        return key

    async def _look(self) -> Ring:
        if self._count_age() < FRESH_S:
            return self._ring
        async with self._looking:
            if self._count_age() >= FRESH_S:
                await self._refresh()
        return self._ring

    async def _refresh(self) -> None:
        at_s = self._timer_s()
        try:
            keys = await self._database.read(list_keys)
        except StoreUnavailable:
            if self._count_age() >= STALE_S:
                raise
        else:
            self._ring = Ring(keys=tuple(keys), at_s=at_s)

    def _count_age(self) -> float:
        return self._timer_s() - self._ring.at_s

    async def _write_note(self, key_id: str, now: datetime) -> None:
        try:
            await self._database.write(lambda c: note_use(c, key_id, now))
        except StoreUnavailable as error:
            _LOG.warning("when a key was used last could not be written down: %s", error)
