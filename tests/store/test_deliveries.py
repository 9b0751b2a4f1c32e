"""Deliveries: each is kept once, worked on by one worker at a time, and settled once."""

import threading
from datetime import UTC, datetime, timedelta
from functools import partial

import pytest
from sqlalchemy import update

from app.domain.article_event import ArticleEvent, Body
from app.domain.delivery import MOST_EVENTS, Delivery, DeliveryState, Outcome, list_parts
from app.errors import Damaged, NotKept
from app.store.claiming import MOST_DEATHS, claim_deliveries, give_back
from app.store.connection import Connection
from app.store.database import Database
from app.store.deliveries import (
    count_deliveries,
    find_delivery,
    keep_delivery,
    list_call,
    list_deliveries,
    load_delivery,
    settle_delivery,
)
from app.store.tables.doors import delivery as deliveries
from app.store.workers import count_deaths

pytest_plugins = ("tests.store.transactions",)

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)
SOON = NOON + timedelta(hours=1)


def build_delivery(number: int, *articles: str, source: str = "blog") -> Delivery:
    """The n-th delivery, a second after the one before, about these articles; about one of its own where none is."""
    events = tuple(
        ArticleEvent(what="published", id=article, body=Body(format="html", content="<p>\u00e9</p>"), updated_at=NOON)
        for article in articles or (f"a{number}",)
    )
    at = NOON + timedelta(seconds=number)
    return Delivery(id=f"d{number}", source=source, key=f"k{number}", received_at=at, events=events, due_at=at)


FIRST = build_delivery(1)
OUTCOME = Outcome(article="blog:a1", fate="classified", decision="x", written=("baking",))


def keep(c: Connection, *kept: Delivery) -> None:
    for delivery in kept:
        assert keep_delivery(c, delivery)


def claim(
    c: Connection, executor: str = "w", *, now: datetime = SOON, limit: int = 9, alive: tuple[str, ...] = ()
) -> list[str]:
    """The ids of what a worker is given."""
    return [delivery.id for delivery in claim_deliveries(c, executor, now, limit=limit, alive=alive)]


def settle(c: Connection, delivery_id: str, state: DeliveryState, **changed: object) -> bool:
    return settle_delivery(c, load_delivery(c, delivery_id).model_copy(update={"state": state, **changed}))


def test_a_delivery_is_found_as_it_came(connection: Connection) -> None:
    assert keep_delivery(connection, FIRST)
    assert find_delivery(connection, "blog", "k1") == load_delivery(connection, "d1") == FIRST


def test_a_repeated_delivery_is_told_and_changes_nothing(connection: Connection) -> None:
    keep(connection, FIRST)
    assert not keep_delivery(connection, build_delivery(2).model_copy(update={"key": "k1"}))
    assert list_deliveries(connection) == [FIRST]


def test_the_same_key_from_another_source_is_another_delivery(connection: Connection) -> None:
    keep(connection, FIRST, build_delivery(2, source="shop").model_copy(update={"key": "k1"}))


def test_what_could_not_be_mapped_gets_its_turn_once_it_can_be(connection: Connection) -> None:
    keep(connection, FIRST.model_copy(update={"events": (), "state": "parked", "reason": "no title"}))
    later = build_delivery(2, "a1").model_copy(update={"key": "k1"})
    assert not keep_delivery(connection, later)
    found = find_delivery(connection, "blog", "k1")
    assert found == later.model_copy(update={"id": "d1", "received_at": FIRST.received_at})
    assert claim(connection) == ["d1"]


@pytest.mark.parametrize("state", ["working", "done", "parked"])
def test_a_repetition_does_not_begin_anew_what_had_its_turn(connection: Connection, state: DeliveryState) -> None:
    keep(connection, FIRST)
    settle(connection, "d1", state, reason="because")
    assert not keep_delivery(connection, build_delivery(2).model_copy(update={"key": "k1"}))
    assert (load_delivery(connection, "d1").state, load_delivery(connection, "d1").reason) == (state, "because")


def test_what_nobody_sent_is_not_found(connection: Connection) -> None:
    assert find_delivery(connection, "blog", "k1") is None
    with pytest.raises(NotKept, match="'d9'"):
        load_delivery(connection, "d9")


