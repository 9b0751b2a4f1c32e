"""A batch job: every article decided by answers that came in files, whatever went wrong on the way."""

import asyncio
from collections.abc import Callable

import pytest

from app.domain.article import Article
from app.domain.attempt import name_account
from app.domain.decision import Decision
from app.domain.errand import Errand
from app.domain.job import Item, Job, JobState, Recipe, Tally
from app.errors import BadArticle, BudgetSpent, Damaged, ModelUnavailable, QuotaExhausted, Unavailable
from app.jobs.batches.calls import check_batch_api
from app.jobs.batches.means import BatchLimits
from app.jobs.batches.telling import tell_job
from app.llm.spending.budgets import Caps
from app.store.batches import count_lines, list_batches
from app.store.database import Database
from app.store.decisions import load_decision
from app.store.items import count_items, list_items
from app.store.jobs import set_state
from app.store.keys import keep_key
from app.store.ledger import SQLLedger
from tests.jobs.batch_books import find_wrong, list_attempts, sum_cost
from tests.jobs.batch_work import NOW, PARTS, Questions, Works, build_job, keep_work
from tests.jobs.keys_of_payers import build_key
from tests.servers.batch_traits import Loss
from tests.servers.faulty_server import FaultyServer

pytestmark = pytest.mark.anyio

COUNT = 3
LINES = COUNT * PARTS


async def count(database: Database) -> Tally:
    return await database.read(lambda c: count_items(c, "j1"))


async def list_parked(database: Database) -> list[Item]:
    return await database.read(lambda c: list_items(c, "j1", state="parked"))


async def test_every_article_is_decided_and_every_question_paid_once(database: Database, server: FaultyServer) -> None:
    keep_work(database, build_job(COUNT))
    assert await Works(database, server.base_url).run() == "done"
    tally = await count(database)
    assert (tally.decided, tally.total) == (COUNT, COUNT)
    assert len({run.line for run in server.shelf.log}) == len(server.shelf.log) == LINES
    assert find_wrong(database, server.shelf.log) == []


async def test_an_article_costs_what_its_questions_did_at_half_the_price(
    database: Database, server: FaultyServer
) -> None:
    keep_work(database, build_job(COUNT))
    await Works(database, server.base_url).run()
    usage = (await count(database)).usage
    put_in, cached = (sum(getattr(run.billed, name) for run in server.shelf.log) for name in ("input", "cached"))
    given_out = sum(run.billed.output for run in server.shelf.log)
    assert (usage.calls, usage.input_tokens, usage.output_tokens) == (LINES, put_in, given_out)
    whole = ((put_in - cached) * 1.0 + cached * 0.5 + given_out * 4.0) / 1e6
    assert usage.cost_usd == pytest.approx(whole / 2)
    assert sum_cost(database) == pytest.approx(whole / 2)


async def test_a_decision_rests_on_all_replies(database: Database, server: FaultyServer) -> None:
    keep_work(database, build_job(1))
    await Works(database, server.base_url).run()
    [item] = await database.read(lambda c: list_items(c, "j1"))
    decision = await database.read(lambda c: load_decision(c, item.after or ""))
    assert len(decision.warnings) == PARTS
    assert all('"verdicts"' in text for text in decision.warnings)


async def test_nothing_is_left_behind(database: Database, server: FaultyServer) -> None:
    keep_work(database, build_job(COUNT))
    await Works(database, server.base_url).run()
    assert server.shelf.files == {}
    assert await database.read(lambda c: count_lines(c, "j1")) == {}
    assert await database.read(lambda c: list_batches(c, "j1", only_open=True)) == []


async def test_a_second_run_does_nothing(database: Database, server: FaultyServer) -> None:
    keep_work(database, build_job(COUNT))
    await Works(database, server.base_url).run()
    calls = len(server.shelf.calls)
    assert await Works(database, server.base_url).run() == "done"
    assert len(server.shelf.calls) == calls


