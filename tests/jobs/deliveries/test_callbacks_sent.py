"""Tests of callbacks: what is said, how it is signed and sent, and what becomes of it."""

import asyncio
import base64
import json
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from email.utils import format_datetime

import httpx
import pytest
from pydantic import SecretStr
from standardwebhooks import Webhook

from app.domain.decision import ExclusionFinding
from app.domain.delivery import Outcome
from app.domain.source import Secret
from app.errors import ModelUnavailable
from app.jobs.deliveries.callback_body import build_callback
from app.jobs.deliveries.callback_work import SCHEDULE_S, CallbackWork
from app.jobs.deliveries.calling import Answer, call
from app.jobs.deliveries.pace import DeliveryPace
from app.store.callbacks import Callback, list_callbacks, queue_callback, send_again
from app.store.sources import keep_secret, load_source
from tests.jobs.deliveries.made_deliveries import Desk, make_delivery, make_event
from tests.store.kept_values import NOON, assign, decide

pytestmark = pytest.mark.anyio

URL = "https://there.example/hook?x=1"
KEY = "whsec_" + base64.b64encode(b"a-24-byte-or-longer-secret").decode()
OTHER_KEY = "whsec_" + base64.b64encode(b"another-24-byte-long-secret").decode()


class Receiver(httpx.AsyncBaseTransport):
    """Answers what it is told to, one after another, then 200."""

    def __init__(self, *answers: httpx.Response | BaseException) -> None:
        self.requests: list[httpx.Request] = []
        self._answers = list(answers)

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        self.requests.append(request)
        answer = self._answers.pop(0) if self._answers else httpx.Response(200)
        if isinstance(answer, BaseException):
            raise answer
        return answer


def resolve_to(*addresses: str) -> Callable[[str, int], Awaitable[Sequence[str]]]:
    async def resolve(_: str, __: int) -> Sequence[str]:
        return addresses

    return resolve


PUBLIC = resolve_to("93.184.216.34")


def make_callback(**fields: object) -> Callback:
    given = {
        "id": "msg_1",
        "source": "blog",
        "decision": "x",
        "body": '{"type":"t"}',
        "created_at": NOON,
        "due_at": NOON,
    }
    return Callback.model_validate({**given, **fields})


async def send(receiver: httpx.AsyncBaseTransport, *, url: str = URL, secrets: tuple[str, ...] = (KEY,), now: datetime = NOON, resolve: Callable[[str, int], Awaitable[Sequence[str]]] = PUBLIC, private: bool = False, timeout_s: float = 5.0) -> Answer:  # fmt: skip
    return await call(
        make_callback(), url, [SecretStr(secret) for secret in secrets],
        transport=receiver, resolve=resolve, allows_private=private, now=now, timeout_s=timeout_s,
    )  # fmt: skip


def make_work(desk: Desk, receiver: Receiver) -> CallbackWork:
    return CallbackWork(
        desk.database, transport=receiver, resolve=PUBLIC, woken=asyncio.Event(), pace=DeliveryPace(),
        now=lambda: desk.clock,
    )  # fmt: skip


def keep_key(desk: Desk, value: str = KEY) -> None:
    secret = Secret(id=value, source="blog", use="callback", value=SecretStr(value), added_at=NOON)
    desk.database.write_now(lambda c: keep_secret(c, secret))


def list_all(desk: Desk) -> list[Callback]:
    return desk.database.read_now(lambda c: list_callbacks(c, "blog"))


@pytest.fixture
async def queued(desk: Desk) -> Desk:
    """A desk whose source has a callback that waits."""
    desk.add(callback=URL)
    keep_key(desk)
    desk.database.write_now(lambda c: queue_callback(c, make_callback()))
    return desk


async def test_a_decision_is_told_thinly(desk: Desk) -> None:
    desk.add(callback=URL, mode="apply")
    desk.decider.statuses = {"cup": "assigned", "league": "review", "final": "excluded", "other": "rejected"}
    await desk.take()
    (callback,) = list_all(desk)
    assert json.loads(callback.body) == {
        "type": "classification.finished",
        "timestamp": "2026-11-23T12:00:00+00:00",
        "data": {
            "delivery": "d1",
            "article": "blog:1",
            "decision": "decision-1",
            "classification_url": "https://tags.example/classifications/decision-1",
            "tag": "cup",
            "tags": ["cup"],
            "review": ["league"],
            "excluded": [],
            "written": ["cup"],
        },
    }


