"""Tests of having a CMS told of a decision that stands without a call of its own, on each database."""

from datetime import datetime, timedelta

import pytest

from app.domain.delivery import Delivery
from app.store.claiming import claim_deliveries
from app.store.cms_articles import take_up
from app.store.connection import Connection
from app.store.database import Database
from app.store.deliveries import list_deliveries
from app.store.sources import keep_source
from app.store.telling import SOON, is_own, tell_source
from tests.jobs.deliveries.made_deliveries import make_delivery, make_source
from tests.store.kept_values import NOON, overlap

SECOND = timedelta(seconds=1)
HOOK = "https://desk.example/hook"


def tell(database: Database, at: datetime = NOON, key: str = "blog:1@de") -> bool:
    return database.write_now(lambda c: tell_source(c, key, at))


def add(database: Database, *, id_: str | None = "1", **fields: object) -> None:
    def work(c: Connection) -> None:
        keep_source(c, make_source(**fields))
        take_up(c, "blog:1@de", "blog", NOON, cms_id=id_, locale="de")

    database.write_now(work)


def list_kept(database: Database) -> list[Delivery]:
    return database.read_now(list_deliveries)


def test_the_article_is_named_as_the_cms_does_and_told_of_within_seconds(database: Database) -> None:
    add(database, mode="apply")
    assert tell(database)
    (delivery,) = list_kept(database)
    (event,) = delivery.events
    assert (event.id, event.locale, event.body, event.updated_at) == ("1", "de", None, None)
    assert NOON < delivery.due_at <= NOON + SOON
    assert is_own(delivery)


def test_a_call_of_the_cms_is_not_ours() -> None:
    assert not is_own(make_delivery(key="id:told:1"))


@pytest.mark.parametrize(
    ("fields", "is_told"),
    [
        pytest.param({"mode": "off"}, False, id="off"),
        pytest.param({"mode": "off", "callback": HOOK}, True, id="off, with a callback"),
        pytest.param({"mode": "suggest"}, False, id="suggests to nobody"),
        pytest.param({"mode": "suggest", "callback": HOOK}, True, id="suggests"),
        pytest.param({"mode": "draft"}, True, id="drafts"),
        pytest.param({"mode": "apply", "id_": None}, False, id="not known by the CMS's own name"),
    ],
)
def test_who_wants_to_know_is_told(database: Database, fields: dict[str, str], is_told: bool) -> None:
    add(database, **fields)
    assert tell(database) == is_told
    assert len(list_kept(database)) == is_told


def test_nobody_is_told_of_an_article_that_came_from_no_source(database: Database) -> None:
    add(database, mode="apply")
    assert not tell(database, key="content/cup.md")


def test_what_is_said_within_the_same_moments_is_told_once(database: Database) -> None:
    add(database, mode="apply")
    start = datetime.fromtimestamp(NOON.timestamp() // SOON.seconds * SOON.seconds, NOON.tzinfo)
    assert [tell(database, start + number * SECOND) for number in range(3)] == [True, False, False]
    assert tell(database, start + SOON)
    assert len(list_kept(database)) == 2


def test_what_is_said_while_it_is_told_is_told_as_well(database: Database) -> None:
    add(database, mode="apply")
    tell(database)
    (first,) = list_kept(database)
    database.write_now(lambda c: claim_deliveries(c, "w", first.due_at, limit=1, alive={"w"}))
    assert tell(database)
    assert {delivery.state for delivery in list_kept(database)} == {"working", "waiting"}


def test_of_two_editors_at_once_one_brings_it_about(database: Database) -> None:
    add(database, mode="apply")
    assert sorted(overlap(database, lambda c, _: tell_source(c, "blog:1@de", NOON))) == [False, True]
    assert len(list_kept(database)) == 1
