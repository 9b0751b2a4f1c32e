"""What is said in the log of callbacks and deliveries that fail: why, until when, and not time and again."""

import asyncio
import logging
from collections.abc import Sequence
from datetime import timedelta
from functools import partial
from typing import Any

import httpx
import pytest
from pydantic import SecretStr

from app.domain.source import Secret
from app.errors import BadInput, BudgetSpent, CmsUnavailable
from app.jobs.deliveries.callback_work import SCHEDULE_S, CallbackWork
from app.jobs.deliveries.pace import DeliveryPace
from app.jobs.deliveries.putting_off import put_off
from app.jobs.deliveries.troubles import Troubles
from app.store.callbacks import Callback, list_callbacks, queue_callback
from app.store.sources import keep_secret
from tests.jobs.deliveries.made_deliveries import Desk, make_delivery
from tests.store.kept_values import NOON

pytestmark = pytest.mark.anyio

URL = "https://there.example/hooks/secret-path?token=secret-query"
FIELDS = ("event", "source", "host", "reason", "tries", "next_try", "untold", "delivery", "remedy")


@pytest.fixture(autouse=True)
def _loud(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO, logger="app")


def list_told(caplog: pytest.LogCaptureFixture) -> list[dict[str, Any]]:
    """The fields of all that was logged, which are warnings."""
    assert all(record.levelno == logging.WARNING for record in caplog.records)
    found = [{"event": record.getMessage(), **record.__dict__} for record in caplog.records]
    return [{name: line[name] for name in FIELDS if name in line} for line in found]


async def resolve(_: str, __: int) -> Sequence[str]:
    return ("93.184.216.34",)


class Down(httpx.AsyncBaseTransport):
    """A receiver that answers nothing but 503."""

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        return httpx.Response(503, request=request)


@pytest.fixture
def work(desk: Desk) -> CallbackWork:
    """What sends the three callbacks of a source whose receiver is down."""
    desk.add(callback=URL)
    key = Secret(id="k", source="blog", use="callback", value=SecretStr("whsec_" + "QUFB" * 8), added_at=NOON)
    desk.database.write_now(lambda c: keep_secret(c, key))
    for number in range(3):
        waiting = Callback(id=f"m{number}", source="blog", decision="x", body="{}", created_at=NOON, due_at=NOON)
        desk.database.write_now(partial(queue_callback, callback=waiting))
    return CallbackWork(
        desk.database, transport=Down(), resolve=resolve, woken=asyncio.Event(), pace=DeliveryPace(),
        now=lambda: desk.clock,
    )  # fmt: skip


async def test_a_receiver_that_is_down_is_one_warning_with_its_host_alone(
    desk: Desk, work: CallbackWork, caplog: pytest.LogCaptureFixture
) -> None:
    assert await work.send_due() == 3
    assert list_told(caplog) == [
        {
            "event": "A callback failed, and is sent again", "source": "blog", "host": "there.example", "tries": 1,
            "reason": "The receiver answered 503.", "next_try": "2026-11-23T12:00:05Z", "untold": 0,
        }
    ]  # fmt: skip
    assert "secret" not in caplog.text


async def test_after_a_while_it_is_told_again_with_how_many_failed_meanwhile(
    desk: Desk, work: CallbackWork, caplog: pytest.LogCaptureFixture
) -> None:
    for minute in (0, 1, 8, 40):
        desk.clock = NOON + timedelta(minutes=minute)
        await work.send_due()
    assert [(line["tries"], line["untold"]) for line in list_told(caplog)] == [(1, 0), (4, 8)]


async def test_each_callback_that_is_given_up_is_told_with_the_command_that_sends_it_again(
    desk: Desk, work: CallbackWork, caplog: pytest.LogCaptureFixture
) -> None:
    for _ in range(len(SCHEDULE_S) + 1):
        await work.send_due()
        desk.clock += timedelta(days=1)
    dead = [line for line in list_told(caplog) if line["event"] == "A callback is given up"]
    assert sorted(line["remedy"] for line in dead) == [
        f"`scopenote sources callbacks blog --again m{number}` sends it again" for number in range(3)
    ]
    assert {line["reason"] for line in dead} == {"Given up after 7 tries. The receiver answered 503."}
    assert {one.state for one in desk.database.read_now(lambda c: list_callbacks(c, "blog"))} == {"dead"}


def tell(troubles: Troubles, error: Exception, *, tries: int = 0, source: str = "blog") -> None:
    delivery = make_delivery(id="d1", source=source).model_copy(update={"tries": tries})
    troubles.tell_delivery(put_off(delivery, error, DeliveryPace(), NOON), error)


def test_a_cms_that_cannot_be_written_to_is_told_without_what_it_quotes(caplog: pytest.LogCaptureFixture) -> None:
    troubles = Troubles(lambda: NOON)
    for _ in range(50):
        tell(troubles, CmsUnavailable("Ghost is busy or broken (HTTP 502): 'Harbour queue'."))
    tell(troubles, CmsUnavailable("Ghost cannot be reached."), source="shop")
    told = list_told(caplog)
    assert [(line["source"], line["untold"]) for line in told] == [("blog", 0), ("shop", 0)]
    assert told[0] == {
        "event": "A delivery waits for another try", "source": "blog", "delivery": "d1", "tries": 1, "untold": 0,
        "reason": "Ghost is busy or broken (HTTP 502): ….", "next_try": "2026-11-23T12:00:05Z",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("error", "tries"),
    [
        pytest.param(BadInput("The CMS refuses it."), 0, id="no use"),
        pytest.param(CmsUnavailable("It cannot be reached."), 11, id="the last try"),
    ],
)
def test_every_delivery_that_is_parked_is_told(error: Exception, tries: int, caplog: pytest.LogCaptureFixture) -> None:
    troubles = Troubles(lambda: NOON)
    for _ in range(2):
        tell(troubles, error, tries=tries)
    assert [line["event"] for line in list_told(caplog)] == ["A delivery is parked"] * 2


def test_a_spent_budget_is_told_elsewhere(caplog: pytest.LogCaptureFixture) -> None:
    tell(Troubles(lambda: NOON), BudgetSpent("It is spent.", payer="source:blog"))
    assert list_told(caplog) == []