def test_characters_that_no_database_takes_do_no_harm(connection: Connection) -> None:
    event = ArticleEvent(what="updated", id="a\x00", title="\x00").model_copy(update={"title": "\ud800"})
    hostile = FIRST.model_copy(update={"key": "k\x00\ud800", "reason": "\x00", "events": (event,)})
    keep(connection, hostile)
    assert not keep_delivery(connection, hostile.model_copy(update={"id": "d3"}))
    found = find_delivery(connection, "blog", "k\x00\ud800")
    assert found is not None
    assert (found.key, found.events[0].id, found.events[0].title) == ("k\ufffd\ufffd", "a\ufffd", "\ufffd")


def test_the_oldest_are_claimed_first_and_no_more_than_asked_for(connection: Connection) -> None:
    keep(connection, *map(build_delivery, (3, 1, 2)))
    claimed = claim_deliveries(connection, "w", SOON, limit=2, alive=())
    assert [delivery.id for delivery in claimed] == ["d1", "d2"]
    assert [(delivery.state, delivery.executor) for delivery in claimed] == [("working", "w")] * 2
    assert claimed == [load_delivery(connection, delivery.id) for delivery in claimed]
    assert claim(connection) == ["d3"]


def test_what_is_not_due_waits(connection: Connection) -> None:
    keep(connection, FIRST)
    assert claim(connection, now=NOON) == []
    assert claim(connection, now=FIRST.due_at) == ["d1"]


@pytest.mark.parametrize("state", ["done", "parked"])
def test_what_had_its_turn_is_not_claimed(connection: Connection, state: DeliveryState) -> None:
    keep(connection, FIRST)
    settle(connection, "d1", state)
    assert claim(connection) == []


def test_what_a_living_worker_has_stays_with_it(connection: Connection) -> None:
    keep(connection, FIRST)
    assert claim(connection, "w") == ["d1"]
    assert claim(connection, "v", alive=("v", "w")) == []
    assert claim(connection, "w", alive=()) == [], "whoever claims is alive"


def test_what_a_dead_worker_had_is_taken_over(connection: Connection) -> None:
    keep(connection, FIRST)
    claim(connection, "w")
    assert claim(connection, "v", alive=("v",)) == ["d1"]
    assert load_delivery(connection, "d1").executor == "v"


def test_two_deliveries_about_one_article_are_worked_on_one_after_the_other(connection: Connection) -> None:
    keep(
        connection, build_delivery(1, "a", "b"), build_delivery(2, "b", "c"), build_delivery(3, "c"), build_delivery(4)
    )
    assert claim(connection) == ["d1", "d4"], "the third waits for the second, which waits"
    assert claim(connection) == []
    settle(connection, "d1", "done")
    assert claim(connection) == ["d2"]
    settle(connection, "d2", "parked")
    assert claim(connection) == ["d3"]


def test_the_same_id_in_two_sources_or_languages_is_two_articles(connection: Connection) -> None:
    german = FIRST.events[0].model_copy(update={"locale": "de"})
    keep(
        connection,
        FIRST,
        build_delivery(2, "a1", source="shop"),
        build_delivery(3).model_copy(update={"events": (german,)}),
    )
    assert claim(connection) == ["d1", "d2", "d3"]


def keep_parts(c: Connection, number: int = 1, *, articles: int = 2 * MOST_EVENTS + 1) -> list[Delivery]:
    """A call about so many articles, in the parts that it is kept as."""
    parts = list(list_parts(build_delivery(number, *(f"a{number}-{which}" for which in range(articles)))))
    keep(c, *parts)
    return parts


def test_of_the_parts_of_a_call_one_is_worked_on_at_a_time(connection: Connection) -> None:
    keep_parts(connection)
    keep(connection, build_delivery(2))
    assert claim(connection) == ["d1", "d2"]
    assert claim(connection, "v", alive=("v", "w")) == []
    settle(connection, "d1", "done")
    assert claim(connection, "v", alive=("v", "w")) == ["d1.2"]
    settle(connection, "d1.2", "parked")
    assert claim(connection) == ["d1.3"]


def test_a_part_of_a_dead_worker_goes_on_with_another(connection: Connection) -> None:
    keep_parts(connection)
    claim(connection, "w")
    assert claim(connection, "v", alive=("v",)) == ["d1"]


def test_a_damaged_part_is_in_no_others_way(connection: Connection) -> None:
    keep_parts(connection)
    connection.execute(update(deliveries).where(deliveries.c.id == "d1").values(events="[{]"))
    assert claim(connection) == ["d1.2"]


