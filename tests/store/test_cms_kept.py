"""Tests of keeping what is known of CMSs' articles, what was written to them, and callbacks, on each database."""

import pytest

from app.errors import Damaged, NotKept
from app.store.callbacks import (
    Callback,
    claim_callbacks,
    list_callbacks,
    queue_callback,
    send_again,
    settle_callback,
    stop_callbacks,
)
from app.store.cms_articles import (
    CmsArticle,
    drop_cms_articles,
    find_cms_article,
    find_listed,
    note_digest,
    note_listed,
    take_up,
)
from app.store.cms_writes import (
    CmsWrite,
    find_last_write,
    keep_write,
    list_open_writes,
    list_writes,
    settle_write,
)
from app.store.connection import Connection
from app.store.database import Database
from app.store.tables.doors import cms_write
from tests.store.kept_values import MINUTE, NOON, overlap


def make_write(article: str = "blog:1", **fields: object) -> CmsWrite:
    given = {"source": "blog", "article": article, "delivery": "d", "decision": "x", "at": NOON, "state": "begun"}
    tags = {"before": {"tags": ()}, "after": {"tags": ("cup", "é\0\ud800")}}
    return CmsWrite.model_validate({**given, **tags, **fields})


def make_callback(id_: str = "a", **fields: object) -> Callback:
    given = {"id": id_, "source": "blog", "decision": "x", "body": "{}", "created_at": NOON, "due_at": NOON}
    return Callback.model_validate({**given, **fields})


def test_the_newest_event_of_an_article_counts(database: Database) -> None:
    taken = [
        database.write_now(lambda c, at=NOON + minutes * MINUTE: take_up(c, "blog:1", "blog", at))  # type: ignore[misc]
        for minutes in (0, 2, 1, 2)
    ]
    assert taken == [True, True, False, True]
    known = database.read_now(lambda c: find_cms_article(c, "blog:1"))
    assert known == CmsArticle(article="blog:1", source="blog", newest_at=NOON + 2 * MINUTE)


def test_what_the_cms_calls_an_article_stays_noted(database: Database) -> None:
    database.write_now(lambda c: take_up(c, "blog:1@de", "blog", NOON, cms_id="1\0", locale="de"))
    database.write_now(lambda c: take_up(c, "blog:1@de", "blog", NOON + MINUTE))
    known = database.read_now(lambda c: find_cms_article(c, "blog:1@de"))
    assert known is not None
    assert (known.cms_id, known.locale, known.newest_at) == ("1\ufffd", "de", NOON + MINUTE)


def test_what_is_known_of_a_sources_articles_is_dropped_with_it(database: Database) -> None:
    for key, source in (("blog:1", "blog"), ("shop:1", "shop")):
        database.write_now(lambda c, key=key, source=source: take_up(c, key, source, NOON))  # type: ignore[misc]
    database.write_now(lambda c: note_listed(c, "blog", NOON))
    assert database.write_now(lambda c: drop_cms_articles(c, "blog")) == 2
    assert database.read_now(lambda c: find_cms_article(c, "blog:1")) is None
    assert database.read_now(lambda c: find_listed(c, "blog")) is None
    assert database.read_now(lambda c: find_cms_article(c, "shop:1")) is not None


def test_of_two_workers_the_one_with_the_older_event_is_told_so(database: Database) -> None:
    def work(c: Connection, number: int) -> bool:
        return take_up(c, "blog:1", "blog", NOON - number * MINUTE)

    assert overlap(database, work) == (True, False)


def test_the_text_that_was_decided_about_stays_with_later_events(database: Database) -> None:
    def work(c: Connection) -> None:
        take_up(c, "blog:1", "blog", NOON)
        note_digest(c, "blog:1", "sha256:a")
        take_up(c, "blog:1", "blog", NOON + MINUTE)

    database.write_now(work)
    known = database.read_now(lambda c: find_cms_article(c, "blog:1"))
    assert known is not None
    assert (known.newest_at, known.digest) == (NOON + MINUTE, "sha256:a")


