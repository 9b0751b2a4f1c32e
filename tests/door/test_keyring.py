"""The ring of keys: what is looked up counts for seconds, what is over lets nobody in, uses are noted once a minute."""

import asyncio
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TypeVar

import pytest

from app.door.keys import FRESH_S, LOOKS_PER_MINUTE, MOST_UNKNOWN, STALE_S, Keyring
from app.errors import NotAllowed, StoreUnavailable
from app.store.connection import Connection
from app.store.database import Database
from app.store.keys import keep_key, load_key, revoke_key
from app.store.opening import open_database
from tests.door.entrance import build_key

pytestmark = pytest.mark.anyio
T = TypeVar("T")


class Watched(Database):
    """A database that counts what is read, and can be away."""

    reads = 0
    is_away = False

    async def read(self, work: Callable[[Connection], T]) -> T:
        self.reads += 1
        if self.is_away:
            raise StoreUnavailable("away")
        return await super().read(work)


class Clock:
    """A time of day and a timer that go together, when a test says so."""

    def __init__(self) -> None:
        self.passed_s = 0.0
        self.begun = datetime.now(UTC)

    def now(self) -> datetime:
        return self.begun + timedelta(seconds=self.passed_s)

    def count(self) -> float:
        return self.passed_s


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Watched]:
    opened = open_database(f"sqlite:///{tmp_path}/store.db")
    opened.__class__ = Watched
    assert isinstance(opened, Watched)
    yield opened
    opened.close()


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def keyring(database: Watched, clock: Clock) -> Keyring:
    return Keyring(database, now=clock.now, timer_s=clock.count)


async def test_what_was_looked_up_counts_for_seconds_and_for_many_at_once(
    keyring: Keyring, database: Watched, clock: Clock
) -> None:
    key, text = build_key()
    database.write_now(lambda c: keep_key(c, key))
    found = await asyncio.gather(*(keyring.check(text) for _ in range(20)))
    assert (found, database.reads) == ([key] * 20, 1)
    clock.passed_s = FRESH_S
    await keyring.check(text)
    assert database.reads == 2


async def test_a_revoked_key_lets_nobody_in_within_seconds(keyring: Keyring, database: Watched, clock: Clock) -> None:
    key, text = build_key()
    database.write_now(lambda c: keep_key(c, key))
    assert await keyring.check(text) == key
    database.write_now(lambda c: revoke_key(c, key.id, clock.now()))
    clock.passed_s = FRESH_S
    with pytest.raises(NotAllowed, match="'News' was revoked"):
        await keyring.check(text)


async def test_a_key_ends_at_its_moment_without_being_looked_up(
    keyring: Keyring, database: Watched, clock: Clock
) -> None:
    key, text = build_key(expires_at=clock.now() + timedelta(seconds=2), origins=("https://a.example",))
    database.write_now(lambda c: keep_key(c, key))
    assert await keyring.check(text) == key
    assert await keyring.find_origins() == {"https://a.example"}
    clock.passed_s = 2
    with pytest.raises(NotAllowed, match="expired at"):
        await keyring.check(text)
    assert not keyring.known_origins
    assert not await keyring.find_origins()
    assert await keyring.is_closed()


async def test_an_unknown_key_is_refused_and_closes_nothing(keyring: Keyring) -> None:
    with pytest.raises(NotAllowed, match="not known"):
        await keyring.check(build_key()[1])
    assert not await keyring.is_closed()


async def test_a_new_key_is_known_at_once_by_what_is_sent_and_by_its_id(keyring: Keyring, database: Watched) -> None:
    assert not await keyring.is_closed()
    (first, text), (second, _) = build_key(), build_key()
    database.write_now(lambda c: keep_key(c, first))
    assert await keyring.check(text) == first
    assert await keyring.is_closed()
    database.write_now(lambda c: keep_key(c, second))
    assert await keyring.check_id(second.id) == second
    reads = database.reads
    assert (await keyring.check_id(first.id), await keyring.check_id(second.id)) == (first, second)
    assert database.reads == reads


async def test_an_unknown_key_is_looked_up_once_in_a_while(keyring: Keyring, database: Watched, clock: Clock) -> None:
    text, reads = build_key()[1], []
    for passed_s in (0.0, FRESH_S - 1, FRESH_S):
        clock.passed_s = passed_s
        for _ in range(20):
            with pytest.raises(NotAllowed):
                await keyring.check(text)
        reads.append(database.reads)
    assert reads == [2, 2, 4]  # all keys, and this one


async def test_a_flood_of_made_up_keys_neither_floods_the_store_nor_grows(
    keyring: Keyring, database: Watched, clock: Clock
) -> None:
    for _ in range(2 * LOOKS_PER_MINUTE):
        with pytest.raises(NotAllowed):
            await keyring.check(build_key()[1])
    assert database.reads == LOOKS_PER_MINUTE + 1
    key, text = build_key()
    database.write_now(lambda c: keep_key(c, key))
    with pytest.raises(NotAllowed):
        await keyring.check(text)
    clock.passed_s = FRESH_S
    assert await keyring.check(text) == key
    for minute in range(1, 2 + MOST_UNKNOWN // LOOKS_PER_MINUTE):
        clock.passed_s = 60.0 * minute
        for _ in range(LOOKS_PER_MINUTE):
            with pytest.raises(NotAllowed):
                await keyring.check(build_key()[1])
    assert len(keyring._unknown) == MOST_UNKNOWN  # noqa: SLF001 - what is remembered


async def test_while_the_store_is_away_what_is_known_counts_for_a_minute(
    keyring: Keyring, database: Watched, clock: Clock
) -> None:
    key, text = build_key()
    database.write_now(lambda c: keep_key(c, key))
    assert await keyring.is_closed()
    database.is_away = True
    clock.passed_s = STALE_S - 1
    assert await keyring.check(text) == key
    clock.passed_s = STALE_S
    with pytest.raises(StoreUnavailable):
        await keyring.check(text)


async def test_a_store_that_was_never_read_opens_nothing(keyring: Keyring, database: Watched) -> None:
    database.is_away = True
    with pytest.raises(StoreUnavailable):
        await keyring.is_closed()


async def test_a_use_is_noted_once_a_minute(keyring: Keyring, database: Watched, clock: Clock) -> None:
    key, _ = build_key()
    database.write_now(lambda c: keep_key(c, key))
    noted = []
    for passed_s in (0.0, 59.0, 60.0):
        clock.passed_s = passed_s
        keyring.note(key)
        await asyncio.gather(*keyring._notes)  # noqa: SLF001 - what is written beside the request
        noted.append(database.read_now(lambda c: load_key(c, key.id)).last_used_at)
    assert noted == [clock.begun, clock.begun, clock.begun + timedelta(seconds=60)]
