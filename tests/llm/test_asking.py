"""Asking: what becomes of one question, whatever its attempts come to, and what that is taken to have cost."""

import asyncio
import random

import pytest

from app.domain.attempt import Allow, Attempt, FailureKind, Status, Tokens
from app.domain.errand import Errand
from app.errors import BudgetSpent, ModelUnavailable, PromptTooLong, QuotaExhausted
from app.llm.failures import AttemptFailed
from app.llm.model import Question
from app.llm.queue.scheduler import Limits
from app.llm.spending.budgets import Caps
from app.llm.spending.ledger import MemoryLedger
from app.llm.tab import Tab
from app.llm.wire import RateLimits, Sent, Shape
from tests.llm.askers import EDITOR, JOB, PRICE, QUESTION, Outcome, Rig, answer, fail
from tests.llm.sleepless import LoopClock, SleeplessLoop

pytestmark = pytest.mark.anyio


@pytest.fixture
def anyio_backend() -> tuple[str, dict[str, object]]:
    return "asyncio", {"loop_factory": SleeplessLoop}


def _statuses(rig: Rig) -> list[Status]:
    return [attempt.status for attempt in rig.kept.recent]


async def test_a_question_is_answered_written_down_and_put_on_the_tab() -> None:
    rig, tab = Rig([answer(used=Tokens(input=1_000, cached=400, output=20))], latency_s=0.5), Tab()
    reply = await rig.ask(JOB, tab)
    cost_usd = (600 * 1.0 + 400 * 0.1 + 20 * 5.0) / 1e6
    assert reply.text == '{"a": 1}'
    (attempt,) = rig.kept.recent
    assert attempt == Attempt(
        id="a00000001", at=rig.clock.start, server="scripted://", model="m", urgency="job", job="j1",
        purpose="question", status="answered", tokens=Tokens(input=1_000, cached=400, output=20), estimated=False,
        cost_usd=attempt.cost_usd, prices_as_of="2026-10-21", latency_ms=500.0,
    )  # fmt: skip
    assert (tab.usage.calls, tab.usage.cached_tokens) == (1, 400)
    assert tab.usage.cost_usd == attempt.cost_usd == pytest.approx(cost_usd)


async def test_it_is_written_down_before_it_is_sent() -> None:
    rig = Rig([answer()], latency_s=2.0)
    asked = asyncio.create_task(rig.ask())
    await asyncio.sleep(1.0)
    assert (rig.wire.in_flight, (await rig.kept.sum_day()).tokens) == (1, 1_200)
    await asked
    assert (await rig.kept.sum_day()).tokens == 1_020


@pytest.mark.parametrize(
    ("failure", "status", "tokens"),
    [
        pytest.param(fail("rate_limited", status=429), "failed", 0, id="refused"),
        pytest.param(fail("server_error", status=500), "failed", 0, id="broken"),
        pytest.param(fail("overloaded", status=503), "failed", 0, id="overloaded"),
        pytest.param(fail("unreachable"), "failed", 0, id="never sent"),
        pytest.param(fail("server_error", status=500, tokens=Tokens(input=7)), "failed", 7, id="billed nevertheless"),
        pytest.param(fail("timeout"), "unknown", 1_200, id="timed out"),
        pytest.param(fail("disconnected"), "unknown", 1_200, id="broken off"),
        pytest.param(fail("unusable_reply", status=200), "failed", 1_200, id="answered, but oddly"),
    ],
)
async def test_what_a_failed_attempt_costs(failure: AttemptFailed, status: Status, tokens: int) -> None:
    rig, tab = Rig([failure, answer()]), Tab()
    await rig.ask(EDITOR, tab)
    assert _statuses(rig) == [status, "answered"]
    first = rig.kept.recent[0]
    assert (first.failure, first.tokens.input + first.tokens.output) == (failure.kind, tokens)
    assert (first.cost_usd == 0.0) == (tokens == 0)
    assert first.estimated == (tokens == 1_200)
    assert (tab.usage.calls, tab.usage.input_tokens + tab.usage.output_tokens) == (2, tokens + 1_020)


async def test_a_cost_that_is_not_known_is_none_and_never_zero() -> None:
    rig, tab = Rig([answer()], price=None), Tab()
    await rig.ask(EDITOR, tab)
    assert (rig.kept.recent[0].cost_usd, tab.usage.cost_usd) == (None, None)


