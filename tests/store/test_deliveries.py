"""Deliveries: each is kept once, however often it comes."""

from datetime import UTC, datetime

import pytest

from app.errors import NotKept
from app.store.database import Database
from app.store.deliveries import Delivery, find_delivery, keep_delivery, settle_delivery

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)
FIRST = Delivery(id="d1", source="ghost", key="k-1", body=b"\x00\xff{}", received_at=NOON)
AGAIN = FIRST.model_copy(update={"id": "d2", "body": b"other"})


def test_a_delivery_is_found_as_it_came(database: Database) -> None:
    assert database.write_now(lambda c: keep_delivery(c, FIRST))
    assert database.read_now(lambda c: find_delivery(c, "ghost", "k-1")) == FIRST


def test_a_repeated_delivery_is_told_and_changes_nothing(database: Database) -> None:
    database.write_now(lambda c: keep_delivery(c, FIRST))
    assert not database.write_now(lambda c: keep_delivery(c, AGAIN))
    assert database.read_now(lambda c: find_delivery(c, "ghost", "k-1")) == FIRST


def test_the_same_key_from_another_source_is_another_delivery(database: Database) -> None:
    other = AGAIN.model_copy(update={"source": "wordpress"})
    kept = database.write_now(lambda c: [keep_delivery(c, FIRST), keep_delivery(c, other)])
    assert kept == [True, True]


def test_what_nobody_sent_is_not_found(database: Database) -> None:
    assert database.read_now(lambda c: find_delivery(c, "ghost", "k-1")) is None


def test_a_settled_delivery_says_what_became_of_it(database: Database) -> None:
    database.write_now(lambda c: keep_delivery(c, FIRST))
    database.write_now(lambda c: settle_delivery(c, "d1", state="done", article="a", decision="x"))
    expected = FIRST.model_copy(update={"state": "done", "article": "a", "decision": "x"})
    assert database.read_now(lambda c: find_delivery(c, "ghost", "k-1")) == expected


def test_a_delivery_that_is_not_kept_cannot_be_settled(database: Database) -> None:
    with pytest.raises(NotKept, match="'d9'"):
        database.write_now(lambda c: settle_delivery(c, "d9", state="failed", reason="gone"))


def test_characters_that_no_database_takes_do_no_harm(database: Database) -> None:
    hostile = FIRST.model_copy(update={"key": "k\x00\ud800", "reason": "\x00"})
    assert database.write_now(lambda c: keep_delivery(c, hostile))
    assert not database.write_now(lambda c: keep_delivery(c, hostile.model_copy(update={"id": "d3"})))
    found = database.read_now(lambda c: find_delivery(c, "ghost", "k\x00\ud800"))
    assert found is not None
    assert found.key == "k\ufffd\ufffd"
