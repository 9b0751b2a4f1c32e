"""Owns `scopenote reclassify`: its options, read into an order."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from app.cli.exits import telling_errors
from app.cli.judge_option import choose_judge
from app.domain.job import Fields, Selection
from app.errors import BadInput
from app.settings import load_settings

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
    write: Annotated[
        bool, typer.Option("--write", help="write tags back: to the files' front matter, or to an article's CMS")
    ] = False,
    field: Annotated[
        list[str] | None,
        typer.Option(
            "--field", metavar="KIND=FIELD", help="where a kind's tags are written: concepts=topics, tags=none"
        ),
    ] = None,
    put_back: Annotated[
        bool, typer.Option("--put-back", help="with --write: write tags again that were taken out of the files")
    ] = False,
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
    yes: Annotated[bool, typer.Option("--yes", help="do not ask before money is spent or files are changed")] = False,
    detach: Annotated[
        bool, typer.Option("--detach", help="leave the work to `scopenote serve` or `scopenote worker`")
    ] = False,
    json: Annotated[bool, typer.Option("--json", help="one JSON object: the plan of a dry run, else the job")] = False,
) -> None:
    """Classify an archive again: only what changed, and never against a person's word.

    What is unchanged costs nothing. Ctrl-C pauses the job; the same command goes on with it, and
    `scopenote jobs` lists, resumes and undoes.
    """
    with telling_errors():
        from app.bootstrap.services import build_services
        from app.cli.archive_run import ArchiveRun
        from app.jobs.planning.ordering import Order

        fields = _read_fields(field or [], write=write, put_back=put_back)
        settings = load_settings()
        settings = settings.model_copy(update={"judge": choose_judge(judge, settings.judge)})
        order = None
        if sources:
            order = Order(
                sources=tuple(sources),
                selection=_select(categories=category, since=since, changed=changed, failed=failed, untagged=untagged),
                judge=settings.judge,
                categories=str(categories) if categories else None,
                write=fields,
                put_back=put_back,
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
        call = ArchiveRun(services, dry_run=dry_run, file=plan, yes=yes, max_cost=max_cost, detach=detach, as_json=json)
        raise typer.Exit(call.run(order))


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


def _read_fields(given: list[str], *, write: bool, put_back: bool) -> Fields | None:
    """The fields that tags are written to; None where files are left alone.

    Raises:
        BadInput: a --field that names no kind, or no field; options about files that are left alone.
    """
    if not write:
        if given:
            raise BadInput("--field says where tags are written; add --write, or leave it out.")
        if put_back:
            raise BadInput("--put-back writes tags again that were taken out of the files; add --write to it.")
        return None
    chosen: dict[str, str | None] = {}
    for pair in given:
        kind, equals, name = pair.partition("=")
        if kind not in Fields.model_fields or not equals or not name:
            kinds = ", ".join(Fields.model_fields)
            raise BadInput(f"--field {pair!r} is not KIND=FIELD with a kind of {kinds}; FIELD may be {NONE!r}.")
        chosen[kind] = None if name == NONE else name
    return Fields.model_validate(chosen)