async def test_a_refusal_costs_nothing_also_where_the_price_is_not_known() -> None:
    rig, tab = Rig([fail("unauthorised", status=401)], price=None), Tab()
    with pytest.raises(ModelUnavailable):
        await rig.ask(EDITOR, tab)
    assert tab.usage.cost_usd == 0.0


async def test_what_the_server_says_it_charged_counts() -> None:
    rig = Rig([answer(cost_usd=0.5)])
    await rig.ask()
    assert (rig.kept.recent[0].cost_usd, rig.kept.recent[0].prices_as_of) == (0.5, None)


async def test_tokens_that_are_not_reported_are_estimated() -> None:
    rig = Rig([answer('{"a": "' + "x" * 80 + '"}', used=None)])
    await rig.ask()
    assert (rig.kept.recent[0].tokens, rig.kept.recent[0].estimated) == (Tokens(input=1_000, output=30), True)


@pytest.mark.parametrize(
    ("kind", "words"),
    [
        pytest.param("unauthorised", "OPENAI_API_KEY", id="key refused"),
        pytest.param("not_found", "SCOPENOTE_MODEL", id="no such model"),
        pytest.param("bad_request", "SCOPENOTE_MODEL", id="bad request"),
        pytest.param("parameter_refused", "the server said parameter_refused", id="a parameter we cannot do without"),
    ],
)
async def test_what_cannot_be_mended_is_said_after_one_attempt(kind: FailureKind, words: str) -> None:
    rig = Rig([fail(kind, status=400)])
    with pytest.raises(ModelUnavailable) as caught:
        await rig.ask()
    said = str(caught.value)
    assert words in said
    assert said.startswith("model 'm' at scripted:// gave no answer: the server said ")
    assert said.endswith("SCOPENOTE_JUDGE=local.")
    assert len(rig.wire.sent) == 1


async def test_what_may_pass_is_asked_four_times() -> None:
    rig = Rig([fail("rate_limited", status=429)])
    with pytest.raises(ModelUnavailable, match=r"asked 4 times"):
        await rig.ask(JOB)
    assert len(rig.wire.sent) == 4
    assert len(set(rig.starts)) == 4, "each after a wait"


async def test_an_exhausted_quota_is_asked_once_and_nothing_after_it() -> None:
    rig = Rig([fail("quota_exhausted", status=429)])
    for _ in range(3):
        with pytest.raises(QuotaExhausted, match="Top up"):
            await rig.ask(JOB)
    assert len(rig.wire.sent) == 1


async def test_a_prompt_that_is_too_long_is_said_with_the_limit() -> None:
    rig = Rig([fail("too_long", status=400, limit_tokens=4_096)])
    with pytest.raises(PromptTooLong) as caught:
        await rig.ask()
    assert (caught.value.limit_tokens, len(rig.wire.sent)) == (4_096, 1)


async def test_a_prompt_that_was_cut_in_silence_is_not_believed_and_still_paid() -> None:
    rig, tab = Rig([answer(used=Tokens(input=512, output=5))]), Tab()
    with pytest.raises(PromptTooLong, match="read only 512 of about 1,000 tokens") as caught:
        await rig.ask(EDITOR, tab)
    assert (caught.value.limit_tokens, tab.usage.input_tokens) == (512, 512)


async def test_a_reply_that_stopped_for_length_is_handed_back() -> None:
    rig = Rig([answer('{"a', finish="length")])
    assert (await rig.ask()).finish == "length"
    assert len(rig.wire.sent) == 1


async def test_a_refused_parameter_is_left_out_without_touching_the_retries() -> None:
    def refuse(_question: Question, shape: Shape) -> Outcome:
        left = [name for name in ("temperature", "reasoning_effort", "prompt_cache_key") if name not in shape.dropped]
        return fail("parameter_refused", status=400, parameter=left[0]) if left else answer()

    rig = Rig(refuse)
    await rig.ask()
    assert _statuses(rig) == ["failed"] * 3 + ["answered"]
    await rig.ask()
    assert len(rig.wire.sent) == 5, "the second question knows"


