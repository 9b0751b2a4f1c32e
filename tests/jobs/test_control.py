"""Tests of starting, pausing, resuming, cancelling and retrying a job."""

from collections.abc import Awaitable, Callable
from datetime import timedelta
from functools import partial

import pytest

from app.domain.job import Job, JobState
from app.domain.verdict import Verdict
from app.errors import BadInput, NotKept
from app.jobs.control import cancel_job, pause_for, pause_job, resume_job, retry_job, start_job
from app.store.database import Database
from app.store.items import load_item, settle_item
from app.store.jobs import load_job, set_state
from app.store.verdicts import KeptVerdict, find_verdicts, keep_verdicts
from tests.jobs.fake_desk import NOON, count, keep_job_of

pytestmark = pytest.mark.anyio

LATER = NOON + timedelta(hours=1)
Move = Callable[[Database, str], Awaitable[Job]]

start: Move = start_job
pause: Move = partial(pause_job, now=LATER)
resume: Move = partial(resume_job, now=LATER)
cancel: Move = partial(cancel_job, now=LATER)
retry: Move = partial(retry_job, now=LATER)

ALL: tuple[JobState, ...] = ("running", "paused", "cancelled", "done", "undone")


def bring_to(store: Database, state: JobState) -> None:
    store.write_now(lambda c: set_state(c, "j", state, "", NOON, only_from=ALL))


def park(store: Database, number: int) -> None:
    item = store.read_now(lambda c: load_item(c, "j", number)).model_copy(update={"state": "parked", "reason": "x"})
    store.write_now(lambda c: settle_item(c, item, NOON))


@pytest.mark.parametrize(
    ("move", "before", "after"),
    [
        pytest.param(start, "paused", "running", id="start"),
        pytest.param(start, "running", "running", id="start-again"),
        pytest.param(pause, "running", "paused", id="pause"),
        pytest.param(pause, "paused", "paused", id="pause-again"),
        pytest.param(resume, "paused", "running", id="resume"),
        pytest.param(resume, "running", "running", id="resume-again"),
        pytest.param(cancel, "running", "cancelled", id="cancel-running"),
        pytest.param(cancel, "paused", "cancelled", id="cancel-paused"),
        pytest.param(cancel, "cancelled", "cancelled", id="cancel-again"),
    ],
)
async def test_a_job_moves(store: Database, move: Move, before: JobState, after: JobState) -> None:
    keep_job_of(store, 1)
    bring_to(store, before)
    moved = await move(store, "j")
    assert moved.state == after
    assert moved == store.read_now(lambda c: load_job(c, "j"))


@pytest.mark.parametrize(
    ("move", "state", "why"),
    [
        pytest.param(start, "cancelled", "cannot be started: it was cancelled", id="start-cancelled"),
        pytest.param(pause, "done", "cannot be paused: it is done", id="pause-done"),
        pytest.param(pause, "cancelled", "cannot be paused: it was cancelled", id="pause-cancelled"),
        pytest.param(resume, "done", "cannot be resumed: it is done", id="resume-done"),
        pytest.param(resume, "cancelled", "cannot be resumed: it was cancelled", id="resume-cancelled"),
        pytest.param(cancel, "done", "cannot be cancelled: it is done", id="cancel-done"),
        pytest.param(cancel, "undone", "cannot be cancelled: it was undone", id="cancel-undone"),
        pytest.param(retry, "cancelled", "cannot be retried: it was cancelled", id="retry-cancelled"),
        pytest.param(retry, "undone", "cannot be retried: it was undone", id="retry-undone"),
    ],
)
async def test_a_job_that_cannot_move_says_why_and_stays(
    store: Database, move: Move, state: JobState, why: str
) -> None:
    keep_job_of(store, 1)
    bring_to(store, state)
    with pytest.raises(BadInput, match=why):
        await move(store, "j")
    assert store.read_now(lambda c: load_job(c, "j")).state == state


