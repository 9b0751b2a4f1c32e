"""Whose turn it is: sources take turns, and in each what somebody waits for goes before what a CMS listed."""

from collections.abc import Collection
from datetime import datetime, timedelta

import pytest
from sqlalchemy import select

from app.domain.delivery import LISTED, OWN, Delivery, find_turn
from app.store.claiming import claim_deliveries
from app.store.connection import Connection
from app.store.deliveries import keep_delivery, load_delivery, settle_delivery
from app.store.due_deliveries import find_lines, have_go_on, have_source_go_on
from app.store.tables.doors import delivery as deliveries
from tests.jobs.deliveries.made_deliveries import MINUTE, make_delivery, make_event
from tests.store.kept_values import NOON

pytest_plugins = ("tests.store.transactions",)

SECOND = timedelta(seconds=1)
SOON = NOON + timedelta(hours=1)
BLOCKED = 1_100
"""More deliveries than are looked at for one claim."""


def keep(c: Connection, source: str, *numbers: int, **fields: object) -> None:
    """Deliveries of a source about an article each, a second apart."""
    for number in numbers:
        at = NOON + number * SECOND
        made = make_delivery(make_event(id=str(number)), id=f"{source}{number}", at=at, source=source, **fields)
        assert keep_delivery(c, made)


def claim(
    c: Connection,
    limit: int = 1,
    *,
    now: datetime = SOON,
    after: str | None = None,
    at_work: Collection[str] = (),
    share: int | None = None,
) -> list[str]:
    """The ids of what a worker is given that has all that was claimed before."""
    claimed = claim_deliveries(c, "w", now, limit=limit, alive=("w",), after=after, at_work=at_work, share=share)
    return [one.id for one in claimed]


def settle(c: Connection, delivery_id: str, **changed: object) -> Delivery:
    settle_delivery(c, load_delivery(c, delivery_id).model_copy(update=changed))
    return load_delivery(c, delivery_id)


def test_sources_take_turns_within_a_claim(connection: Connection) -> None:
    keep(connection, "a", *range(9))
    keep(connection, "b", 20, 21)
    keep(connection, "c", 10)
    assert claim(connection, 6) == ["a0", "b20", "c10", "a1", "b21", "a2"]


def test_sources_take_turns_from_claim_to_claim(connection: Connection) -> None:
    keep(connection, "a", *range(9))
    keep(connection, "b", 20, 21)
    keep(connection, "c", 10)
    given, after = list[str](), None
    for _ in range(6):
        (id_,) = claim(connection, after=after)
        given.append(id_)
        after = id_[0]
    assert given == ["a0", "b20", "c10", "a1", "b21", "a2"]


def test_of_no_source_more_is_worked_on_than_its_share(connection: Connection) -> None:
    keep(connection, "a", *range(9))
    keep(connection, "b", 20)
    assert claim(connection, 9, share=3) == ["a0", "b20", "a1", "a2"]
    assert claim(connection, 9, at_work=("a", "b", "a", "a"), share=3) == []
    settle(connection, "a0", state="done")
    assert claim(connection, 9, at_work=("a", "b", "a"), share=3) == ["a3"]


def test_the_turn_goes_on_behind_a_source_that_has_nothing_any_more(connection: Connection) -> None:
    keep(connection, "a", 1)
    keep(connection, "c", 1)
    assert claim(connection, after="b") == ["c1"]
    assert claim(connection, after="c") == ["a1"]


def test_a_source_whose_deliveries_all_have_to_wait_misses_its_turn(connection: Connection) -> None:
    keep(connection, "a", 1, due_at=SOON + SECOND)
    keep(connection, "b", 1, 2)
    assert claim(connection, 2) == ["b1", "b2"]
    assert claim(connection, now=SOON + SECOND) == ["a1"]


def test_more_of_one_article_than_are_looked_at_hold_up_no_other_source(connection: Connection) -> None:
    for number in range(BLOCKED):
        keep_delivery(connection, make_delivery(id=f"d{number}", source="a"))
    keep(connection, "b", 7)
    assert claim(connection, 4) == ["d0", "b7"]
    assert claim(connection, 4) == []


def test_many_of_one_article_are_gone_through_page_by_page(connection: Connection) -> None:
    for number in range(50):
        keep_delivery(connection, make_delivery(id=f"d{number:02}", source="a"))
    keep(connection, "a", 99)
    assert claim(connection, 2) == ["d00", "a99"]


def test_what_somebody_waits_for_goes_before_what_a_cms_listed(connection: Connection) -> None:
    for number in range(3):
        keep(connection, "a", number, key=f"{LISTED}{number}:?")
    keep(connection, "a", 8)
    keep(connection, "a", 9, key=f"{OWN}x")
    keep(connection, "b", 5, key=f"{LISTED}5:?")
    assert claim(connection, 9) == ["a8", "b5", "a9", "a0", "a1", "a2"]


@pytest.mark.parametrize(("key", "turn"), [("id:1", 0), (f"{OWN}x", 0), ("part:2:x", 0), (f"{LISTED}1:?", 1)])
def test_the_turn_is_kept_beside_the_key(connection: Connection, key: str, turn: int) -> None:
    keep(connection, "a", 1, key=key)
    assert find_turn(load_delivery(connection, "a1")) == turn
    assert connection.execute(select(deliveries.c.turn)).scalar_one() == turn


def test_only_sources_of_which_something_is_due_have_a_turn(connection: Connection) -> None:
    assert find_lines(connection, SOON) == {}
    for source in ("a", "b", "c", "d"):
        keep(connection, source, 1)
    keep(connection, "e", 1, key=f"{LISTED}1:?")
    keep(connection, "f", 1, due_at=SOON + SECOND)
    settle(connection, "b1", state="done")
    settle(connection, "c1", state="parked")
    keep(connection, "a", 2, key=f"{LISTED}2:?")
    assert find_lines(connection, SOON) == {"a": (0, 1), "d": (0,), "e": (1,)}


def test_why_it_waited_is_not_told_of_what_is_worked_on(connection: Connection) -> None:
    keep(connection, "a", 1)
    settle(connection, "a1", state="waiting", reason="It is spent.", tries=1)
    assert claim(connection) == ["a1"]
    assert (load_delivery(connection, "a1").reason, load_delivery(connection, "a1").tries) == ("", 1)


def test_what_waits_of_a_source_goes_on_in_its_old_order(connection: Connection) -> None:
    keep(connection, "a", 1, 2, 3)
    keep(connection, "b", 1)
    for id_, due_at in (("a1", SOON + MINUTE), ("a2", SOON + 2 * MINUTE), ("b1", SOON + MINUTE)):
        settle(connection, id_, due_at=due_at, reason="It is spent.")
    settle(connection, "a3", state="parked")
    have_source_go_on(connection, "a")
    assert claim(connection, 9) == ["a1", "a2"]
    assert load_delivery(connection, "a3").state == "parked"


def test_one_delivery_goes_on_alone_and_only_where_it_waits(connection: Connection) -> None:
    keep(connection, "a", 1, 2)
    for id_ in ("a1", "a2"):
        settle(connection, id_, due_at=SOON + MINUTE)
    assert have_go_on(connection, "a2")
    assert claim(connection, 9) == ["a2"]
    assert not have_go_on(connection, "a2"), "it is worked on"
    assert not have_go_on(connection, "a9"), "there is none"
    assert load_delivery(connection, "a2").state == "working"
