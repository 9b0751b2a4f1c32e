"""Owns `scopenote serve`: the HTTP service and the editor's page."""

import asyncio
import socket
from contextlib import suppress
from typing import TYPE_CHECKING, Annotated

import typer

from app.cli.exits import telling_errors
from app.settings import Settings, load_settings

if TYPE_CHECKING:
    from app.bootstrap.services import Services
    from app.watching.witness import Witness

CLOSED = "Keys: whoever asks needs one. `scopenote keys list` names them."
OPEN = "Keys: none yet, so that nobody is asked for one. `scopenote keys create NAME` makes the first."
REMEDY = "Choose others with --host and --port."


def serve(
    host: Annotated[str | None, typer.Option(help="the address to listen on")] = None,
    port: Annotated[int | None, typer.Option(min=0, max=65535, help="the port to listen on; 0 for any")] = None,
) -> None:
    """Serve the editor's page and the API until Ctrl-C.

    Listens on this machine only, until there are keys (`scopenote keys create`): then elsewhere too.
    With SCOPENOTE_ALLOW_OPEN=1 it does so without keys, for anyone who can reach it.
    """
    from app.cli.watched import reporting, witnessing

    with telling_errors(), reporting():
        from app.bootstrap.services import build_services
        from app.cli.listening import listen

        settings = _choose(load_settings(), host, port)
        with (
            listen(settings.host, settings.port, REMEDY) as listener,
            witnessing(settings) as witness,
            suppress(KeyboardInterrupt),
        ):
            asyncio.run(_serve(build_services(settings, witness), listener, witness))


async def _serve(services: "Services", listener: socket.socket, witness: "Witness") -> None:
    """Serve until told to stop. The page is announced once all that can fail at the start has worked.

    Raises:
        StoreUnavailable: what is kept cannot be written, or jobs cannot be worked on.
    """
    from app.cli.listening import build_server, find_url
    from app.cli.watched import STOPPED, STOPPING, announce
    from app.server import create_app

    app, settings = create_app(services), services.settings
    server = build_server(app, lambda: announce(settings, STOPPING))
    app.state.is_stopping = lambda: server.should_exit  # streams end by themselves when it stops
    # Around all of it, because a signal that ends the serving must not end the process before its worker is done.
    with server.capture_signals():
        async with services.running():
            for line in services.introduce():
                announce(settings, line)
            announce(settings, CLOSED if await app.state.door.keyring.is_closed() else OPEN)
            announce(settings, f"Editor's page: {find_url(listener, settings.host)}/classify")
            await server.serve(sockets=[listener])
        # Here too, as a signal that is passed on ends the process before anything further out.
        await asyncio.to_thread(witness.tracing.close)
        announce(settings, STOPPED)


def _choose(settings: Settings, host: str | None, port: int | None) -> Settings:
    """The settings with what the command line says instead. Raises as `choose_host`."""
    from app.cli.listening import choose_host

    chosen = choose_host(settings, settings.host if host is None else host)
    return settings.model_copy(update={"host": chosen, "port": settings.port if port is None else port})
