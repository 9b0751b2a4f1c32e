"""Owns `scopenote worker`: a process that works on jobs and nothing else."""

import asyncio
import signal
from typing import TYPE_CHECKING, Annotated

import typer

from app.cli.exits import telling_errors
from app.cli.terminal import say
from app.settings import load_settings

if TYPE_CHECKING:
    from app.bootstrap.services import Services


def work(
    at_once: Annotated[
        int | None, typer.Option("--at-once", min=1, help="articles at the same time; by the judge's limits otherwise")
    ] = None,
) -> None:
    """Work on jobs until Ctrl-C or SIGTERM; what was begun is finished first.

    With SCOPENOTE_DATABASE_URL on PostgreSQL as many workers as you like share the work, on as many
    machines. `scopenote serve` has a worker of its own.
    """
    with telling_errors():
        from app.bootstrap.services import build_services
        from app.cli.watched import watching

        settings = load_settings()
        with watching(settings) as witness:
            asyncio.run(_work(build_services(settings, witness), at_once))


async def _work(services: "Services", at_once: int | None) -> None:
    stopping = asyncio.Event()
    for name in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(name, stopping.set)
    async with services.running(at_once):
        for line in services.introduce():
            say(line)
        say(f"Store: {services.database.url}")
        say(f"Working on jobs, {at_once or services.at_once} articles at once.")
        await stopping.wait()
        say("Finishing what was begun.")
