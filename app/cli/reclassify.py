"""Owns `scopenote reclassify`: an archive is planned, paid for only when somebody said so, and decided again."""

import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from app.cli.exits import DONE, FAILURES, telling_errors
from app.cli.judge_option import choose_judge
from app.cli.terminal import say, write_json
from app.domain.job import Fields, Selection
from app.errors import BadInput
from app.settings import load_settings

if TYPE_CHECKING:
    from app.bootstrap.services import Services
    from app.jobs.planning.ordering import Order
    from app.jobs.planning.planned import Planned

NONE = "none"
"""The field that a kind is given whose tags are not to be written."""


def reclassify(
    *,
    sources: Annotated[
        list[str] | None,
        typer.Argument(metavar="SOURCE...", help="folders, article files, .jsonl files, or stored: for what is kept"),
    ] = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="say what it would take; decide and spend nothing")
    ] = False,
    plan: Annotated[
        Path | None,
        typer.Option(
            "--plan", metavar="FILE", help="with --dry-run the file to write the plan to, else the one to take"
        ),
    ] = None,
    write: Annotated[bool, typer.Option("--write", help="write tags back to the files' front matter")] = False,
    field: Annotated[
        list[str] | None,
        typer.Option(
            "--field", metavar="KIND=FIELD", help="where a kind's tags are written: concepts=topics, tags=none"
        ),
    ] = None,
    batch_api: Annotated[
        bool, typer.Option("--batch-api", help="ask through the provider's Batch API: half the price, within a day")
    ] = False,
    categories: Annotated[
        Path | None, typer.Option("--categories", metavar="DIR", help="the definitions to go by")
    ] = None,
    judge: Annotated[
        str | None, typer.Option("--judge", metavar="local|llm|auto", help="who reads the articles")
    ] = None,
    changed: Annotated[
        bool, typer.Option("--changed", help="only what has another text, or is decided by other definitions or rules")
    ] = False,
    failed: Annotated[
        bool, typer.Option("--failed", help="only what was parked, decided by a stand-in, or answered unreadably")
    ] = False,
    untagged: Annotated[bool, typer.Option("--untagged", help="only articles without an assigned category")] = False,
    category: Annotated[
        list[str] | None, typer.Option("--category", metavar="ID", help="only articles that have one of these now")
    ] = None,
    since: Annotated[
        datetime | None, typer.Option("--since", formats=["%Y-%m-%d"], help="only what changed on this day or later")
    ] = None,
    max_cost: Annotated[
        float | None, typer.Option("--max-cost", metavar="USD", min=0, help="spend at most this, and do not ask")
    ] = None,
    yes: Annotated[bool, typer.Option("--yes", help="do not ask before money is spent")] = False,
    detach: Annotated[
        bool, typer.Option("--detach", help="leave the work to `scopenote serve` or `scopenote worker`")
    ] = False,
    json: Annotated[bool, typer.Option("--json", help="one JSON object: the plan of a dry run, else the job")] = False,
) -> None:
    """Classify an archive again: only what changed, and never against a person's word.

    What is unchanged costs nothing. Ctrl-C pauses the job; `scopenote jobs` lists, resumes and undoes.
    """
    with telling_errors():
        from app.bootstrap.services import build_services
        from app.cli.job_run import run
        from app.jobs.planning.ordering import Order

        if field and not write:
            raise BadInput("--field says where tags are written; add --write, or leave it out.")
        settings = load_settings()
        settings = settings.model_copy(update={"judge": choose_judge(judge, settings.judge)})
        order = None
        if sources:
            order = Order(
                sources=tuple(sources),
                selection=_select(categories=category, since=since, changed=changed, failed=failed, untagged=untagged),
                judge=settings.judge,
                categories=str(categories) if categories else None,
                write=_read_fields(field or []) if write else None,
                batch_api=batch_api,
                max_cost_usd=max_cost,
            )
        elif dry_run or plan is None:
            raise BadInput("Name a SOURCE: a folder, an article file, a .jsonl file, or stored: for what is kept.")
        elif write or field or batch_api or categories or judge or changed or failed or untagged or category or since:
            raise BadInput(
                "A plan says what is done and how; with --plan leave out all but --max-cost, --yes, --detach."
            )
        services = build_services(settings)
        call = _Call(services, dry_run=dry_run, file=plan, yes=yes, max_cost=max_cost, detach=detach, as_json=json)
        raise typer.Exit(run(services, lambda: call.answer(order)))


class _Call:
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
        self._may_spend = yes or max_cost is not None
        self._detach = detach
        self._as_json = as_json

    async def answer(self, order: "Order | None") -> int:
        """Plan, ask, start and see through; the exit code."""
        from app.cli.job_run import conclude, see_through, tell

        with await self._plan(order) as planned:
            if not self._as_json:
                from app.cli.job_cards import print_plan

                print_plan(planned.plan)
            if self._dry_run:
                return await self._tell_plan(planned)
            if not self._agrees(planned):
                say("Nothing was begun.")
                return FAILURES
            job = await self._services.office.start(planned)
        if job.state == "running" and not self._detach:
            return await see_through(self._services, job.id, as_json=self._as_json)
        if job.state != "running":
            return await conclude(self._services, job.id, as_json=self._as_json)
        await tell(self._services, job.id, as_json=self._as_json)
        say(f"Job {job.id} is left to `scopenote serve` or `scopenote worker`.")
        return DONE

    async def _plan(self, order: "Order | None") -> "Planned":
        """The plan of an order, or the one in the file if nothing has changed since."""
        from app.cli.job_bar import JobBar

        bar, office = JobBar(), self._services.office
        try:
            if order is not None and (self._dry_run or self._file is None):
                return await office.plan(order, bar.show_plan)
            if self._file is None or order is not None:
                raise BadInput("A plan knows its sources: name either SOURCE or --plan FILE; with --dry-run, both.")
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

    def _agrees(self, planned: "Planned") -> bool:
        """Whether what it costs may be spent: said beforehand, or asked for now.

        Raises:
            BadInput: nobody is there who could be asked.
        """
        plan = planned.plan
        settings = self._services.settings.model_copy(update={"judge": planned.order.judge})
        # Where a sample of the articles stands for the rest, that it needs no call says nothing of theirs.
        if self._may_spend or not settings.asks_llm or (plan.exact and not plan.calls):
            return True
        if not sys.stdin.isatty():
            raise BadInput("An LLM is asked, which costs. Say --yes or --max-cost USD, or look first with --dry-run.")
        return typer.confirm("Go on?", err=True)


def _select(
    *, categories: list[str] | None, since: datetime | None, changed: bool, failed: bool, untagged: bool
) -> Selection:
    if not all(categories or ()):
        raise BadInput("--category takes the id of a category; `scopenote categories list` has them all.")
    return Selection(
        changed=changed,
        failed=failed,
        untagged=untagged,
        categories=tuple(categories or ()),
        since=since.replace(tzinfo=UTC) if since else None,
    )


def _read_fields(given: list[str]) -> Fields:
    """The fields that tags are written to.

    Raises:
        BadInput: a --field that names no kind, or no field.
    """
    chosen: dict[str, str | None] = {}
    for pair in given:
        kind, equals, name = pair.partition("=")
        if kind not in Fields.model_fields or not equals or not name:
            kinds = ", ".join(Fields.model_fields)
            raise BadInput(f"--field {pair!r} is not KIND=FIELD with a kind of {kinds}; FIELD may be {NONE!r}.")
        chosen[kind] = None if name == NONE else name
    return Fields.model_validate(chosen)
