"""Owns `scopenote jobs`: list them, look at one, steer it, undo it, and write its report."""

import math
from collections.abc import Awaitable, Callable, Coroutine
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from app.cli.exits import DONE, FAILURES, telling_errors
from app.cli.terminal import say, write_json
from app.errors import BadInput
from app.settings import load_settings

if TYPE_CHECKING:
    from app.bootstrap.services import Services
    from app.domain.job import Job

program = typer.Typer(no_args_is_help=True, help="List, show, steer and undo jobs, newest first.")

JobId = Annotated[str, typer.Argument(metavar="ID", help="the job's id, or at least 4 characters that it begins with")]
AsJson = Annotated[bool, typer.Option("--json", help="for programs")]
Detach = Annotated[bool, typer.Option("--detach", help="leave the work to `scopenote serve` or `scopenote worker`")]
NEWEST = 50


@program.command("list")
def list_jobs(as_json: AsJson = False) -> None:
    """List the newest jobs with what became of their items."""

    async def work(services: "Services") -> int:
        from app.api.told_job import tell_jobs

        told = await tell_jobs(services, await services.office.list_jobs(NEWEST))
        if as_json:
            write_json("[" + ",".join(job.model_dump_json() for job in told) + "]")
        else:
            from app.cli.job_cards import print_jobs

            print_jobs(told)
        return DONE

    _run(work)


@program.command("show")
def show_job(job_id: JobId, as_json: AsJson = False) -> None:
    """Show one job: its state, its items, what it has used of what was planned."""

    async def work(services: "Services", job_id: str) -> int:
        from app.cli.job_run import tell

        await tell(services, job_id, as_json=as_json)
        return DONE

    _run_on(job_id, work)


@program.command("pause")
def pause(job_id: JobId, as_json: AsJson = False) -> None:
    """Let what was begun come to its end, and begin nothing more."""
    _run_on(job_id, lambda services, id_: _steer(services, services.office.pause(id_), as_json=as_json))


@program.command("resume")
def resume(
    job_id: JobId,
    max_cost: Annotated[
        float | None, typer.Option("--max-cost", metavar="USD", min=0, help="let the job spend so much in all")
    ] = None,
    detach: Detach = False,
    as_json: AsJson = False,
) -> None:
    """Go on with a paused job, and see it through. One that its cap has stopped needs a higher --max-cost."""

    async def work(services: "Services", job_id: str) -> int:
        if max_cost is not None and not math.isfinite(max_cost):
            raise BadInput("--max-cost takes a number of dollars.")
        return await _go_on(services, services.office.resume(job_id, max_cost), detach=detach, as_json=as_json)

    _run_on(job_id, work)


@program.command("cancel")
def cancel(job_id: JobId, as_json: AsJson = False) -> None:
    """End a job for good; what is decided stays, and can be undone."""

    async def work(services: "Services", job_id: str) -> int:
        from app.cli.job_run import call_off, tell

        await services.office.cancel(job_id)
        await call_off(services, job_id)
        await tell(services, job_id, as_json=as_json)
        return DONE

    _run_on(job_id, work)


@program.command("retry")
def retry(job_id: JobId, detach: Detach = False, as_json: AsJson = False) -> None:
    """Try again what was parked, and see it through.

    A question whose reply could not be read is asked, and paid, again; nothing else is paid twice.
    """
    _run_on(job_id, lambda services, id_: _go_on(services, services.office.retry(id_), detach=detach, as_json=as_json))


@program.command("undo")
def undo(
    job_id: JobId,
    yes: Annotated[bool, typer.Option("--yes", help="do not ask")] = False,
    as_json: AsJson = False,
) -> None:
    """Restore the files that a job wrote, byte for byte, and the decisions that stood before it.

    Files that changed since are left and named.
    """

    async def work(services: "Services", job_id: str) -> int:
        job = await services.office.get_job(job_id)
        sources = ", ".join(job.recipe.sources)
        if not yes and not typer.confirm(
            f"Undo job {job.id} of {job.created_at:%Y-%m-%d %H:%M} UTC on {sources}?", err=True
        ):
            say("Nothing was undone.")
            return FAILURES
        report = await services.office.undo(job_id)
        if as_json:
            write_json(report.model_dump_json())
        else:
            from app.cli.job_cards import print_undo

            print_undo(report)
        return FAILURES if report.left else DONE

    _run_on(job_id, work)


@program.command("report")
def write_report(
    job_id: JobId,
    html: Annotated[
        Path | None, typer.Option("--html", metavar="FILE", help="write a page instead of JSON lines")
    ] = None,
) -> None:
    """Write what became of every item: one JSON object per line, or a page that needs nothing else."""

    async def work(services: "Services", job_id: str) -> int:
        if html is None:
            async for line in services.office.list_report(job_id):
                write_json(line.model_dump_json())
            return DONE
        from app.cli.whole_file import write_whole

        await write_whole(html, services.office.render_report(job_id))
        say(f"The report is in {str(html)!r}.")
        return DONE

    _run_on(job_id, work)


def _run(work: "Callable[[Services], Coroutine[Any, Any, int]]") -> None:
    with telling_errors():
        from app.bootstrap.services import build_services
        from app.cli.job_run import run

        services = build_services(load_settings())
        raise typer.Exit(run(services, lambda: work(services)))


def _run_on(named: str, work: "Callable[[Services, str], Coroutine[Any, Any, int]]") -> None:
    """Do something with the job that is named by its id or the beginning of it."""

    async def find_first(services: "Services") -> int:
        from app.jobs.office import LEAST_OF_ID

        if len(named) < LEAST_OF_ID:
            raise BadInput(
                f"There is no job {named!r}. Give at least {LEAST_OF_ID} characters of its id; "
                "`scopenote jobs list` has them all."
            )
        return await work(services, await services.office.find_id(named))

    _run(find_first)


async def _steer(services: "Services", steered: "Awaitable[Job]", *, as_json: bool) -> int:
    from app.cli.job_run import tell

    job = await steered
    await tell(services, job.id, as_json=as_json)
    return DONE


async def _go_on(services: "Services", steered: "Awaitable[Job]", *, detach: bool, as_json: bool) -> int:
    from app.cli.job_run import leave_to_workers, see_through

    job = await steered
    go_on = leave_to_workers if detach else see_through
    return await go_on(services, job.id, as_json=as_json)
