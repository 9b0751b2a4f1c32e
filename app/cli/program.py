"""Owns the program: its commands and what `--help` says of them."""

from typing import Annotated

import typer

from app.cli import backup, categories, classify, jobs, keys, reclassify, serve, sources, worker
from app.cli.terminal import open_console

program = typer.Typer(
    name="scopenote",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    help="Tag articles by a publisher's scope notes, and see for every tag why it stands.",
    epilog="Exit codes: 0 done, 1 finished with failures, 2 wrong usage or bad input, 3 provider or store unavailable.",
)


def _say_version(asked: bool) -> None:
    if asked:
        from importlib.metadata import version

        open_console().print(f"scopenote {version('scopenote')}")
        raise typer.Exit


@program.callback()
def choose(
    *,
    version: Annotated[
        bool, typer.Option("--version", is_eager=True, callback=_say_version, help="say which version this is")
    ] = False,
) -> None:
    """Tag articles by a publisher's scope notes, and see for every tag why it stands."""


program.command("classify")(classify.classify)
program.command("serve")(serve.serve)
program.command("reclassify")(reclassify.reclassify)
program.command("worker")(worker.work)
program.command("backup")(backup.backup)
program.add_typer(categories.program, name="categories")
program.add_typer(jobs.program, name="jobs")
program.add_typer(keys.program, name="keys")
program.add_typer(sources.program, name="sources")


def run() -> None:
    """Run the command line."""
    program()
