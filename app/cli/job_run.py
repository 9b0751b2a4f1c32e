"""Owns seeing a job through from the command line: its progress, Ctrl-C, and what it came to."""

import asyncio
from collections import Counter
from collections.abc import Callable, Coroutine
from contextlib import aclosing, suppress
from typing import TYPE_CHECKING, Any

from app.api.told_job import ToldJob
from app.cli.exits import DONE, FAILURES, UNAVAILABLE
from app.cli.terminal import say, say_error, write_json
from app.domain.telling import tell_count
from app.errors import BadInput
from app.jobs.planning.surveying import NOT_READ
from app.store.batches import list_batches

if TYPE_CHECKING:
    from app.bootstrap.services import Services
    from app.domain.job import Job, JobPlan, Tally

LOOK_S = 0.2
NAMED = 10
"""Parked items that are named with their reasons."""


async def see_through(services: "Services", job_id: str, *, as_json: bool) -> int:
    """Work on a job in this process until it runs no more, tell what it came to; gives the exit code.

    Ctrl-C pauses it: what was begun is finished first.
    """
    from app.cli.job_bar import JobBar

    bar = JobBar()
    try:
        async with services.working():
            try:
                async with aclosing(services.office.follow(job_id)) as following:
                    async for progress in following:
                        bar.show_job(progress)
            except asyncio.CancelledError:
                bar.clear()
                await _pause(services, job_id)
            finally:
                bar.clear()
    except asyncio.CancelledError:  # before the work had begun
        await _pause(services, job_id)
    return await conclude(services, job_id, as_json=as_json)


async def call_off(services: "Services", job_id: str) -> None:
    """Have what a cancelled job has at a provider ended there, which may take some minutes."""

    async def is_there() -> bool:
        return bool(await services.database.read(lambda c: list_batches(c, job_id, only_open=True)))

    if not await is_there():
        return
    say("Its batches at the provider are called off. Ctrl-C leaves that to `scopenote serve` or `scopenote worker`.")
    async with services.working():
        while await is_there():  # noqa: ASYNC110 - the worker that ends them may be in another process
            await asyncio.sleep(LOOK_S)


async def _pause(services: "Services", job_id: str) -> None:
    if task := asyncio.current_task():
        task.uncancel()
    with suppress(BadInput):  # it has ended by itself in this very moment
        await services.office.pause(job_id)
        say_error("paused by Ctrl-C; what was begun is being finished, and Ctrl-C again leaves it to the next run")


async def conclude(services: "Services", job_id: str, *, as_json: bool) -> int:
    """Tell what a job came to; gives the exit code."""
    job, tally = await tell(services, job_id, as_json=as_json)
    if not as_json:
        await _tell_changes(services, job)
    if job.plan.unread:
        _name_unread(job.plan)
    if tally.parked:
        await _name_parked(services, job, tally.parked)
    if job.state == "paused":
        say(f"Paused: {job.reason or 'by hand'}. `scopenote jobs resume {job.id}` goes on.")
        return UNAVAILABLE if job.reason else FAILURES
    return DONE if job.state == "done" and not tally.parked and not job.plan.unread else FAILURES


async def tell(services: "Services", job_id: str, *, as_json: bool) -> "tuple[Job, Tally]":
    """Tell where a job stands; gives it with the tally of its items."""
    job, tally = await services.office.get_job(job_id), await services.office.tally(job_id)
    told = ToldJob.of(job, tally)
    if as_json:
        write_json(told.model_dump_json())
    else:
        from app.cli.job_cards import print_job

        print_job(told)
    return job, tally


async def _tell_changes(services: "Services", job: "Job") -> None:
    """How many tags came and went, and where to read more."""
    gained, lost, review = Counter[str](), Counter[str](), 0
    async for line in services.office.list_report(job.id):
        gained.update(line.gained)
        lost.update(line.lost)
        review += len(line.review)
    for verb, counted in (("gained", gained), ("lost", lost)):
        if counted:
            named = ", ".join(f"{category} ({count:,})" for category, count in counted.most_common(NAMED))
            say(f"{verb} {tell_count(counted.total(), 'tag')}: {named}")
    if review:
        say(f"{tell_count(review, 'assignment')} for a person to look at: `scopenote serve`, then /review.")
    say(f"Report: `scopenote jobs report {job.id} --html FILE`")


def _name_unread(plan: "JobPlan") -> None:
    """What the sources hold beside the job's items; the plan's notes have the first of them."""
    named = [note for note in plan.notes if note.startswith(NOT_READ)][:NAMED]
    for note in named:
        say_error(note)
    if plan.unread > len(named):
        say_error(f"and {plan.unread - len(named):,} more that could not be read")


async def _name_parked(services: "Services", job: "Job", parked: int) -> None:
    for item in await services.office.list_items(job.id, state="parked", limit=NAMED):
        say_error(f"{item.path or item.article}: {item.reason}")
    if parked > NAMED:
        say_error(f"and {parked - NAMED:,} more, which the report names")
    say(f"`scopenote jobs retry {job.id}` tries what is parked again.")


def run(services: "Services", work: Callable[[], Coroutine[Any, Any, int]]) -> int:
    """Run what is to be done with jobs in an event loop of its own, and close the services after it."""

    async def close_after() -> int:
        try:
            return await work()
        finally:
            await services.close()

    try:
        return asyncio.run(close_after())
    except KeyboardInterrupt:
        say_error("stopped by Ctrl-C")
        return FAILURES