async def test_all_who_asked_in_the_old_way_ask_again() -> None:
    def refuse(_question: Question, shape: Shape) -> Outcome:
        return answer() if shape.dropped else fail("parameter_refused", status=400, parameter="temperature")

    rig = Rig(refuse, latency_s=1.0)
    replies = await asyncio.gather(*(rig.ask(JOB) for _ in range(8)))
    assert len(replies) == 8
    assert len(rig.wire.sent) == 16


async def test_a_server_that_refuses_everything_is_not_asked_for_ever() -> None:
    rig = Rig([fail("parameter_refused", status=400, parameter="response_format")])
    with pytest.raises(ModelUnavailable):
        await rig.ask()
    assert [shape.rung for shape in rig.shapes] == ["strict", "schema", "json_object", "text"]


async def test_a_reply_that_breaks_the_promise_is_handed_back_and_the_server_probed_once() -> None:
    def ignore(question: Question, _shape: Shape) -> Outcome:
        return answer("pear") if question is not QUESTION else answer("Sure! It is about X.")

    rig, tab = Rig(ignore), Tab()
    reply = await rig.ask(EDITOR, tab)
    assert reply.text == "Sure! It is about X."
    assert [attempt.purpose for attempt in rig.kept.recent] == ["question", "probe"]
    assert tab.usage.calls == 2
    assert rig.capabilities.shape.rung == "schema"


async def test_a_probe_that_fails_takes_nothing_away() -> None:
    rig = Rig([answer("no JSON"), fail("bad_request", status=400)])
    assert (await rig.ask()).text == "no JSON"
    assert rig.capabilities.shape.rung == "strict"


async def test_a_probe_that_no_budget_allows_is_left_out() -> None:
    rig = Rig([answer("no JSON")], caps=Caps(day_tokens=1_200))
    assert (await rig.ask()).text == "no JSON"
    assert len(rig.wire.sent) == 1


@pytest.mark.parametrize(
    "sent",
    [
        pytest.param(answer('{"a": 1}'), id="an object"),
        pytest.param(answer("{", finish="length"), id="cut off"),
        pytest.param(answer("", finish="content_filter"), id="filtered"),
        pytest.param(Sent(reply=answer("No.").reply.model_copy(update={"refusal": "No."})), id="refused"),
    ],
)
async def test_what_proves_nothing_is_not_probed(sent: Sent) -> None:
    rig = Rig([sent])
    await rig.ask()
    assert len(rig.wire.sent) == 1


async def test_a_question_that_is_called_off_is_closed_as_unknown() -> None:
    rig, tab = Rig([answer()], latency_s=10.0), Tab()
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(1.0):
            await rig.ask(EDITOR, tab)
    assert _statuses(rig) == ["unknown"]
    assert (tab.usage.input_tokens, tab.usage.output_tokens) == (1_000, 200)
    assert (rig.kept.recent[0].latency_ms, rig.wire.in_flight) == (1_000.0, 0)


async def test_a_question_that_is_called_off_while_it_waits_was_never_sent() -> None:
    rig, tab = Rig([answer()], latency_s=10.0, limits=Limits(max_concurrency=1)), Tab()
    first = asyncio.create_task(rig.ask(JOB))
    await asyncio.sleep(0.5)
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(1.0):
            await rig.ask(EDITOR, tab)
    await first
    assert (len(rig.wire.sent), tab.usage.calls, (await rig.kept.sum_day()).calls) == (1, 0, 1)


async def test_an_error_of_our_own_leaves_nothing_open() -> None:
    def break_down(_question: Question, _shape: Shape) -> Outcome:
        raise ZeroDivisionError

    rig = Rig(break_down, limits=Limits(max_concurrency=1))
    for _ in range(2):
        with pytest.raises(ZeroDivisionError):
            await rig.ask()
    assert _statuses(rig) == ["unknown"] * 2


async def test_the_timeout_starts_when_sent_and_not_in_the_queue() -> None:
    rig = Rig([answer()], latency_s=9.0, timeout_s=10.0, limits=Limits(max_concurrency=1))
    await asyncio.gather(*(rig.ask(JOB) for _ in range(5)))
    assert _statuses(rig) == ["answered"] * 5
    assert LoopClock().count() == 45.0


async def test_what_the_headers_say_paces_what_follows() -> None:
    rig = Rig([answer(limits=RateLimits(limit_requests=60, remaining_requests=1))])
    for _ in range(4):
        await rig.ask(JOB)
    assert rig.starts == pytest.approx([0.0, 0.0, 1.0, 2.0])