@pytest.mark.parametrize("move", [start, pause, resume, cancel, retry], ids="start pause resume cancel retry".split())
async def test_a_job_that_is_not_there_cannot_be_moved(store: Database, move: Move) -> None:
    with pytest.raises(NotKept, match="'j'"):
        await move(store, "j")


@pytest.mark.parametrize("state", ["running", "paused", "done"])
async def test_parked_items_are_tried_again(store: Database, state: JobState) -> None:
    keep_job_of(store, 3)
    park(store, 1)
    bring_to(store, state)
    job = await retry(store, "j")
    assert (job.state, job.finished_at) == ("running", None)
    assert count(store).waiting == 3


async def test_a_job_without_parked_items_is_not_retried(store: Database) -> None:
    keep_job_of(store, 1)
    bring_to(store, "done")
    with pytest.raises(BadInput, match="no parked items"):
        await retry(store, "j")
    assert store.read_now(lambda c: load_job(c, "j")).state == "done"


async def test_what_could_not_be_read_about_parked_items_is_asked_again(store: Database) -> None:
    keep_job_of(store, 2)
    park(store, 1)
    kept = [
        KeptVerdict(
            fingerprint=f"of {number}",
            digest=store.read_now(lambda c, number=number: load_item(c, "j", number)).digest,  # type: ignore[misc]
            judge="llm",
            model="m",
            prompt_version="p",
            verdict=Verdict(category_id="cup", unreadable=True),
        )
        for number in range(2)
    ]
    for _ in range(3):
        store.write_now(lambda c: keep_verdicts(c, kept, NOON))
    await retry(store, "j")
    assert set(store.read_now(lambda c: find_verdicts(c, ["of 0", "of 1"]))) == {"of 0"}


async def test_a_job_paused_for_a_reason_forgets_it_when_it_goes_on(store: Database) -> None:
    keep_job_of(store, 1)
    assert store.write_now(lambda c: pause_for(c, "j", "the budget is spent", NOON))
    assert store.read_now(lambda c: load_job(c, "j")).reason == "the budget is spent"
    assert (await resume(store, "j")).reason == ""


async def test_pausing_again_keeps_the_reason(store: Database) -> None:
    keep_job_of(store, 1)
    store.write_now(lambda c: pause_for(c, "j", "the budget is spent", NOON))
    assert (await pause(store, "j")).reason == "the budget is spent"


async def test_a_job_that_does_not_run_is_not_paused_for_a_reason(store: Database) -> None:
    keep_job_of(store, 1)
    bring_to(store, "cancelled")
    assert not store.write_now(lambda c: pause_for(c, "j", "the budget is spent", NOON))


@pytest.mark.parametrize("state", ["paused", "running"])
async def test_a_job_goes_on_with_another_cap(store: Database, state: JobState) -> None:
    keep_job_of(store, 1)
    bring_to(store, state)
    job = await resume_job(store, "j", LATER, 7.5)
    assert (job.state, job.recipe.max_cost_usd) == ("running", 7.5)
    assert (await resume_job(store, "j", LATER)).recipe.max_cost_usd == 7.5


@pytest.mark.parametrize("steer", [resume_job, retry_job])
async def test_whoever_has_a_job_go_on_pays_for_the_rest_of_it(
    store: Database, steer: Callable[..., Awaitable[Job]]
) -> None:
    keep_job_of(store, 1)
    item = store.read_now(lambda c: load_item(c, "j", 0))
    store.write_now(lambda c: settle_item(c, item.model_copy(update={"state": "parked"}), NOON))
    for payer in ("key:k", None):
        bring_to(store, "paused")
        assert (await steer(store, "j", LATER, payer=payer)).recipe.payer == payer
        store.write_now(lambda c: settle_item(c, item.model_copy(update={"state": "parked"}), NOON))


async def test_a_job_that_cannot_go_on_keeps_its_cap(store: Database) -> None:
    keep_job_of(store, 1)
    bring_to(store, "done")
    with pytest.raises(BadInput):
        await resume_job(store, "j", LATER, 7.5)
    assert store.read_now(lambda c: load_job(c, "j")).recipe.max_cost_usd == 2.5
