"""Owns one run of `scopenote reclassify`: planned, agreed to, and seen through, or an unfinished job gone on with."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from app.cli.exits import DONE, FAILURES
from app.cli.job_run import conclude, leave_to_workers, run, see_through
from app.cli.terminal import say, write_json
from app.domain.telling import tell_count
from app.errors import BadInput

if TYPE_CHECKING:
    from app.bootstrap.services import Services
    from app.domain.job import Job, JudgeAsked, Recipe
    from app.jobs.planning.ordering import Order
    from app.jobs.planning.planned import Planned
    from app.jobs.planning.unfinished import Unfinished


class ArchiveRun:
    """One call of the command, as its options ask."""

    def __init__(
        self,
        services: "Services",
        *,
        dry_run: bool,
        file: Path | None,
        yes: bool,
        max_cost: float | None,
        detach: bool,
        as_json: bool,
    ) -> None:
        self._services = services
        self._dry_run = dry_run
        self._file = file
        self._max_cost = max_cost
        self._has_agreed = yes or max_cost is not None
        self._detach = detach
        self._as_json = as_json

    def run(self, order: "Order | None") -> int:
        """Do what is asked, and close the services after it; the exit code."""
        return run(self._services, lambda: self._answer(order))

    async def _answer(self, order: "Order | None") -> int:
        """Plan, ask, start and see through, or go on with what is unfinished; the exit code."""
        if order is not None and self._file is not None and not self._dry_run:
            raise BadInput("A plan knows its sources: name either SOURCE or --plan FILE; with --dry-run, both.")
        unfinished = await self._find_unfinished(order)
        if unfinished is not None and not self._dry_run:
            return await self._go_on(unfinished)
        with await self._plan(order) as planned:
            if not self._as_json:
                from app.cli.job_cards import print_plan

                print_plan(planned.plan, planned.recipe, judge=self._name_judge(planned.recipe.judge))
            if self._dry_run:
                return await self._tell_plan(planned)
            # Where a sample of the articles stands for the rest, that it needs no call says nothing of theirs.
            is_free = planned.plan.exact and not planned.plan.calls
            if not self._agrees(planned.recipe, planned.count_files(), is_free=is_free):
                say("Nothing was begun.")
                return FAILURES
            job = await self._services.office.start(planned)
        return await self._follow(job)

    async def _find_unfinished(self, order: "Order | None") -> "Unfinished | None":
        """The job at work on these sources; said where the plan is all that is asked for."""
        asked = order or self._file
        unfinished = await self._services.office.find_unfinished(asked) if asked else None
        if unfinished is not None and self._dry_run:
            say(f"{unfinished.tell()}; this plan counts what is left of it, too.")
        return unfinished

    async def _go_on(self, unfinished: "Unfinished") -> int:
        """Go on with a job by the same order.

        Raises:
            BadInput: the order is another one, or nobody is there who could be asked whether it may go on.
        """
        if unfinished.differs:
            raise unfinished.refuse()
        job = unfinished.job
        say(f"{unfinished.tell()}: going on with it. What has changed since it was planned is for the next run.")
        files = unfinished.tally.waiting if job.recipe.writes_files else 0
        if not self._agrees(job.recipe, files, is_free=False):
            say("Nothing was begun.")
            return FAILURES
        return await self._follow(await self._services.office.resume(job.id, self._max_cost))

    async def _follow(self, job: "Job") -> int:
        if job.state != "running":
            return await conclude(self._services, job.id, as_json=self._as_json)
        if self._detach:
            return await leave_to_workers(self._services, job.id, as_json=self._as_json)
        return await see_through(self._services, job.id, as_json=self._as_json)

    async def _plan(self, order: "Order | None") -> "Planned":
        """The plan of an order, or the one in the file if nothing has changed since."""
        from app.cli.job_bar import JobBar

        bar, office = JobBar(), self._services.office
        try:
            if order is not None:
                return await office.plan(order, bar.show_plan)
            if self._file is None:
                raise BadInput("Name a SOURCE, or a plan with --plan FILE.")
            return await office.take_plan(self._file, bar.show_plan, max_cost_usd=self._max_cost)
        finally:
            bar.clear()

    async def _tell_plan(self, planned: "Planned") -> int:
        if self._as_json:
            write_json(planned.plan.model_dump_json())
        if self._file is not None:
            await self._services.office.write_plan(planned, self._file)
            say(f"The plan is in {str(self._file)!r}; `scopenote reclassify --plan` takes it.")
        return FAILURES if planned.plan.unread else DONE

    def _name_judge(self, judge: "JudgeAsked") -> str:
        """The local judge, or the model that is asked."""
        settings = self._services.settings.model_copy(update={"judge": judge})
        return settings.model if settings.asks_llm else "local"

    def _agrees(self, recipe: "Recipe", files: int, *, is_free: bool) -> bool:
        """Whether it may cost and change so many files at most: neither does, said beforehand, or asked for now.

        Raises:
            BadInput: nobody is there who could be asked.
        """
        settings = self._services.settings.model_copy(update={"judge": recipe.judge})
        costs = settings.asks_llm and not is_free
        if self._has_agreed or not (costs or files):
            return True
        changes = f"the front matter of up to {tell_count(files, 'file')}"
        if not _can_ask():
            told = (["an LLM is asked, which costs"] if costs else []) + ([f"{changes} is changed"] if files else [])
            ways = "--yes or --max-cost USD" if costs else "--yes"
            sentence = ", and ".join(told)
            raise BadInput(f"{sentence[0].upper()}{sentence[1:]}. Say {ways}, or look first with --dry-run.")
        if not files:
            return typer.confirm("Go on?", err=True)
        return typer.confirm(f"Go on, and change {changes}?" if costs else f"Change {changes}?", err=True)


def _can_ask() -> bool:
    """Whether somebody sits at a terminal."""
    return sys.stdin.isatty()
