"""What a stand-in decided waits until the judge that it was meant for has."""

from app.store.asking_again import Due, count_again, drop_again, list_due, put_off, put_off_payer, queue_again
from app.store.connection import Connection
from app.store.database import Database
from tests.store.kept_values import MINUTE, NOON

pytest_plugins = ("tests.store.transactions",)


def _list(connection: Connection, minute: int = 0, limit: int = 10) -> list[str]:
    return [due.article for due in list_due(connection, NOON + minute * MINUTE, limit)]


def test_what_is_queued_is_due_at_once(connection: Connection) -> None:
    queue_again(connection, "a", "sha256:a", "The server is down.\0", NOON)
    (due,) = list_due(connection, NOON, 10)
    reason = "The server is down.\ufffd"
    assert due == Due(article="a", digest="sha256:a", tries=0, reason=reason, since=NOON, due=NOON)


def test_the_longest_due_comes_first_and_no_more_than_asked_for(connection: Connection) -> None:
    for minute, key in enumerate("cab"):
        queue_again(connection, key, "sha256:x", "", NOON + minute * MINUTE)
    assert _list(connection, minute=9, limit=2) == ["c", "a"]


def test_what_is_put_off_is_not_due_before(connection: Connection) -> None:
    queue_again(connection, "a", "sha256:a", "", NOON)
    put_off(connection, "a", NOON + MINUTE, was_sent=True)
    assert _list(connection) == []
    assert _list(connection, minute=1) == ["a"]


def test_only_what_was_sent_counts_as_a_try(connection: Connection) -> None:
    queue_again(connection, "a", "sha256:a", "", NOON)
    for was_sent in (True, False, True):
        put_off(connection, "a", NOON, was_sent=was_sent)
    assert list_due(connection, NOON, 1)[0].tries == 2


def test_queued_again_with_the_same_text_it_keeps_its_turn(connection: Connection) -> None:
    queue_again(connection, "a", "sha256:a", "Down.", NOON)
    put_off(connection, "a", NOON + 5 * MINUTE, was_sent=True)
    queue_again(connection, "a", "sha256:a", "Still down.", NOON + MINUTE)
    (due,) = list_due(connection, NOON + 5 * MINUTE, 1)
    assert (due.tries, due.since, due.due, due.reason) == (1, NOON, NOON + 5 * MINUTE, "Still down.")


def test_queued_again_with_another_text_it_starts_anew(connection: Connection) -> None:
    queue_again(connection, "a", "sha256:a", "", NOON)
    put_off(connection, "a", NOON + 5 * MINUTE, was_sent=True)
    queue_again(connection, "a", "sha256:b", "", NOON + MINUTE)
    (due,) = list_due(connection, NOON + MINUTE, 1)
    assert (due.digest, due.tries, due.since) == ("sha256:b", 0, NOON + MINUTE)


def test_what_is_dropped_no_longer_waits(connection: Connection) -> None:
    for key in "ab":
        queue_again(connection, key, "sha256:x", "", NOON)
    drop_again(connection, "a")
    assert (_list(connection), count_again(connection)) == (["b"], 1)


def test_what_waits_with_a_newer_text_is_not_dropped_for_the_former(connection: Connection) -> None:
    queue_again(connection, "a", "sha256:new", "", NOON)
    drop_again(connection, "a", "sha256:former")
    assert count_again(connection) == 1


def test_what_another_is_taking_is_not_taken_as_well(database: Database) -> None:
    database.write_now(lambda c: queue_again(c, "a", "sha256:x", "", NOON))
    database.write_now(lambda c: queue_again(c, "b", "sha256:x", "", NOON))
    if database.is_sqlite:
        return  # one writer at a time: nobody else can be taking

    def take_one(first: Connection) -> tuple[list[Due], list[Due]]:
        mine = list_due(first, NOON, 1, to_take=True)
        return mine, database.write_now(lambda second: list_due(second, NOON, 10, to_take=True))

    mine, others = database.write_now(take_one)
    assert ([due.article for due in mine], [due.article for due in others]) == (["a"], ["b"])


def test_what_was_queued_anew_meanwhile_is_not_dropped(connection: Connection) -> None:
    queue_again(connection, "a", "sha256:a", "", NOON + MINUTE)
    drop_again(connection, "a", "sha256:a", since=NOON)
    assert count_again(connection) == 1
    drop_again(connection, "a", "sha256:a", since=NOON + MINUTE)
    assert count_again(connection) == 0


def test_what_is_queued_is_paid_for_by_whoever_asked_last(connection: Connection) -> None:
    queue_again(connection, "a", "sha256:a", "", NOON, payer="key:k")
    assert list_due(connection, NOON, 1)[0].payer == "key:k"
    put_off(connection, "a", NOON + 5 * MINUTE, was_sent=True)
    queue_again(connection, "a", "sha256:a", "", NOON + MINUTE, payer="key:k")
    assert _list(connection, minute=1) == []
    queue_again(connection, "a", "sha256:a", "", NOON + MINUTE)
    (due,) = list_due(connection, NOON + MINUTE, 1)
    assert (due.payer, due.tries) == (None, 0)


def test_whoever_cannot_pay_waits_with_all_that_it_pays_for_and_holds_up_nobody(connection: Connection) -> None:
    for key, payer in (("a", "key:poor"), ("b", "key:rich"), ("c", None), ("d", "key:poor"), ("e", "key:poor")):
        queue_again(connection, key, "sha256:x", "", NOON, payer=payer)
    put_off(connection, "e", NOON + 9 * MINUTE, was_sent=False)
    put_off_payer(connection, "key:poor", NOON + 2 * MINUTE)
    assert [_list(connection, minute) for minute in (0, 2, 9)] == [
        ["b", "c"],
        ["b", "c", "a", "d"],
        ["b", "c", "a", "d", "e"],
    ]
    assert {due.tries for due in list_due(connection, NOON + 9 * MINUTE, 9)} == {0}