def test_the_parts_of_a_call_are_listed_in_their_order(connection: Connection) -> None:
    parts = keep_parts(connection, articles=11 * MOST_EVENTS)
    keep(connection, build_delivery(2).model_copy(update={"received_at": parts[0].received_at}))
    settle(connection, "d1", "done")
    listed = list_call(connection, parts[3])
    assert [id_ for id_, _ in listed] == ["d1", *(f"d1.{number}" for number in range(2, 12))]
    assert {state for _, state in listed[1:]} == {"waiting"}
    assert listed[0][1] == "done"


def test_an_article_waits_for_no_dead_worker(connection: Connection) -> None:
    keep(connection, build_delivery(1, "a"), build_delivery(2, "a"))
    claim(connection, "w")
    assert claim(connection, "v") == ["d1"], "the older one first"


def die_with(c: Connection, *workers: str) -> list[list[str]]:
    """What each of these is given, one after the other, where each dies with what it is given."""
    return [claim(c, worker, alive=(worker,)) for worker in workers]


def test_what_workers_die_with_is_parked_with_the_reason(connection: Connection) -> None:
    keep(connection, FIRST)
    assert die_with(connection, "a", "b", "c")[-1] == ["d1"]
    assert claim(connection, "d", alive=("d",)) == []
    parked = load_delivery(connection, "d1")
    assert (parked.state, parked.executor) == ("parked", None)
    assert f"{MOST_DEATHS} workers died" in parked.reason


def test_what_was_beside_a_killer_is_not_parked_with_it(connection: Connection) -> None:
    """After the first death one suspect at a time is worked on, beside what nobody died with."""
    keep(connection, *map(build_delivery, (1, 2, 3)))
    assert die_with(connection, "a", "b", "c") == [["d1", "d2", "d3"], ["d1"], ["d1"]]
    keep(connection, build_delivery(4))
    assert claim(connection, "d", alive=("d",)) == ["d2", "d4"]
    assert claim(connection, "d", alive=("d",)) == []
    settle(connection, "d2", "done")
    assert claim(connection, "d", alive=("d",)) == ["d3"]
    assert load_delivery(connection, "d1").state == "parked"


def test_another_worker_has_a_suspect_of_its_own(connection: Connection) -> None:
    keep(connection, *map(build_delivery, (1, 2)))
    die_with(connection, "a")
    assert [claim(connection, worker, alive=("b", "c")) for worker in ("b", "c")] == [["d1"], ["d2"]]


def test_many_deliveries_of_one_article_are_in_no_others_way(connection: Connection) -> None:
    keep(connection, *(build_delivery(number, "a") for number in range(20)), build_delivery(20))
    assert claim(connection, limit=2) == ["d0", "d20"]


def test_what_a_worker_was_given_without_being_told_is_given_to_it_again(connection: Connection) -> None:
    keep(connection, FIRST, build_delivery(2, "a1"), build_delivery(3))
    assert claim(connection) == ["d1", "d3"]
    told = claim_deliveries(connection, "w", SOON, limit=9, alive=(), holding=["d3"])
    assert [delivery.id for delivery in told] == ["d1"]
    assert count_deaths(connection, "delivery:d1") == 0


def test_what_a_worker_gives_back_waits_and_nobody_died_with_it(connection: Connection) -> None:
    keep(connection, FIRST, build_delivery(2))
    assert [claim(connection, worker, limit=1, alive=("v", "w")) for worker in ("v", "w")] == [["d1"], ["d2"]]
    give_back(connection, "w")
    assert [load_delivery(connection, id_).state for id_ in ("d1", "d2")] == ["working", "waiting"]
    assert claim(connection, "u", alive=("v",)) == ["d2"]
    assert count_deaths(connection, "delivery:d2") == 0


def test_deaths_count_only_where_it_was_at_work(connection: Connection) -> None:
    """What was given back, and taken by another, did not kill the first."""
    keep(connection, FIRST)
    die_with(connection, "a", "b")
    for _ in range(4):
        settle(connection, "d1", "waiting")
        claim(connection, "c", alive=("c",))
    assert die_with(connection, "d", "e") == [["d1"], []]
    assert load_delivery(connection, "d1").state == "parked"


def test_what_is_done_is_forgotten_as_a_killer(connection: Connection) -> None:
    keep(connection, FIRST)
    die_with(connection, "a", "b")
    assert count_deaths(connection, "delivery:d1") == 1
    settle(connection, "d1", "done")
    assert count_deaths(connection, "delivery:d1") == 0


def test_a_damaged_delivery_is_parked_and_in_nobodys_way(connection: Connection) -> None:
    keep(connection, FIRST, build_delivery(2))
    connection.execute(update(deliveries).where(deliveries.c.id == "d1").values(events="[{]"))
    assert claim(connection) == ["d2"]
    assert count_deliveries(connection) == {"waiting": 0, "working": 1, "done": 0, "parked": 1}
    with pytest.raises(Damaged, match="'d1'"):
        load_delivery(connection, "d1")


