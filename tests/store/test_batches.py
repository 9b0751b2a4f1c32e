"""Batches in the store: questions wait, go out together, and come back one by one, each step once."""

from datetime import UTC, datetime

import pytest

from app.store.batches import (
    Batch,
    Settled,
    change_batch,
    count_lines,
    drop_batch,
    drop_lines,
    find_line,
    find_lines,
    keep_double,
    keep_line,
    list_batches,
    list_sendable,
    list_sent,
    list_unfinished,
    make_batch,
    name_attempt,
    settle_lines,
)
from app.store.connection import Connection
from app.store.database import Database

NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
BATCH = Batch(id="b1", job="j1", state="made", lines=2, tokens=20, at=NOW)


@pytest.fixture
def lines(database: Database) -> Database:
    """Three questions of one job that wait."""
    for name in ("l1", "l2", "l3"):
        database.write_now(lambda c, name=name: keep_line(c, "j1", name, f"body of {name}", 10))  # type: ignore[misc]
    return database


def send(database: Database, *names: str) -> None:
    database.write_now(lambda c: make_batch(c, BATCH, names))


def settle(database: Database, settled: Settled) -> None:
    database.write_now(lambda c: settle_lines(c, BATCH, [settled]))


def test_a_question_is_kept_once(lines: Database) -> None:
    lines.write_now(lambda c: keep_line(c, "j1", "l1", "another body", 99))
    found = lines.read_now(lambda c: find_lines(c, "j1", ["l1"]))["l1"]
    assert (found.body, found.tokens, found.state) == ("body of l1", 10, "waiting")


def test_the_same_question_of_another_job_is_another(lines: Database) -> None:
    assert lines.read_now(lambda c: find_line(c, "j2", "l1")) is None


def test_what_waits_is_listed_with_its_size_in_a_file(lines: Database) -> None:
    listed = lines.read_now(lambda c: list_sendable(c, "j1"))
    assert [(line.id, line.tokens, line.size) for line in listed] == [("l1", 10, 11), ("l2", 10, 11), ("l3", 10, 11)]


def test_what_waits_is_listed_page_by_page(lines: Database) -> None:
    assert [line.id for line in lines.read_now(lambda c: list_sendable(c, "j1", after="l1", limit=1))] == ["l2"]


def test_a_batch_takes_its_lines_away(lines: Database) -> None:
    send(lines, "l1", "l3")
    assert lines.read_now(lambda c: count_lines(c, "j1")) == {"waiting": 1, "sent": 2}
    assert [line.id for line in lines.read_now(lambda c: list_sendable(c, "j1"))] == ["l2"]
    sent = lines.read_now(lambda c: list_sent(c, BATCH))
    assert [(line.id, line.body, line.attempt) for line in sent] == [
        ("l1", "body of l1", name_attempt("b1", "l1")),
        ("l3", "body of l3", name_attempt("b1", "l3")),
    ]


def test_a_line_is_in_one_batch_at_a_time(lines: Database) -> None:
    send(lines, "l1")
    other = BATCH.model_copy(update={"id": "b2"})
    lines.write_now(lambda c: make_batch(c, other, ["l1", "l2"]))
    assert [line.id for line in lines.read_now(lambda c: list_sent(c, other))] == ["l2"]


@pytest.mark.parametrize(
    ("settled", "state", "tries", "body"),
    [
        pytest.param(Settled(id="l1", state="answered", reply="{}"), "answered", 1, "", id="answered"),
        pytest.param(Settled(id="l1", state="waiting"), "waiting", 1, "body of l1", id="to go again"),
        pytest.param(Settled(id="l1", state="waiting", counts=False), "waiting", 0, "body of l1", id="never run"),
        pytest.param(Settled(id="l1", state="failed", reason="no"), "failed", 1, "", id="given up"),
        pytest.param(Settled(id="l1", state="stale"), "stale", 1, "", id="to be put differently"),
    ],
)
def test_a_line_comes_back(lines: Database, settled: Settled, state: str, tries: int, body: str) -> None:
    send(lines, "l1")
    settle(lines, settled)
    found = lines.read_now(lambda c: find_lines(c, "j1", ["l1"]))["l1"]
    assert (found.state, found.tries, found.body, found.batch) == (state, tries, body, None)
    assert (found.reply, found.reason) == (settled.reply, settled.reason)


def test_the_first_that_comes_back_counts(lines: Database) -> None:
    send(lines, "l1")
    settle(lines, Settled(id="l1", state="answered", reply="{}"))
    settle(lines, Settled(id="l1", state="failed", reason="late"))
    found = lines.read_now(lambda c: find_line(c, "j1", "l1"))
    assert found is not None
    assert (found.state, found.tries) == ("answered", 1)


def test_a_line_that_is_not_in_the_batch_stays_as_it_is(lines: Database) -> None:
    send(lines, "l1")
    settle(lines, Settled(id="l2", state="failed"))
    assert lines.read_now(lambda c: count_lines(c, "j1")) == {"waiting": 2, "sent": 1}


def test_a_stale_line_is_put_anew_and_keeps_its_tries(lines: Database) -> None:
    send(lines, "l1")
    settle(lines, Settled(id="l1", state="stale", reason="unknown parameter"))
    lines.write_now(lambda c: keep_line(c, "j1", "l1", "a new body", 12))
    found = lines.read_now(lambda c: find_lines(c, "j1", ["l1"]))["l1"]
    assert (found.state, found.body, found.tokens, found.tries, found.reason) == ("waiting", "a new body", 12, 1, "")


def test_a_batch_is_kept_as_it_goes_on(lines: Database) -> None:
    send(lines, "l1")
    lines.write_now(lambda c: change_batch(c, "b1", state="sent", provider_id="p1"))
    assert lines.read_now(lambda c: list_batches(c, "j1")) == [
        BATCH.model_copy(update={"state": "sent", "provider_id": "p1"})
    ]


def test_what_has_ended_is_not_outstanding(lines: Database) -> None:
    send(lines, "l1")
    assert lines.read_now(list_unfinished) == ["j1"]
    lines.write_now(lambda c: change_batch(c, "b1", state="ended"))
    assert lines.read_now(lambda c: list_batches(c, "j1", only_open=True)) == []
    assert lines.read_now(list_unfinished) == []


def test_a_double_is_kept_once(lines: Database) -> None:
    assert lines.write_now(lambda c: keep_double(c, BATCH))
    assert not lines.write_now(lambda c: keep_double(c, BATCH))


def test_a_batch_that_never_left_is_forgotten(lines: Database) -> None:
    send(lines)
    lines.write_now(lambda c: drop_batch(c, "b1"))
    assert lines.read_now(lambda c: list_batches(c, "j1")) == []


def test_lines_are_forgotten_by_their_state(lines: Database) -> None:
    send(lines, "l1")
    lines.write_now(lambda c: drop_lines(c, "j1", states={"waiting"}))
    assert lines.read_now(lambda c: count_lines(c, "j1")) == {"sent": 1}


def test_more_lines_than_a_statement_takes_go_in_one_batch(database: Database) -> None:
    names = [f"{number:05}" for number in range(450)]

    def keep_all(c: Connection) -> None:
        for name in names:
            keep_line(c, "j1", name, "x", 1)

    database.write_now(keep_all)
    database.write_now(lambda c: make_batch(c, BATCH, names))
    assert len(database.read_now(lambda c: find_lines(c, "j1", names))) == 450
    assert database.read_now(lambda c: count_lines(c, "j1")) == {"sent": 450}