@pytest.mark.parametrize(
    ("address", "told"),
    [
        pytest.param("https://tags.example", "https://tags.example/classifications/x", id="known"),
        pytest.param("", None, id="unknown"),
    ],
)
async def test_a_decision_has_no_address_where_the_service_does_not_know_its_own(
    desk: Desk, address: str, told: str | None
) -> None:
    means = replace(desk.means, link_decision=lambda id_: f"{address}/classifications/{id_}")
    source, outcome = desk.add(callback=URL), Outcome(article="blog:1", fate="classified", decision="x")
    decision = decide("x", assign("cup"))
    callback = build_callback(means, source, make_delivery(), outcome, decision)
    assert callback is not None
    data = json.loads(callback.body)["data"]
    assert (data["decision"], data["classification_url"]) == ("x", told)


async def test_an_exclusion_is_told_by_its_rule(desk: Desk) -> None:
    finding = ExclusionFinding(
        id="final#x1", text="t", kind="topic", finding="triggered", decided_by="rule", reason="r"
    )
    excluded = assign("final", "excluded").model_copy(update={"exclusions": (finding,)})
    desk.add(callback=URL)

    async def decide_so(article: object, _source: object) -> object:
        return decide("x", *(excluded,), article=article)  # type: ignore[arg-type]

    desk.decider.decide = decide_so  # type: ignore[method-assign, assignment]
    await desk.take()
    told = json.loads(list_all(desk)[0].body)["data"]
    assert (told["excluded"], told["tag"], told["written"]) == ([{"category": "final", "rule": "final#x1"}], None, None)


async def test_what_was_not_decided_anew_is_not_told(desk: Desk) -> None:
    desk.add(callback=URL)
    await desk.take(make_event(), make_event(), make_event(what="withdrawn"))
    assert len(list_all(desk)) == 1


async def test_a_delivery_worked_on_again_tells_once(desk: Desk) -> None:
    desk.add(callback=URL)
    calls = iter([None, ModelUnavailable("away"), None])

    def deed() -> None:
        if error := next(calls):
            raise error

    desk.decider.before = deed
    with pytest.raises(ModelUnavailable):
        await desk.take(make_event(), make_event(id="2"))
    await desk.work_on()
    assert len(list_all(desk)) == 2


async def test_it_is_signed_as_standard_webhooks_are(monkeypatch: pytest.MonkeyPatch) -> None:
    receiver, now = Receiver(), datetime.now(NOON.tzinfo)
    assert (await send(receiver, now=now)).fate == "taken"
    (request,) = receiver.requests
    assert Webhook(KEY).verify(request.content, dict(request.headers)) == {"type": "t"}
    assert request.headers["webhook-id"] == "msg_1"


async def test_while_secrets_change_it_is_signed_with_each() -> None:
    receiver, now = Receiver(), datetime.now(NOON.tzinfo)
    await send(receiver, now=now, secrets=(KEY, "whsec_!", OTHER_KEY))
    for key in (KEY, OTHER_KEY):
        Webhook(key).verify(receiver.requests[0].content, dict(receiver.requests[0].headers))


async def test_without_a_secret_nothing_is_sent() -> None:
    receiver = Receiver()
    answer = await send(receiver, secrets=())
    assert (answer.fate, receiver.requests) == ("again", [])
    assert "--use callback" in answer.reason


async def test_the_checked_address_is_connected_to_under_the_name() -> None:
    receiver = Receiver()
    await send(receiver)
    (request,) = receiver.requests
    assert str(request.url) == "https://93.184.216.34/hook?x=1"
    assert request.headers["host"] == "there.example"
    assert request.extensions["sni_hostname"] == "there.example"


async def test_the_next_address_is_tried_where_one_cannot_be_connected_to() -> None:
    receiver = Receiver(httpx.ConnectError("refused"))
    answer = await send(receiver, resolve=resolve_to("93.184.216.34", "93.184.216.35"))
    assert (answer.fate, receiver.requests[1].url.host) == ("taken", "93.184.216.35")