async def test_a_reply_that_cannot_be_read_is_mended_in_the_next_batch(
    database: Database, server: FaultyServer
) -> None:
    keep_work(database, build_job(COUNT))
    server.shelf.traits.losses = {0: "cut_short", 5: "cut_short"}
    await Works(database, server.base_url).run()
    assert (await count(database)).decided == COUNT
    assert [held.body["request_counts"]["total"] for held in server.shelf.batches.values()] == [LINES, 2]
    assert find_wrong(database, server.shelf.log) == []


@pytest.mark.parametrize(
    ("limits", "batches"),
    [
        pytest.param(BatchLimits(lines=5), 2, id="lines"),
        pytest.param(BatchLimits(bytes=1_400), 3, id="bytes"),
        pytest.param(BatchLimits(enqueued_tokens=200), 2, id="tokens"),
    ],
)
async def test_batches_keep_to_the_limits(
    database: Database, server: FaultyServer, limits: BatchLimits, batches: int
) -> None:
    keep_work(database, build_job(COUNT))
    await Works(database, server.base_url, limits=limits).run()
    assert (await count(database)).decided == COUNT
    assert len(server.shelf.batches) == batches
    assert server.shelf.largest_upload <= limits.bytes
    assert find_wrong(database, server.shelf.log) == []


@pytest.mark.parametrize(
    ("loss", "runs"),
    [
        pytest.param("expired", LINES + 1, id="expired"),
        pytest.param("missing", LINES + 1, id="in neither file"),
        pytest.param("garbled", LINES + 1, id="no JSON"),
        pytest.param("refused", LINES + 1, id="the server's error"),
        pytest.param("bad_parameter", LINES + 1, id="a parameter that it does not know"),
    ],
)
async def test_what_got_no_answer_is_asked_again(
    database: Database, server: FaultyServer, loss: Loss, runs: int
) -> None:
    keep_work(database, build_job(COUNT))
    server.shelf.traits.losses = {4: loss}
    await Works(database, server.base_url).run()
    assert (await count(database)).decided == COUNT
    assert len(server.shelf.log) == runs
    assert find_wrong(database, server.shelf.log) == []


async def test_a_line_that_may_have_been_run_counts_in_full(database: Database, server: FaultyServer) -> None:
    keep_work(database, build_job(1))
    server.shelf.traits.losses = {0: "missing"}
    await Works(database, server.base_url).run()
    [lost] = [attempt for attempt in list_attempts(database).values() if attempt.status == "unknown"]
    assert (lost.estimated, lost.tokens.input, lost.tokens.output) == (True, 50, 400)


async def test_what_never_gets_an_answer_is_parked_with_the_reason(database: Database, server: FaultyServer) -> None:
    keep_work(database, build_job(COUNT))
    # The same question is the same line, so that the first of each batch is the one that failed before.
    server.shelf.traits.losses = {0: "refused", LINES: "refused", LINES + 1: "refused"}
    await Works(database, server.base_url).run()
    [parked] = await list_parked(database)
    assert "asked 3 times" in parked.reason
    assert "the server answered 500" in parked.reason
    assert (await count(database)).decided == COUNT - 1


async def test_an_article_that_is_too_long_is_parked_at_once(database: Database, server: FaultyServer) -> None:
    keep_work(database, build_job(COUNT))
    server.shelf.traits.losses = {0: "too_long"}
    await Works(database, server.base_url).run()
    [parked] = await list_parked(database)
    assert "maximum context length" in parked.reason
    assert len(server.shelf.log) == LINES


async def test_what_was_paid_for_a_parked_article_is_not_paid_again(database: Database, server: FaultyServer) -> None:
    keep_work(database, build_job(1))
    server.shelf.traits.losses = {0: "too_long"}
    await Works(database, server.base_url).run()
    assert await database.read(lambda c: count_lines(c, "j1")) == {"answered": 1}


