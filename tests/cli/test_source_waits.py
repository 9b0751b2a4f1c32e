"""Commands that have what waits of a source go on: its terms are changed, or somebody asks for another try."""

from contextlib import closing
from datetime import UTC, datetime, timedelta

import pytest

from app.domain.article_event import ArticleEvent
from app.domain.delivery import Delivery, DeliveryState
from app.store.connection import Connection
from app.store.deliveries import keep_delivery, load_delivery
from app.store.opening import open_database
from tests.cli.test_sources_command import Desk, desk

__all__ = ["desk"]

CAME = datetime.now(UTC)
LATER = CAME + timedelta(hours=1)
REASON = "--budget-day=0.01 of the source 'poor' is spent."


def keep(desk: Desk, source: str, state: DeliveryState = "waiting") -> None:
    """A delivery of the source, which has tried once and is to try again in an hour; its id is the source's name."""
    event = ArticleEvent(what="published", id="a1")
    delivery = Delivery(
        id=source, source=source, key="k1", received_at=CAME, due_at=LATER, events=(event,), state=state, tries=1,
        reason=REASON,
    )  # fmt: skip

    def work(c: Connection) -> None:
        assert keep_delivery(c, delivery)

    with closing(open_database(desk.url)) as database:
        database.write_now(work)


def find_due(desk: Desk, id_: str) -> datetime:
    with closing(open_database(desk.url)) as database:
        return database.read_now(lambda c: load_delivery(c, id_)).due_at


@pytest.fixture(autouse=True)
def _sources(desk: Desk) -> None:
    for name in ("poor", "other"):
        assert desk.call("add", name, "--cms", "standard", "--budget-day", "0.01")[0] == 0


@pytest.mark.parametrize(
    "terms",
    [pytest.param(("--budget-day", "1"), id="budget"), pytest.param(("--site", "https://x.example"), id="site")],
)
def test_what_waits_of_a_source_is_tried_as_soon_as_its_terms_change(desk: Desk, terms: tuple[str, str]) -> None:
    for name in ("poor", "other"):
        keep(desk, name)
    code, _, err = desk.call("change", "poor", *terms)
    assert code == 0, err
    assert [find_due(desk, name) for name in ("poor", "other")] == [CAME, LATER]


def test_terms_that_are_refused_change_nothing_for_what_waits(desk: Desk) -> None:
    keep(desk, "poor")
    assert desk.call("change", "poor", "--budget-day", "-1")[0] == 2
    assert find_due(desk, "poor") == LATER


def test_a_delivery_that_waits_is_tried_now_where_somebody_asks_for_it(desk: Desk) -> None:
    keep(desk, "poor")
    assert desk.call("deliveries", "poor", "--again", "poor")[0] == 0
    assert find_due(desk, "poor") == CAME


@pytest.mark.parametrize(("state", "told"), [("working", "is worked on now"), ("done", "is done")])
def test_what_needs_no_other_try_is_given_none(desk: Desk, state: DeliveryState, told: str) -> None:
    keep(desk, "poor", state)
    code, _, err = desk.call("deliveries", "poor", "--again", "poor")
    assert (code, told in err) == (2, True)
    assert find_due(desk, "poor") == LATER