@pytest.mark.parametrize(
    ("url", "addresses"),
    [
        pytest.param(URL, ("127.0.0.1",), id="loopback"),
        pytest.param(URL, ("10.1.2.3",), id="private"),
        pytest.param(URL, ("93.184.216.34", "169.254.169.254"), id="one of two"),
        pytest.param(URL, ("::1",), id="IPv6"),
        pytest.param("http://[::ffff:127.0.0.1]/", (), id="written out"),
        pytest.param("http://127.1/", ("93.184.216.34",), id="old notation"),
        pytest.param("http://user@there.example/", ("93.184.216.34",), id="user"),
        pytest.param("ftp://there.example/", ("93.184.216.34",), id="scheme"),
        pytest.param("http://there.example:99999/", ("93.184.216.34",), id="port"),
        pytest.param("nonsense", ("93.184.216.34",), id="no URL"),
    ],
)
async def test_what_is_not_public_is_never_reached(url: str, addresses: tuple[str, ...]) -> None:
    receiver = Receiver()
    answer = await send(receiver, url=url, resolve=resolve_to(*addresses))
    assert (answer.fate, receiver.requests) == ("again", [])
    assert "callback_private" in answer.reason


async def test_a_private_receiver_is_reached_where_the_source_says_so() -> None:
    receiver = Receiver()
    answer = await send(receiver, url="http://hooks.internal:8080/", resolve=resolve_to("10.1.2.3"), private=True)
    assert (answer.fate, str(receiver.requests[0].url)) == ("taken", "http://10.1.2.3:8080/")


LATER = format_datetime(NOON + timedelta(minutes=2), usegmt=True)


@pytest.mark.parametrize(
    ("response", "fate", "wait_s"),
    [
        pytest.param(httpx.Response(204), "taken", None, id="no content"),
        pytest.param(httpx.Response(410), "gone", None, id="gone"),
        pytest.param(httpx.Response(302, headers={"location": "http://127.0.0.1/"}), "again", None, id="redirect"),
        pytest.param(httpx.Response(500), "again", None, id="broken"),
        pytest.param(httpx.Response(429, headers={"retry-after": "90"}), "again", 90, id="seconds"),
        pytest.param(httpx.Response(503, headers={"retry-after": LATER}), "again", 120, id="date"),
        pytest.param(httpx.Response(503, headers={"retry-after": "9" * 30}), "again", 86_400, id="for ever"),
        pytest.param(httpx.Response(503, headers={"retry-after": "soon"}), "again", None, id="nonsense"),
        pytest.param(httpx.ReadTimeout(""), "again", None, id="no answer"),
        pytest.param(httpx.RemoteProtocolError(""), "again", None, id="no HTTP"),
    ],
)
async def test_what_the_receiver_answers(response: httpx.Response | Exception, fate: str, wait_s: float | None) -> None:
    receiver = Receiver(response)
    answer = await send(receiver)
    assert (answer.fate, answer.wait_s, len(receiver.requests)) == (fate, wait_s, 1)


async def test_a_receiver_that_trickles_is_left_after_the_time() -> None:
    class Slow(httpx.AsyncBaseTransport):
        async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
            await asyncio.sleep(60)
            return httpx.Response(200)

    assert "within 0.05 s" in (await send(Slow(), timeout_s=0.05)).reason


async def test_an_endless_answer_is_not_read() -> None:
    read = 0

    async def pour() -> AsyncIterator[bytes]:
        nonlocal read
        while True:
            read += 1
            yield b"x" * 65_536

    answer = await send(Receiver(httpx.Response(200, content=pour())))
    assert (answer.fate, read) == ("taken", 0)


async def test_what_was_taken_is_done(queued: Desk) -> None:
    receiver = Receiver()
    work = make_work(queued, receiver)
    assert await work.send_due() == 1
    assert await work.send_due() == 0
    assert list_all(queued)[0].state == "done"


async def test_it_is_tried_on_the_schedule_under_one_id_and_given_up_after_the_last(queued: Desk) -> None:
    receiver = Receiver(*(httpx.Response(500) for _ in range(7)))
    work = make_work(queued, receiver)
    waits = []
    for _ in range(7):
        assert await work.send_due() == 1
        (callback,) = list_all(queued)
        waits.append((callback.due_at - queued.clock).total_seconds())
        queued.clock = callback.due_at
    assert waits[:6] == list(SCHEDULE_S) == [5, 300, 1800, 7200, 18_000, 36_000]
    assert {request.headers["webhook-id"] for request in receiver.requests} == {"msg_1"}
    assert len({request.headers["webhook-timestamp"] for request in receiver.requests}) == 7
    (dead,) = list_all(queued)
    assert (dead.state, dead.reason) == ("dead", "Given up after 7 tries. The receiver answered 500.")
    assert await work.send_due() == 0