async def test_a_batch_of_which_no_line_is_answered_has_no_output_file(
    database: Database, server: FaultyServer
) -> None:
    keep_work(database, build_job(COUNT))
    server.shelf.traits.lose_all = True
    assert await Works(database, server.base_url).run() == "done"
    assert (await count(database)).parked == COUNT
    assert all(held.body["output_file_id"] is None for held in server.shelf.batches.values())
    assert sum_cost(database) == pytest.approx(0)


async def test_a_full_queue_is_no_fault_of_the_questions(database: Database, server: FaultyServer) -> None:
    keep_work(database, build_job(COUNT))
    server.shelf.traits.enqueued_limit = 600
    await Works(database, server.base_url).run()
    assert (await count(database)).decided == COUNT
    assert any(held.body["status"] == "failed" for held in server.shelf.batches.values())
    assert len(server.shelf.log) == LINES
    assert find_wrong(database, server.shelf.log) == []


async def test_a_file_that_is_not_seen_at_once_is_waited_for(database: Database, server: FaultyServer) -> None:
    keep_work(database, build_job(COUNT))
    server.shelf.traits.unseen_files = 3
    await Works(database, server.base_url).run()
    assert (server.shelf.uploads, len(server.shelf.batches)) == (1, 1)


async def test_a_file_that_is_never_seen_ends_the_run(database: Database, server: FaultyServer) -> None:
    keep_work(database, build_job(COUNT))
    server.shelf.traits.unseen_files = 10_000
    with pytest.raises(ModelUnavailable, match="Cannot find file"):
        await Works(database, server.base_url, limits=BatchLimits()).run()
    assert await database.read(lambda c: count_lines(c, "j1")) == {"waiting": LINES}


async def test_a_busy_server_is_asked_again(database: Database, server: FaultyServer) -> None:
    keep_work(database, build_job(COUNT))
    server.shelf.traits.busy = 4
    await Works(database, server.base_url).run()
    assert (await count(database)).decided == COUNT


async def test_results_that_break_off_are_read_again(database: Database, server: FaultyServer) -> None:
    keep_work(database, build_job(COUNT))
    server.shelf.traits.cuts = 2
    await Works(database, server.base_url).run()
    assert (await count(database)).decided == COUNT
    assert find_wrong(database, server.shelf.log) == []


async def test_a_create_without_an_answer_is_looked_for_before_it_is_done_again(
    database: Database, server: FaultyServer
) -> None:
    keep_work(database, build_job(COUNT))
    server.shelf.traits.silent_creates = 1
    server.shelf.traits.listed_after = 1
    await Works(database, server.base_url).run()
    assert len(server.shelf.batches) == 1
    assert len(server.shelf.log) == LINES


async def test_a_batch_that_was_made_twice_after_all_is_counted_twice(database: Database, server: FaultyServer) -> None:
    keep_work(database, build_job(COUNT))
    server.shelf.traits.silent_creates = 1
    server.shelf.traits.listed_after = 3
    await Works(database, server.base_url).run()
    tally = await count(database)
    assert (tally.decided, tally.usage.calls) == (COUNT, LINES)
    assert len(server.shelf.batches) == 2
    assert find_wrong(database, server.shelf.log) == []


async def test_a_line_that_spoils_its_batch_is_parked_and_the_others_go_again(
    database: Database, server: FaultyServer
) -> None:
    keep_work(database, build_job(COUNT))
    traits = server.shelf.traits
    traits.refusal, traits.refused_line, traits.refused = "invalid_json_line", 1, 1
    await Works(database, server.base_url).run()
    [parked] = await list_parked(database)
    assert "This batch cannot be run" in parked.reason
    assert (await count(database)).decided == COUNT - 1


async def test_a_refusal_that_names_a_line_which_does_not_exist_is_given_up_as_well(
    database: Database, server: FaultyServer
) -> None:
    keep_work(database, build_job(COUNT))
    server.shelf.traits.refusal, server.shelf.traits.refused_line = "invalid_json_line", LINES + 1
    await Works(database, server.base_url).run()
    assert (await count(database)).parked == COUNT