async def test_two_hundred_at_half_a_second_keep_sixteen_in_flight() -> None:
    rig = Rig([answer()], latency_s=0.5)
    await asyncio.gather(*(rig.ask(JOB) for _ in range(200)))
    assert LoopClock().count() <= 7.0


async def test_of_five_hundred_with_faults_none_is_lost_and_the_ledger_is_the_servers_log() -> None:
    chance = random.Random(11)
    kinds: list[FailureKind] = [
        "rate_limited", "slow_down", "overloaded", "server_error", "timeout", "unreachable", "disconnected",
        "unusable_reply", "bad_request", "too_long",
    ]  # fmt: skip

    def falter(_question: Question, _shape: Shape) -> Outcome:
        if chance.random() > 0.15:
            return answer()
        kind = chance.choice(kinds)
        return fail(kind, retry_after_s=0.2 if kind == "rate_limited" else None)

    rig, tab = Rig(falter, latency_s=0.5), Tab()
    results = await asyncio.gather(*(rig.ask(JOB, tab) for _ in range(500)), return_exceptions=True)
    lost = [result for result in results if isinstance(result, BaseException)]
    assert all(isinstance(result, ModelUnavailable) for result in lost)
    assert len(lost) < 40, "what no attempt can help, and little more"
    assert [attempt.id for attempt in sorted(rig.kept.recent, key=lambda attempt: attempt.id)] == sorted(rig.wire.sent)
    day = await rig.kept.sum_day()
    assert day.calls == tab.usage.calls == len(rig.wire.sent)
    assert day.cost_usd == pytest.approx(tab.usage.cost_usd)


async def test_a_reply_in_hand_does_not_wait_long_for_a_probe() -> None:
    rig = Rig([answer("no JSON"), answer("no JSON")])
    send = rig.wire.send

    async def send_slowly(question: Question, shape: Shape, *, attempt_id: str, timeout_s: float) -> Sent:
        if question is not QUESTION:
            await asyncio.sleep(1_000.0)
        return await send(question, shape, attempt_id=attempt_id, timeout_s=timeout_s)

    rig.wire.send = send_slowly  # type: ignore[method-assign]
    begun = asyncio.get_running_loop().time()
    assert (await rig.ask()).text == "no JSON"
    assert asyncio.get_running_loop().time() - begun < 15.0
    assert [attempt.status for attempt in rig.kept.recent] == ["answered", "unknown"]


SLOW = pytest.mark.parametrize("ledger_delay_s", [None, 0.3], ids=["at once", "slow ledger"])


@SLOW
async def test_what_others_hold_and_do_not_use_is_waited_for(ledger_delay_s: float | None) -> None:
    rig = Rig([answer()], caps=Caps(day_tokens=12_000), latency_s=1.0, ledger_delay_s=ledger_delay_s)
    await asyncio.gather(*(rig.ask(JOB) for _ in range(10)))
    assert len(rig.wire.sent) == 10


@SLOW
async def test_once_it_is_really_spent_everyone_is_told(ledger_delay_s: float | None) -> None:
    rig = Rig([answer()], caps=Caps(day_tokens=5_000), latency_s=1.0, ledger_delay_s=ledger_delay_s)
    outcomes = await asyncio.gather(*(rig.ask(JOB) for _ in range(10)), return_exceptions=True)
    spent = [outcome for outcome in outcomes if isinstance(outcome, BudgetSpent)]
    assert (len(rig.wire.sent), len(spent)) == (4, 6)
    assert (await rig.kept.sum_day()).tokens <= 5_000


async def test_what_others_spend_elsewhere_is_not_waited_for() -> None:
    rig = Rig([answer()], caps=Caps(day_tokens=5_000), ledger_delay_s=0.3)
    mine = await _open_elsewhere(rig, tokens=4_000)
    with pytest.raises(BudgetSpent):
        await rig.ask(JOB)
    await rig.kept.close(mine.model_copy(update={"status": "failed", "tokens": Tokens()}))
    assert (await rig.ask(JOB)).text == '{"a": 1}'