async def test_what_was_given_up_is_sent_again_on_demand(queued: Desk) -> None:
    queued.database.write_now(lambda c: queue_callback(c, make_callback(id="msg_2", state="dead", tries=7)))
    queued.database.write_now(lambda c: send_again(c, "msg_2", NOON))
    await make_work(queued, Receiver()).send_due()
    assert {one.state for one in list_all(queued)} == {"done"}


async def test_a_receiver_that_asks_for_time_is_given_it(queued: Desk) -> None:
    await make_work(queued, Receiver(httpx.Response(503, headers={"retry-after": "60"}))).send_due()
    assert (list_all(queued)[0].due_at - NOON).total_seconds() == 60


async def test_gone_stops_the_callback_of_the_source(queued: Desk) -> None:
    queued.database.write_now(lambda c: queue_callback(c, make_callback(id="msg_2", due_at=NOON + timedelta(hours=1))))
    receiver = Receiver(httpx.Response(410))
    await make_work(queued, receiver).send_due()
    assert queued.database.read_now(lambda c: load_source(c, "blog")).callback is None
    assert {one.state for one in list_all(queued)} == {"stopped"}
    assert "https://there.example/... answered 410" in list_all(queued)[0].reason


@pytest.mark.parametrize(
    ("url", "told"),
    [
        pytest.param("https://there.example", "https://there.example", id="no path"),
        pytest.param("https://there.example:8443/s3cret", "https://there.example:8443/...", id="a port"),
        pytest.param("https://there.example/hook?key=s3cret", "https://there.example/...", id="a query"),
        pytest.param("https://there.example/services/s3cret/s3cret", "https://there.example/...", id="a path"),
        pytest.param(
            "https://[2606:4700:4700::1111]/a/s3cret?s3cret#s3cret",
            "https://[2606:4700:4700::1111]/...",
            id="an address",
        ),
    ],
)
async def test_of_the_address_only_the_beginning_is_told(
    queued: Desk, caplog: pytest.LogCaptureFixture, url: str, told: str
) -> None:
    queued.add(callback=url)
    await make_work(queued, Receiver(httpx.Response(410))).send_due()
    (stopped,) = list_all(queued)
    assert stopped.reason.startswith(f"{told} answered 410")
    assert f"{told} answered 410" in caplog.text
    assert "s3cret" not in stopped.reason + caplog.text


async def test_one_that_a_worker_died_with_is_sent_again_later(queued: Desk) -> None:
    class Death(BaseException):
        pass

    receiver = Receiver(Death())
    with pytest.raises(Death):
        await make_work(queued, receiver).send_due()
    assert await make_work(queued, receiver).send_due() == 0
    queued.clock = NOON + timedelta(minutes=2)
    assert await make_work(queued, receiver).send_due() == 1
    assert list_all(queued)[0].state == "done"


async def test_no_secret_is_in_what_is_kept_or_told(queued: Desk, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(0)
    for answer in (httpx.Response(500), httpx.ConnectError(KEY), httpx.Response(410)):
        await make_work(queued, Receiver(answer)).send_due()
        queued.clock += timedelta(hours=12)
    assert KEY not in caplog.text + str(list_all(queued))


async def test_while_it_runs_it_sends_what_is_queued_at_once(desk: Desk) -> None:
    desk.add(callback=URL)
    keep_key(desk)
    receiver, woken = Receiver(), asyncio.Event()
    work = CallbackWork(
        desk.database, transport=receiver, resolve=PUBLIC, woken=woken,
        pace=DeliveryPace(callback_poll_s=60.0), now=lambda: NOON,
    )  # fmt: skip
    await work.start()
    await asyncio.sleep(0.05)
    desk.database.write_now(lambda c: queue_callback(c, make_callback()))
    woken.set()
    async with asyncio.timeout(5):
        while not receiver.requests:  # noqa: ASYNC110 - nothing else says so
            await asyncio.sleep(0.01)
    await work.close()
