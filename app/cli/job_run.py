"""Owns seeing a job through from the command line: its progress, Ctrl-C, and what it came to."""

import asyncio
from collections import Counter
from collections.abc import Callable, Coroutine
from contextlib import aclosing, suppress
from typing import TYPE_CHECKING, Any

from app.api.told_job import ToldJob, tell_job
from app.cli.exits import DONE, FAILURES, UNAVAILABLE
from app.cli.terminal import say, say_error, write_json
from app.domain.telling import tell_count
from app.errors import BadInput
from app.jobs.planning.surveying import NOT_READ
from app.jobs.reporting.report import tell_held_back
from app.store.batches import list_batches
from app.store.file_writes import count_written_tags

if TYPE_CHECKING:
    from app.bootstrap.services import Services
    from app.domain.job import JobPlan

LOOK_S = 0.2
NAMED = 10
"""Parked items that are named with their reasons."""
START_ONE = "waits for a worker: `scopenote serve` or `scopenote worker` starts one"
"""What is said of a job that nobody works on."""


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


async def leave_to_workers(services: "Services", job_id: str, *, as_json: bool) -> int:
    """Tell about a job that other processes are to work on; gives the exit code."""
    told = await tell(services, job_id, as_json=as_json)
    there = "is left to the workers that run" if told.is_worked_on else f"is kept, and {START_ONE}"
    say(f"Job {job_id} {there}. `scopenote jobs show {job_id}` tells how far it has come.")
    return DONE


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
    job = await tell(services, job_id, as_json=as_json)
    if not as_json:
        await _tell_changes(services, job)
    if job.plan.unread:
        _name_unread(job.plan)
    parked = job.tally.parked
    if parked:
        await _name_parked(services, job, parked)
    if job.state == "paused":
        _tell_pause(services, job)
        return UNAVAILABLE if job.reason else FAILURES
    return DONE if job.state == "done" and not parked and not job.plan.unread else FAILURES


async def tell(services: "Services", job_id: str, *, as_json: bool) -> ToldJob:
    """Tell where a job stands; gives what was told."""
    told = await tell_job(services, await services.office.get_job(job_id))
    if as_json:
        write_json(told.model_dump_json())
    else:
        from app.cli.job_cards import print_job

        print_job(told)
    return told


def _tell_pause(services: "Services", job: ToldJob) -> None:
    """Why a job is paused, and how it goes on; a reason may name the command already."""
    say(f"Paused: {job.reason.rstrip('. ') or 'by hand'}.")
    command = f"`scopenote jobs resume {job.id}"
    ways = [] if command in job.reason else [f"{command}` goes on."]
    settings = services.settings.model_copy(update={"judge": job.recipe.judge})
    if job.reason and settings.asks_llm:
        ways.append(f"For another judge, `scopenote jobs cancel {job.id}` and run it again with --judge.")
    if ways:
        say(" ".join(ways))


async def _tell_changes(services: "Services", job: ToldJob) -> None:
    """How many tags came, went and were held back, and where to read more."""
    gained, lost, held_back, review = Counter[str](), Counter[str](), 0, 0
    async for line in services.office.list_report(job.id):
        gained.update(line.gained)
        lost.update(line.lost)
        held_back += len(line.held_back)
        review += len(line.review)
    written = await services.database.read(lambda c: count_written_tags(c, job.id)) if job.recipe.write else None
    _tell_tags("gained", gained, "written to", (written.attached, written.attached_to) if written else None)
    _tell_tags("lost", lost, "removed from", (written.removed, written.removed_from) if written else None)
    if held_back:
        say(f"{tell_held_back(held_back)}. `scopenote reclassify SOURCE --write --put-back` writes them again.")
    if review:
        say(f"{tell_count(review, 'assignment')} for a person to look at: `scopenote serve`, then /review.")
    say(f"Report: `scopenote jobs report {job.id} --html FILE`")


def _tell_tags(verb: str, decided: Counter[str], done: str, in_files: tuple[int, int] | None) -> None:
    """How many tags came or went by the decisions; `in_files`: how many did in how many files."""
    if not decided and not (in_files and in_files[0]):
        return
    files = f", {in_files[0]:,} {done} {tell_count(in_files[1], 'file')}" if in_files else ""
    named = ", ".join(f"{category} ({count:,})" for category, count in decided.most_common(NAMED))
    say(f"{verb} {tell_count(decided.total(), 'tag')}{files}{': ' if named else ''}{named}")


def _name_unread(plan: "JobPlan") -> None:
    """What the sources hold beside the job's items; the plan's notes have the first of them."""
    named = [note for note in plan.notes if note.startswith(NOT_READ)][:NAMED]
    for note in named:
        say_error(note)
    if plan.unread > len(named):
        say_error(f"and {plan.unread - len(named):,} more that could not be read")


async def _name_parked(services: "Services", job: ToldJob, parked: int) -> None:
    for item in await services.office.list_items(job.id, state="parked", limit=NAMED):
        name = item.path or item.article
        # What is wrong with a file begins with its name already.
        say_error(f"parked: {item.reason if item.reason.startswith(f'{name}:') else f'{name}: {item.reason}'}")
    if parked > NAMED:
        say_error(f"and {parked - NAMED:,} more, which the report names")
    say(f"`scopenote jobs retry {job.id}` tries what is parked again; where you change a file, run reclassify again.")


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