def test_of_an_article_that_nobody_told_of_nothing_is_known(database: Database) -> None:
    assert database.read_now(lambda c: find_cms_article(c, "blog:1")) is None


def test_how_far_a_list_was_gone_through_never_goes_back(database: Database) -> None:
    assert database.read_now(lambda c: find_listed(c, "blog")) is None
    for minutes in (5, 3):
        database.write_now(lambda c, at=NOON + minutes * MINUTE: note_listed(c, "blog", at))  # type: ignore[misc]
    assert database.read_now(lambda c: find_listed(c, "blog")) == NOON + 5 * MINUTE
    assert database.read_now(lambda c: find_listed(c, "blo")) is None


def test_a_write_is_found_as_it_was_kept_with_what_no_database_takes_replaced(database: Database) -> None:
    seq = database.write_now(lambda c: keep_write(c, make_write(before={"tags": ("ü",)}, after={"Tags": ("\ud800",)})))
    found = database.read_now(lambda c: find_last_write(c, "blog:1"))
    assert found == make_write(seq=seq, before={"tags": ("ü",)}, after={"Tags": ("\ufffd",)})


def test_the_last_write_of_an_article_counts(database: Database) -> None:
    database.write_now(lambda c: keep_write(c, make_write()))
    last = database.write_now(lambda c: keep_write(c, make_write(delivery=None)))
    database.write_now(lambda c: keep_write(c, make_write("blog:2")))
    found = database.read_now(lambda c: find_last_write(c, "blog:1"))
    assert found is not None
    assert found.seq == last


def test_writes_are_open_until_their_end_is_known(database: Database) -> None:
    states = ("begun", "written", "drafted", "suggested", "held", "differs", "failed", "undoing", "undone", "left")
    for state in states:
        database.write_now(lambda c, state=state: keep_write(c, make_write(state=state)))  # type: ignore[misc]
    found = database.read_now(lambda c: list_open_writes(c, "blog:1"))
    assert [write.state for write in found] == ["begun", "drafted", "undoing"]
    database.write_now(lambda c: settle_write(c, found[0].seq, "failed", "lost", NOON + MINUTE))
    assert len(database.read_now(lambda c: list_open_writes(c, "blog:1"))) == 2


def test_writes_are_listed_by_delivery_and_moment_from_the_last_on(database: Database) -> None:
    for minutes, delivery in enumerate(("d", "e", "d")):
        write = make_write(delivery=delivery, at=NOON + minutes * MINUTE)
        database.write_now(lambda c, write=write: keep_write(c, write))  # type: ignore[misc]
    database.write_now(lambda c: keep_write(c, make_write(source="other")))
    every = database.read_now(lambda c: list_writes(c, "blog"))
    assert [write.delivery for write in every] == ["d", "e", "d"]
    assert database.read_now(lambda c: list_writes(c, "blog", delivery="d")) == [every[0], every[2]]
    assert database.read_now(lambda c: list_writes(c, "blog", since=NOON + MINUTE)) == every[:2]
    assert database.read_now(lambda c: list_writes(c, "blog", before=every[0].seq, limit=1)) == [every[1]]


def test_a_damaged_write_says_which_it_is(database: Database) -> None:
    seq = database.write_now(lambda c: keep_write(c, make_write()))
    database.write_now(lambda c: c.execute(cms_write.update().values(after="{")).rowcount)
    with pytest.raises(Damaged, match=f"write {seq}"):
        database.read_now(lambda c: find_last_write(c, "blog:1"))


def test_a_callback_is_queued_once(database: Database) -> None:
    assert database.write_now(lambda c: queue_callback(c, make_callback()))
    assert not database.write_now(lambda c: queue_callback(c, make_callback(body="{other}")))
    assert database.read_now(lambda c: list_callbacks(c, "blog")) == [make_callback()]


