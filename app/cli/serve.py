"""Owns `scopenote serve`: the HTTP service and the editor's page."""

import asyncio
import socket
from contextlib import suppress
from typing import TYPE_CHECKING, Annotated

import typer

from app.cli.exits import telling_errors
from app.cli.terminal import say
from app.errors import BadSetting
from app.settings import LOOPBACK, Settings, load_settings

if TYPE_CHECKING:
    from app.bootstrap.services import Services

BACKLOG = 2048
CLOSED = "Keys: whoever asks needs one. `scopenote keys list` names them."
OPEN = "Keys: none yet, so that nobody is asked for one. `scopenote keys create` makes the first."


def serve(
    host: Annotated[str | None, typer.Option(help="the address to listen on")] = None,
    port: Annotated[int | None, typer.Option(min=0, max=65535, help="the port to listen on; 0 for any")] = None,
) -> None:
    """Serve the editor's page and the API until Ctrl-C.

    Listens on this machine only, until there are keys (`scopenote keys create`): then elsewhere too.
    With SCOPENOTE_ALLOW_OPEN=1 it does so without keys, for anyone who can reach it.
    """
    with telling_errors():
        from app.bootstrap.services import build_services
        from app.cli.watched import watching

        settings = _choose(load_settings(), host, port)
        with (
            _listen(settings.host, settings.port) as listener,
            watching(settings) as witness,
            suppress(KeyboardInterrupt),
        ):
            asyncio.run(_serve(build_services(settings, witness), listener))


async def _serve(services: "Services", listener: socket.socket) -> None:
    """Serve until told to stop. The page is announced once all that can fail at the start has worked.

    Raises:
        StoreUnavailable: what is kept cannot be written, or jobs cannot be worked on.
    """
    import uvicorn

    from app.door.connections import PatientProtocol
    from app.server import create_app

    app = create_app(services)
    config = uvicorn.Config(
        app,
        http=PatientProtocol,
        ws="none",  # nothing here speaks it, and it would pass by the gate
        proxy_headers=False,  # app.door.addresses reads them, and only from proxies that it was told of
        server_header=False,
        log_level="warning",
        log_config=None,
        access_log=False,
        lifespan="off",
    )
    server = uvicorn.Server(config)
    app.state.is_stopping = lambda: server.should_exit  # streams end by themselves when it stops
    # Around all of it, because a signal that ends the serving must not end the process before its worker is done.
    with server.capture_signals():
        async with services.running():
            for line in services.introduce():
                say(line)
            say(CLOSED if await app.state.door.keyring.is_closed() else OPEN)
            say(f"Editor's page: {_find_url(listener, services.settings.host)}/classify")
            await server.serve(sockets=[listener])


def _choose(settings: Settings, host: str | None, port: int | None) -> Settings:
    """The settings with what the command line says instead; brackets around an address are dropped.

    Raises:
        BadSetting: other machines could reach it, and neither are there keys nor did anybody say that they may.
        StoreUnavailable: whether there are keys cannot be looked up.
    """
    chosen = (settings.host if host is None else host).strip("[]")
    if chosen not in LOOPBACK and not settings.allow_open and not _look_for_keys(settings):
        raise BadSetting(
            f"host {chosen!r} can be reached from other machines and there are no keys, so that nobody is asked for "
            "one. Make one with `scopenote keys create`, set SCOPENOTE_ALLOW_OPEN=1 if everybody is meant, "
            "or listen on 127.0.0.1."
        )
    return settings.model_copy(update={"host": chosen, "port": settings.port if port is None else port})


def _look_for_keys(settings: Settings) -> bool:
    from app.cli.store import opening_store
    from app.store.keys import has_keys

    with opening_store(settings) as database:
        return database.read_now(has_keys)


def _listen(host: str, port: int) -> socket.socket:
    """A socket that listens there; opened before the definitions are read, as a taken port is told at once."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        return socket.create_server((host, port), family=family, backlog=BACKLOG)
    except OSError as error:
        raise BadSetting(
            f"cannot listen on host {host!r}, port {port}: {error.strerror}. Choose others with --host and --port."
        ) from error


def _find_url(listener: socket.socket, host: str) -> str:
    """Where the service answers; its port is the real one where 0 was asked for."""
    name = f"[{host}]" if ":" in host else host
    return f"http://{name}:{listener.getsockname()[1]}"