async def test_a_batch_that_is_refused_for_nothing_known_is_given_up_after_three_tries(
    database: Database, server: FaultyServer
) -> None:
    keep_work(database, build_job(COUNT))
    server.shelf.traits.refusal = "mismatched_model"
    await Works(database, server.base_url).run()
    assert (await count(database)).parked == COUNT
    assert len(server.shelf.batches) == 3


async def test_no_money_stops_the_run_and_parks_nothing(database: Database, server: FaultyServer) -> None:
    keep_work(database, build_job(COUNT))
    server.shelf.traits.losses = dict.fromkeys(range(4, LINES), "no_money")
    with pytest.raises(QuotaExhausted):
        await Works(database, server.base_url).run()
    tally = await count(database)
    assert (tally.parked, tally.decided + tally.waiting) == (0, COUNT)
    server.shelf.traits.losses = {}
    assert await Works(database, server.base_url).run() == "done"
    assert (await count(database)).decided == COUNT
    assert sum(run.is_answered for run in server.shelf.log) == LINES


async def test_no_money_for_a_whole_batch_stops_the_run_as_well(database: Database, server: FaultyServer) -> None:
    keep_work(database, build_job(COUNT))
    server.shelf.traits.refusal = "billing_hard_limit_reached"
    with pytest.raises(QuotaExhausted):
        await Works(database, server.base_url).run()
    assert await database.read(lambda c: count_lines(c, "j1")) == {"waiting": LINES}
    assert sum_cost(database) == pytest.approx(0)


async def test_a_cap_lets_as_much_through_as_it_allows(database: Database, server: FaultyServer) -> None:
    # A question takes at most 50 tokens in and 400 out: 0.000825 USD by batch.
    keep_work(database, build_job(COUNT))
    caps = Caps(job_usd=0.000825 * 1.2)
    with pytest.raises(BudgetSpent, match="SCOPENOTE_BUDGET_JOB_USD"):
        await Works(database, server.base_url, caps=caps).run()
    assert 1 <= len(server.shelf.log) < LINES
    assert sum_cost(database) <= caps.job_usd if caps.job_usd else False
    assert find_wrong(database, server.shelf.log) == []
    assert await Works(database, server.base_url).run() == "done"
    assert sum(run.is_answered for run in server.shelf.log) == LINES


async def test_a_job_keeps_to_a_cap_of_its_own(database: Database, server: FaultyServer) -> None:
    keep_work(database, build_job(COUNT, max_cost_usd=0.0))
    with pytest.raises(BudgetSpent, match="--max-cost"):
        await Works(database, server.base_url).run()
    assert server.shelf.calls == []


async def test_a_batch_is_paid_from_the_budget_of_the_key_that_asked_for_it(
    database: Database, server: FaultyServer
) -> None:
    key = build_key("k", budget_day_usd=0.000825 * 1.2)
    database.write_now(lambda c: keep_key(c, key))
    made = build_job(COUNT)
    keep_work(database, made.model_copy(update={"recipe": made.recipe.model_copy(update={"payer": "key:k"})}))
    with pytest.raises(BudgetSpent, match=r"budget of the key 'News' \(0\.00099 USD\)") as refused:
        await Works(database, server.base_url).run()
    assert refused.value.payer == "key:k"
    known = list_attempts(database).values()
    assert ({attempt.key for attempt in known}, 1 <= len(server.shelf.log) < LINES) == ({"k"}, True)
    (day,) = {attempt.day for attempt in known}
    ledger = SQLLedger(database, lambda: NOW)
    paid = await ledger.sum_account(name_account("key", "k", day))
    assert paid == await ledger.sum_account("j1")
    assert 0 < paid.cost_usd <= 0.000825 * 1.2


async def test_a_batch_whose_key_is_over_is_not_sent(database: Database, server: FaultyServer) -> None:
    database.write_now(lambda c: keep_key(c, build_key("k", revoked_at=NOW)))
    made = build_job(COUNT)
    keep_work(database, made.model_copy(update={"recipe": made.recipe.model_copy(update={"payer": "key:k"})}))
    with pytest.raises(BudgetSpent, match="was revoked"):
        await Works(database, server.base_url).run()
    assert server.shelf.calls == []
    database.write_now(lambda c: set_state(c, "j1", "cancelled", "", NOW, only_from={"running"}))
    assert await Works(database, server.base_url).run() == "cancelled"