async def test_room_that_is_made_while_the_sums_are_on_their_way_is_seen() -> None:
    rig = Rig([answer()], caps=Caps(day_tokens=2_300), latency_s=1.0, ledger_delay_s=0.6)
    first = asyncio.create_task(rig.ask(JOB))
    await asyncio.sleep(3.6)  # what it held is counted still, and free when the second one learns of that
    await asyncio.gather(first, rig.ask(JOB))
    assert len(rig.wire.sent) == 2


@pytest.mark.parametrize("after_s", [0.1, 0.9], ids=["before it is written", "after"])
async def test_a_question_that_is_called_off_while_it_is_written_down_was_never_sent(after_s: float) -> None:
    rig, tab = Rig([answer()], ledger_delay_s=0.5, limits=Limits(max_concurrency=1)), Tab()
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(after_s):
            await rig.ask(EDITOR, tab)
    assert (rig.wire.sent, tab.usage.calls, tab.tokens, (await rig.kept.sum_day()).calls) == ([], 0, 0, 0)
    await rig.ask(EDITOR, tab)
    assert tab.usage.calls == 1, "the place in the queue was given back"


async def test_an_answer_that_is_called_off_while_it_is_written_down_is_paid_and_counted() -> None:
    rig, tab = Rig([answer()], ledger_delay_s=0.5, limits=Limits(max_concurrency=1)), Tab()
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(1.2):
            await rig.ask(EDITOR, tab)
    assert _statuses(rig) == ["answered"]
    assert tab.usage.calls == (await rig.kept.sum_day()).calls == 1


async def test_a_refused_attempt_holds_nothing_on_its_tab() -> None:
    rig, tab = Rig([answer()], caps=Caps(day_tokens=100)), Tab()
    with pytest.raises(BudgetSpent):
        await rig.ask(EDITOR, tab)
    assert tab.tokens == 0


class BrokenLedger(MemoryLedger):
    """A ledger that finds out after a while that it cannot be written."""

    async def open(self, attempt: Attempt, allow: Allow) -> None:
        await asyncio.sleep(1.0)
        raise ModelUnavailable("no room")


async def test_a_ledger_that_cannot_be_written_has_nothing_sent() -> None:
    rig = Rig([answer()], ledger=BrokenLedger(LoopClock().now), limits=Limits(max_concurrency=1))
    for _ in range(2):
        with pytest.raises(ModelUnavailable, match="no room"):
            await rig.ask()
    assert rig.wire.sent == []


async def test_who_waits_for_what_another_holds_is_told_when_that_is_not_sent() -> None:
    rig, tab = Rig([answer()], ledger=BrokenLedger(LoopClock().now), caps=Caps(call_tokens=1_200)), Tab()
    outcomes = await asyncio.gather(*(rig.ask(JOB, tab) for _ in range(2)), return_exceptions=True)
    assert [str(outcome) for outcome in outcomes] == ["no room"] * 2


async def test_the_days_cap_is_whole_again_after_midnight() -> None:
    rig = Rig([answer(used=Tokens(input=1_000, output=200))], caps=Caps(day_tokens=1_200))
    await rig.ask()
    with pytest.raises(BudgetSpent, match="midnight"):
        await rig.ask()
    await asyncio.sleep(12 * 3_600)
    await rig.ask()
    assert len(rig.wire.sent) == 2


async def test_a_jobs_own_cap_stops_that_job_on_whatever_day() -> None:
    most_usd = PRICE.compute_most(1_000, 200)
    rig = Rig([answer(used=Tokens(input=1_000, output=200))])
    errand = Errand(urgency="job", job="j1", most_usd=most_usd)
    await rig.ask(errand)
    await asyncio.sleep(8 * 24 * 3_600)
    with pytest.raises(BudgetSpent, match="--max-cost"):
        await rig.ask(errand)
    await rig.ask(errand.model_copy(update={"job": "j2"}))
    await rig.ask(JOB)
    assert len(rig.wire.sent) == 3


async def _open_elsewhere(rig: Rig, *, tokens: int) -> Attempt:
    """An attempt that another process has under way."""
    attempt = Attempt(
        id="elsewhere", at=rig.clock.now(), server="s", model="m", urgency="job", job=None, purpose="question",
        status="sent", tokens=Tokens(input=tokens), estimated=True, cost_usd=0.0, prices_as_of=None,
    )  # fmt: skip
    await rig.kept.open(attempt, lambda _: None)
    return attempt
