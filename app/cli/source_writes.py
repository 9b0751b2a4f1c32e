"""Owns `scopenote sources undo` and `reconcile`: what is asked of a source's CMS from the command line."""

import asyncio
import uuid
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated, TypeVar

import typer

from app.cli.exits import DONE, FAILURES, telling_errors
from app.cli.terminal import say, write_json
from app.domain.telling import tell_count
from app.errors import BadInput
from app.settings import load_settings

if TYPE_CHECKING:
    from app.cms.site import Site
    from app.domain.source import Source
    from app.store.database import Database

T = TypeVar("T")
Name = Annotated[str, typer.Argument(metavar="NAME", help="the source's name")]
Since = Annotated[
    datetime | None,
    typer.Option("--since", formats=["%Y-%m-%d", "%Y-%m-%dT%H:%M:%S"], help="from this moment on, in UTC"),
]
AsJson = Annotated[bool, typer.Option("--json", help="for programs")]


def undo(
    name: Name,
    *,
    delivery: Annotated[str | None, typer.Option("--delivery", metavar="ID", help="what was written for this")] = None,
    since: Since = None,
    yes: Annotated[bool, typer.Option("--yes", help="do not ask")] = False,
    as_json: AsJson = False,
) -> None:
    """Take the tags back that were written to the CMS for a delivery, or since a moment.

    What a person or a later delivery changed since stays, and is told.
    """
    with telling_errors():
        from app.jobs.deliveries.undoing import UndoneWrites, undo_writes

        if (delivery is None) == (since is None):
            raise BadInput("Name what is undone: --delivery ID, or --since with a day or a moment.")
        if not yes and not typer.confirm(f"Take back what was written to {name}?", err=True):
            say("Nothing was undone.")
            raise typer.Exit(FAILURES)

        async def work(database: "Database", site: "Site", source: "Source") -> UndoneWrites:
            moment = since and since.replace(tzinfo=UTC)
            return await undo_writes(database, site, source, now=_now(), delivery=delivery, since=moment)

        undone = _run(name, work)
        if as_json:
            write_json(undone.model_dump_json())
        else:
            say(f"{tell_count(undone.restored, 'article')} restored, {undone.as_before:,} had the former tags already.")
            for left in undone.left:
                say(f"left: {left.article}: {left.reason}")
        raise typer.Exit(FAILURES if undone.left else DONE)


def look_over(name: Name, since: Since = None, as_json: AsJson = False) -> None:
    """Ask the CMS what changed, and keep a delivery for whatever no webhook told of; a worker does so by itself."""
    with telling_errors():
        from app.jobs.deliveries.reconciling import Reconciled, reconcile

        async def work(database: "Database", site: "Site", source: "Source") -> Reconciled:
            moment = since and since.replace(tzinfo=UTC)
            return await reconcile(database, site, source, now=_now(), new_id=_new_id, since=moment)

        found = _run(name, work)
        if as_json:
            write_json(found.model_dump_json())
        else:
            listed = f"{tell_count(found.listed, 'article')} changed since {found.since:%Y-%m-%d %H:%M} UTC"
            say(f"{listed}; {found.missed:,} of them no webhook told of, and are deliveries now.")


def _run(name: str, work: "Callable[[Database, Site, Source], Awaitable[T]]") -> T:
    from app.bootstrap.sites import build_open_site
    from app.bootstrap.store_place import find_database_url
    from app.store.opening import open_database
    from app.store.sources import load_source

    settings = load_settings()
    database = open_database(find_database_url(settings), makes_folder=settings.database_url is None)

    async def run() -> T:
        source = await database.read(lambda c: load_source(c, name))
        site = await build_open_site(database)(source)
        if site is None:
            raise BadInput(f"Source {name!r} has no CMS to ask: `scopenote sources change {name} --site URL` names it.")
        try:
            return await work(database, site, source)
        finally:
            await site.close()

    try:
        return asyncio.run(run())
    finally:
        database.close()


def _new_id() -> str:
    return uuid.uuid4().hex


def _now() -> datetime:
    return datetime.now(UTC)
