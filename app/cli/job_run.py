"""Owns seeing a job through from the command line: its progress, Ctrl-C, and what it came to."""

import asyncio
from collections import Counter
from collections.abc import Callable, Coroutine
from contextlib import aclosing
from typing import TYPE_CHECKING, Any

from app.api.told_job import ToldJob
from app.cli.exits import DONE, FAILURES, UNAVAILABLE
from app.cli.terminal import say, say_error, write_json
from app.domain.telling import tell_count

if TYPE_CHECKING:
    from app.bootstrap.services import Services
    from app.domain.job import Job

NAMED = 10
"""Parked items that are named with their reasons."""


async def see_through(services: "Services", job_id: str, *, as_json: bool) -> int:
    """Work on a job in this process until it runs no more, tell what it came to; gives the exit code.

    Ctrl-C pauses it: what was begun is finished first.
    """
    from app.cli.job_bar import JobBar

    bar = JobBar()
    stopped = False
    async with services.working():
        try:
            async with aclosing(services.office.follow(job_id)) as following:
                async for progress in following:
                    bar.show_job(progress)
        except asyncio.CancelledError:
            stopped = True
            if task := asyncio.current_task():
                task.uncancel()
            await services.office.pause(job_id)
        finally:
            bar.clear()
        if stopped:
            say_error("paused by Ctrl-C; what was begun is being finished, and Ctrl-C again leaves it to the next run")
    return await conclude(services, job_id, as_json=as_json)


async def conclude(services: "Services", job_id: str, *, as_json: bool) -> int:
    """Tell what a job came to; gives the exit code."""
    job, tally = await services.office.get_job(job_id), await services.office.tally(job_id)
    if as_json:
        write_json(ToldJob.of(job, tally).model_dump_json())
    else:
        from app.cli.job_cards import print_job

        print_job(ToldJob.of(job, tally))
        await _tell_changes(services, job)
    if tally.parked:
        await _name_parked(services, job, tally.parked)
    if job.state == "paused":
        say(f"Paused: {job.reason or 'by hand'}. `scopenote jobs resume {job.id}` goes on.")
        return UNAVAILABLE if job.reason else FAILURES
    return DONE if job.state == "done" and not tally.parked else FAILURES


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
