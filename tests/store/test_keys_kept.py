"""Keys are kept by their digests, come back whole, and end for good; sessions end with their time or their key."""

from datetime import timedelta

import pytest
import sqlalchemy as sa

from app.domain.key import Key
from app.errors import Damaged, NotKept
from app.store.connection import Connection
from app.store.keys import find_key, find_key_of, has_keys, keep_key, list_keys, load_key, note_use, revoke_key
from app.store.sessions import Session, drop_session, drop_sessions, find_session, keep_session
from app.store.tables.doors import api_key, session
from tests.store.kept_values import MINUTE, NOON, count

pytest_plugins = ("tests.store.transactions",)

KEY = Key(
    id="0a1b2c3d4e",
    name="News — «Desk»",
    digest="d" * 64,
    scope="review",
    created_at=NOON,
    expires_at=NOON + timedelta(days=90),
    origins=("https://cms.example",),
    per_minute=60,
    budget_day_usd=2.5,
)


def _build_session(digest: str = "s", key: str = KEY.id, *, hours: float = 12) -> Session:
    return Session(digest=digest, key=key, created_at=NOON, expires_at=NOON + timedelta(hours=hours))


def test_a_key_comes_back_whole_by_its_digest_and_its_id(connection: Connection) -> None:
    assert (has_keys(connection), find_key(connection, KEY.digest), find_key_of(connection, KEY.id)) == (
        False,
        None,
        None,
    )
    keep_key(connection, KEY)
    assert find_key(connection, KEY.digest) == find_key_of(connection, KEY.id) == load_key(connection, KEY.id) == KEY
    assert (has_keys(connection), list_keys(connection)) == (True, [KEY])


def test_a_key_that_is_kept_again_takes_its_own_place(connection: Connection) -> None:
    keep_key(connection, KEY)
    sooner = KEY.model_copy(update={"expires_at": NOON})
    keep_key(connection, sooner)
    assert list_keys(connection) == [sooner]


def test_keys_are_listed_with_the_oldest_first(connection: Connection) -> None:
    later = KEY.model_copy(update={"id": "a", "digest": "e", "created_at": NOON + MINUTE})
    keep_key(connection, later)
    keep_key(connection, KEY)
    assert list_keys(connection) == [KEY, later]


def test_a_revoked_key_keeps_the_moment_and_still_counts_as_one(connection: Connection) -> None:
    keep_key(connection, KEY)
    revoke_key(connection, KEY.id, NOON)
    revoke_key(connection, KEY.id, NOON + MINUTE)
    assert (load_key(connection, KEY.id).revoked_at, has_keys(connection)) == (NOON, True)


def test_a_use_is_noted_and_of_no_key_nothing(connection: Connection) -> None:
    keep_key(connection, KEY)
    note_use(connection, KEY.id, NOON)
    note_use(connection, "nobody's", NOON)
    assert [key.last_used_at for key in list_keys(connection)] == [NOON]


@pytest.mark.parametrize("key_id", ["", "nobody's", "nul\0"])
def test_what_is_not_there_is_neither_loaded_nor_revoked(connection: Connection, key_id: str) -> None:
    for work in (lambda: load_key(connection, key_id), lambda: revoke_key(connection, key_id, NOON)):
        with pytest.raises(NotKept, match="keys list"):
            work()


def test_a_damaged_key_is_told(connection: Connection) -> None:
    keep_key(connection, KEY)
    connection.execute(sa.update(api_key).values(document="{}"))
    with pytest.raises(Damaged, match=KEY.id):
        list_keys(connection)


def test_a_session_is_found_until_it_is_over(connection: Connection) -> None:
    kept = _build_session()
    keep_session(connection, kept)
    assert find_session(connection, "s", NOON) == kept
    assert find_session(connection, "s", kept.expires_at) is None
    assert find_session(connection, "another", NOON) is None


def test_a_session_ends_alone_and_those_of_a_key_together(connection: Connection) -> None:
    for digest, key in (("a", "k"), ("b", "k"), ("c", "k"), ("d", "other")):
        keep_session(connection, _build_session(digest, key))
    drop_session(connection, "a")
    drop_session(connection, "nothing")
    assert count(connection, session) == 3
    drop_sessions(connection, "k")
    assert find_session(connection, "d", NOON) is not None
    assert count(connection, session) == 1


def test_a_session_takes_the_place_of_the_one_that_a_browser_had_and_of_no_other(connection: Connection) -> None:
    for digest in ("former", "another"):
        keep_session(connection, _build_session(digest))
    keep_session(connection, _build_session("new"), "former")
    kept = [find_session(connection, digest, NOON) is not None for digest in ("former", "another", "new")]
    assert kept == [False, True, True]


def test_what_is_over_is_forgotten_when_the_next_one_begins(connection: Connection) -> None:
    keep_session(connection, _build_session("short", hours=-1))
    keep_session(connection, _build_session("long"))
    assert count(connection, session) == 1