def test_a_settled_delivery_says_what_became_of_it(connection: Connection) -> None:
    keep(connection, FIRST)
    claimed = claim_deliveries(connection, "w", SOON, limit=1, alive=())[0]
    settled = claimed.model_copy(update={"state": "done", "outcomes": (OUTCOME,), "tries": 2, "reason": "r"})
    assert settle_delivery(connection, settled)
    assert load_delivery(connection, "d1") == settled.model_copy(update={"executor": None})


def test_what_waits_for_another_try_is_given_to_anyone_when_it_is_due(connection: Connection) -> None:
    keep(connection, FIRST)
    claim(connection, "w")
    assert settle(connection, "d1", "waiting", due_at=SOON, tries=1)
    assert claim(connection, "v", now=SOON - timedelta(seconds=1), alive=("v", "w")) == []
    assert claim(connection, "v", alive=("v", "w")) == ["d1"]
    assert load_delivery(connection, "d1").tries == 1


def test_whoever_was_taken_for_dead_does_not_settle_for_its_successor(connection: Connection) -> None:
    keep(connection, FIRST)
    slow = claim_deliveries(connection, "w", SOON, limit=1, alive=())[0]
    claim(connection, "v")
    assert not settle_delivery(connection, slow.model_copy(update={"state": "done"}))
    assert load_delivery(connection, "d1").state == "working"


def test_what_is_done_stays_done(connection: Connection) -> None:
    keep(connection, FIRST)
    assert settle(connection, "d1", "done", outcomes=(OUTCOME,))
    assert not settle(connection, "d1", "waiting", outcomes=())
    assert load_delivery(connection, "d1").outcomes == (OUTCOME,)


def test_a_delivery_that_is_not_kept_cannot_be_settled(connection: Connection) -> None:
    with pytest.raises(NotKept, match="'d1'"):
        settle_delivery(connection, FIRST)


def test_deliveries_are_listed_the_newest_first_page_by_page(connection: Connection) -> None:
    at_once = [build_delivery(number).model_copy(update={"received_at": NOON}) for number in range(3)]
    keep(connection, *at_once, build_delivery(4))
    pages = []
    before: str | None = None
    while page := list_deliveries(connection, limit=2, before=before):
        pages.append([delivery.id for delivery in page])
        before = page[-1].id
    assert pages == [["d4", "d2"], ["d1", "d0"]]


def test_a_list_may_leave_out_what_came_of_the_articles(connection: Connection) -> None:
    keep(connection, build_delivery(1, "a1"))
    (whole,), (bare,) = list_deliveries(connection), list_deliveries(connection, with_events=False)
    assert whole.events
    assert bare == whole.model_copy(update={"events": ()})


def test_deliveries_are_listed_by_source_and_state(connection: Connection) -> None:
    keep(connection, FIRST, build_delivery(2), build_delivery(3, source="shop"))
    settle(connection, "d2", "done")
    assert [delivery.id for delivery in list_deliveries(connection, source="blog")] == ["d2", "d1"]
    assert [delivery.id for delivery in list_deliveries(connection, state="waiting")] == ["d3", "d1"]
    assert [delivery.id for delivery in list_deliveries(connection, source="blog", state="done")] == ["d2"]


def test_workers_that_claim_at_the_same_time_get_each_delivery_once(database: Database) -> None:
    """Also none of an article that another has just been given."""
    total = 60
    database.write_now(lambda c: keep(c, *(build_delivery(n, f"a{n % 20}") for n in range(total))))
    given: list[str] = []
    together: list[int] = []
    at_work: set[str] = set()

    def work(executor: str) -> None:
        for _ in range(200):
            claimed = database.write_now(lambda c: claim_deliveries(c, executor, SOON, limit=3, alive=("u", "v", "w")))
            for delivery in claimed:
                article = delivery.events[0].id
                together.append(article in at_work)
                at_work.add(article)
            for delivery in claimed:
                given.append(delivery.id)
                at_work.discard(delivery.events[0].id)
                database.write_now(partial(settle_delivery, delivery=delivery.model_copy(update={"state": "done"})))
            if len(given) == total:
                return

    workers = [threading.Thread(target=work, args=(name,)) for name in ("u", "v", "w")]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join(20)
    assert sorted(given) == sorted(f"d{n}" for n in range(total))
    assert not any(together)
