"""Owns `scopenote worker`: a process that works on jobs and deliveries, and serves nobody."""

import asyncio
import signal
import socket
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, ExitStack, asynccontextmanager
from typing import TYPE_CHECKING, Annotated

import typer

from app.cli.exits import telling_errors
from app.settings import load_settings

if TYPE_CHECKING:
    from app.bootstrap.services import Services

REMEDY = "Choose others with --metrics-host and --metrics-port."


def work(
    at_once: Annotated[
        int | None, typer.Option("--at-once", min=1, help="articles at the same time; by the judge's limits otherwise")
    ] = None,
    metrics_port: Annotated[
        int | None,
        typer.Option(min=0, max=65535, help="tell figures at /metrics and readiness at /readyz there; 0 for any"),
    ] = None,
    metrics_host: Annotated[str, typer.Option(help="the address that --metrics-port is of")] = "127.0.0.1",
) -> None:
    """Work on jobs and deliveries until Ctrl-C or SIGTERM; what was begun is finished first.

    With SCOPENOTE_DATABASE_URL on PostgreSQL as many workers as you like share the work, on as many
    machines. `scopenote serve` has a worker of its own.
    """
    from app.cli.watched import reporting, witnessing

    with telling_errors(), reporting(), ExitStack() as opened:
        from app.bootstrap.services import build_services
        from app.cli.listening import choose_host, listen

        settings, listener = load_settings(), None
        host = choose_host(settings, metrics_host)
        if metrics_port is not None:
            listener = opened.enter_context(listen(host, metrics_port, REMEDY))
        witness = opened.enter_context(witnessing(settings))
        asyncio.run(_work(build_services(settings, witness), at_once, listener, host))


async def _work(services: "Services", at_once: int | None, listener: socket.socket | None, host: str) -> None:
    from app.cli.watched import STOPPED, STOPPING, announce

    stopping, settings = asyncio.Event(), services.settings
    for name in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(name, stopping.set)
    async with services.running(at_once), AsyncExitStack() as opened:
        for line in services.introduce():
            announce(settings, line)
        announce(settings, f"Store: {services.database.url}")
        if listener is not None:
            url = await opened.enter_async_context(_telling(services, listener, host))
            announce(settings, f"Figures: {url}/metrics")
        announce(settings, f"Working on jobs and deliveries, {at_once or services.at_once} articles at once.")
        await stopping.wait()
        announce(settings, STOPPING)
    announce(settings, STOPPED)


@asynccontextmanager
async def _telling(services: "Services", listener: socket.socket, host: str) -> AsyncIterator[str]:
    """While health and figures are told at the address that is given."""
    from app.cli.listening import build_server, find_url
    from app.server import create_probe

    server = build_server(create_probe(services, host))
    # It takes signals for itself while it serves, and passes them on to who had asked for them before.
    serving = asyncio.create_task(server.serve(sockets=[listener]))
    try:
        yield find_url(listener, host)
    finally:
        server.should_exit = True
        await serving