async def test_a_server_without_batches_is_told_as_such(database: Database, server: FaultyServer) -> None:
    keep_work(database, build_job(COUNT))
    server.shelf.traits.exists = False
    with pytest.raises(ModelUnavailable, match=r"has no Batch API\. Leave out --batch-api"):
        await Works(database, server.base_url).run()
    assert await database.read(lambda c: count_lines(c, "j1")) == {"waiting": LINES}
    assert sum_cost(database) == pytest.approx(0)


@pytest.mark.parametrize("exists", [True, False])
async def test_whether_there_is_a_batch_api_can_be_asked_beforehand(
    database: Database, server: FaultyServer, exists: bool
) -> None:
    server.shelf.traits.exists = exists
    works = Works(database, server.base_url)
    try:
        if exists:
            await check_batch_api(works.means)
        else:
            with pytest.raises(ModelUnavailable, match="--batch-api"):
                await check_batch_api(works.means)
    finally:
        await works.close()


async def test_a_job_that_is_not_running_is_left_alone(database: Database, server: FaultyServer) -> None:
    keep_work(database, build_job(COUNT, state="paused"))
    assert await Works(database, server.base_url).run() == "paused"
    assert server.shelf.calls == []


async def test_tags_are_written_back_where_the_job_says_so(database: Database, server: FaultyServer) -> None:
    keep_work(database, build_job(COUNT, write=True))
    works = Works(database, server.base_url)
    await works.run()
    assert sorted(works.desk.written) == list(range(COUNT))


class Faulty(Questions):
    """A desk that fails at one article."""

    def __init__(self, works: Works, failing: str, error: Exception) -> None:
        super().__init__(works.database, works.model)
        self._failing = failing
        self._error = error

    async def decide(self, recipe: Recipe, key: str, article: Article, errand: Errand) -> Decision:
        if self._failing in article.text:
            raise self._error
        return await super().decide(recipe, key, article, errand)


@pytest.mark.parametrize(
    ("error", "reason"),
    [
        pytest.param(BadArticle("there is nothing in it"), "there is nothing in it", id="a bad article"),
        pytest.param(ZeroDivisionError("oh"), "nobody foresaw: ZeroDivisionError", id="an error of ours"),
        pytest.param(Damaged("a row cannot be read"), "a row cannot be read", id="a row that is damaged"),
    ],
)
async def test_an_article_that_cannot_be_worked_on_is_parked_alone(
    database: Database, server: FaultyServer, error: Exception, reason: str
) -> None:
    keep_work(database, build_job(COUNT))
    works = Works(database, server.base_url)
    await works.run(desk=Faulty(works, "number 1", error))
    [parked] = await list_parked(database)
    assert (parked.number, reason in parked.reason) == (1, True)
    assert (await count(database)).decided == COUNT - 1


class Stuck(Questions):
    """A desk at which one file cannot be written."""

    async def write_back(self, job: Job, item: Item, decision: Decision) -> None:
        if item.number == 1:
            raise Unavailable("one.md: it cannot be used now")
        await super().write_back(job, item, decision)


async def test_a_file_that_cannot_be_used_now_parks_its_article_decided(
    database: Database, server: FaultyServer
) -> None:
    keep_work(database, build_job(COUNT, write=True))
    works = Works(database, server.base_url)
    assert await works.run(desk=Stuck(works.database, works.model)) == "done"
    [parked] = await list_parked(database)
    assert (parked.number, parked.reason) == (1, "one.md: it cannot be used now")
    assert parked.after is not None
    assert parked.usage.calls == PARTS


async def move(database: Database, state: JobState) -> None:
    await database.write(lambda c: set_state(c, "j1", state, "", NOW, only_from={"running", "paused"}))