def test_what_is_due_is_claimed_once_until_its_time_is_over(database: Database) -> None:
    for id_, minutes in (("later", 9), ("second", 0), ("first", -1)):
        one = make_callback(id_, due_at=NOON + minutes * MINUTE)
        database.write_now(lambda c, one=one: queue_callback(c, one))  # type: ignore[misc]
    claimed = database.write_now(lambda c: claim_callbacks(c, NOON, NOON + MINUTE, limit=5))
    assert [(one.id, one.tries, one.due_at) for one in claimed] == [
        ("first", 1, NOON + MINUTE),
        ("second", 1, NOON + MINUTE),
    ]
    assert database.write_now(lambda c: claim_callbacks(c, NOON, NOON + MINUTE, limit=5)) == []
    again = database.write_now(lambda c: claim_callbacks(c, NOON + MINUTE, NOON + 2 * MINUTE, limit=1))
    assert [one.tries for one in again] == [2]


def test_a_source_whose_receiver_hangs_does_not_hold_up_the_others(database: Database) -> None:
    for number in range(12):
        one = make_callback(f"a{number:02}", due_at=NOON - 20 * MINUTE + number * MINUTE)
        database.write_now(lambda c, one=one: queue_callback(c, one))  # type: ignore[misc]
    database.write_now(lambda c: queue_callback(c, make_callback("z", source="shop")))
    claimed = database.write_now(lambda c: claim_callbacks(c, NOON, NOON + MINUTE, limit=4))
    assert [one.id for one in claimed] == ["a00", "a01", "z"]


def test_two_workers_never_claim_the_same_callback(database: Database) -> None:
    for id_ in "ab":
        database.write_now(lambda c, id_=id_: queue_callback(c, make_callback(id_)))  # type: ignore[misc]
    first, second = overlap(database, lambda c, _: claim_callbacks(c, NOON, NOON + MINUTE, limit=1))
    assert {one.id for one in (*first, *second)} == {"a", "b"}


def test_what_was_settled_stays_as_it_is(database: Database) -> None:
    database.write_now(lambda c: queue_callback(c, make_callback()))
    database.write_now(lambda c: settle_callback(c, make_callback(state="done")))
    database.write_now(lambda c: settle_callback(c, make_callback(state="dead")))
    assert database.read_now(lambda c: list_callbacks(c, "blog"))[0].state == "done"


def test_the_callbacks_of_a_source_are_stopped_and_one_is_sent_again(database: Database) -> None:
    for id_, source in (("a", "blog"), ("b", "blog"), ("c", "other")):
        one = make_callback(id_, source=source)
        database.write_now(lambda c, one=one: queue_callback(c, one))  # type: ignore[misc]
    assert database.write_now(lambda c: stop_callbacks(c, "blog", "gone")) == 2
    again = database.write_now(lambda c: send_again(c, "a", NOON + MINUTE))
    assert (again.state, again.tries, again.due_at, again.reason) == ("waiting", 0, NOON + MINUTE, "")
    stopped = database.read_now(lambda c: list_callbacks(c, "blog", state="stopped"))
    assert [(one.id, one.reason) for one in stopped] == [("b", "gone")]


def test_one_that_waits_for_its_next_try_is_sent_now(database: Database) -> None:
    database.write_now(lambda c: queue_callback(c, make_callback(state="waiting", tries=3)))
    again = database.write_now(lambda c: send_again(c, "a", NOON + MINUTE))
    assert (again.state, again.tries, again.due_at) == ("waiting", 0, NOON + MINUTE)


@pytest.mark.parametrize("state", ["done", None])
def test_what_was_taken_is_not_sent_again(database: Database, state: str | None) -> None:
    if state:
        database.write_now(lambda c: queue_callback(c, make_callback(state=state)))
    with pytest.raises(NotKept, match="'a'"):
        database.write_now(lambda c: send_again(c, "a", NOON))