async def come_true(what: Callable[[], bool]) -> None:
    while not what():  # noqa: ASYNC110 - the server lives in another thread
        await asyncio.sleep(0.01)


async def run_until_sent(database: Database, server: FaultyServer, then: JobState) -> JobState:
    """What a run gives that is stopped when its batch is at the server."""
    running = asyncio.ensure_future(Works(database, server.base_url).run())
    await come_true(lambda: any(held.looks for held in server.shelf.batches.values()))
    await move(database, then)
    return await running


async def test_a_job_that_is_paused_leaves_its_batches_and_goes_on_with_them(
    database: Database, server: FaultyServer
) -> None:
    keep_work(database, build_job(COUNT))
    server.shelf.traits.looks = 10_000
    assert await run_until_sent(database, server, "paused") == "paused"
    server.shelf.traits.looks = 1
    await move(database, "running")
    assert await Works(database, server.base_url).run() == "done"
    assert len(server.shelf.batches) == 1
    assert find_wrong(database, server.shelf.log) == []


async def test_a_job_that_is_cancelled_calls_its_batches_off_and_counts_what_they_did(
    database: Database, server: FaultyServer
) -> None:
    keep_work(database, build_job(COUNT))
    server.shelf.traits.looks = 10_000

    async def end_soon() -> None:
        await come_true(lambda: any(held.is_called_off for held in server.shelf.batches.values()))
        server.shelf.traits.looks = 1

    ending = asyncio.ensure_future(end_soon())
    assert await run_until_sent(database, server, "cancelled") == "cancelled"
    await ending
    assert (await count(database)).waiting == COUNT
    assert len(server.shelf.log) == LINES // 2
    assert find_wrong(database, server.shelf.log) == []
    assert server.shelf.files == {}


async def test_a_job_that_is_cancelled_counts_a_batch_that_was_made_twice(
    database: Database, server: FaultyServer
) -> None:
    keep_work(database, build_job(COUNT))
    traits = server.shelf.traits
    traits.silent_creates, traits.listed_after, traits.looks = 1, 3, 10_000
    await run_until_sent(database, server, "paused")
    traits.looks = 1
    await move(database, "cancelled")
    assert await Works(database, server.base_url).run() == "cancelled"
    assert [held.body["status"] for held in server.shelf.batches.values()] == ["cancelled", "cancelled"]
    assert find_wrong(database, server.shelf.log) == []


async def test_a_job_that_was_cancelled_while_it_rested_is_called_off_as_well(
    database: Database, server: FaultyServer
) -> None:
    keep_work(database, build_job(COUNT))
    server.shelf.traits.looks = 10_000
    await run_until_sent(database, server, "paused")
    server.shelf.traits.looks = 1
    await move(database, "cancelled")
    assert await Works(database, server.base_url).run() == "cancelled"
    assert [held.body["status"] for held in server.shelf.batches.values()] == ["cancelled"]
    assert find_wrong(database, server.shelf.log) == []


async def test_a_batch_that_somebody_else_cancelled_stops_the_run(database: Database, server: FaultyServer) -> None:
    keep_work(database, build_job(COUNT))
    server.shelf.traits.looks = 10_000
    running = asyncio.ensure_future(Works(database, server.base_url).run())
    await come_true(lambda: any(held.looks for held in server.shelf.batches.values()))
    server.shelf.batches["batch-0"].is_called_off, server.shelf.traits.looks = True, 1
    with pytest.raises(ModelUnavailable, match=r"was cancelled there\. Resume the job"):
        await running
    assert await Works(database, server.base_url).run() == "done"
    assert sum(run.is_answered for run in server.shelf.log) == LINES


async def test_those_who_wait_are_told_how_far_it_is(database: Database, server: FaultyServer) -> None:
    keep_work(database, build_job(COUNT))
    server.shelf.traits.looks = 10_000
    await run_until_sent(database, server, "paused")
    told = await database.read(lambda c: tell_job(c, "j1", NOW))
    assert told == "6 in 1 batch at the provider (in_progress: 0 of 6 questions answered)"
