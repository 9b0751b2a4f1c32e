"""Owns where a command listens for requests, and the server that answers them there."""

import socket
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Final

from app.errors import BadSetting
from app.settings import LOOPBACK, Settings

if TYPE_CHECKING:
    import uvicorn

BACKLOG: Final = 2048


def choose_host(settings: Settings, host: str) -> str:
    """The host to listen on; brackets around an address are dropped.

    Raises:
        BadSetting: other machines could reach it, and neither are there keys nor did anybody say that they may.
        StoreUnavailable: whether there are keys cannot be looked up.
    """
    chosen = host.strip("[]")
    if chosen not in LOOPBACK and not settings.allow_open and not _look_for_keys(settings):
        raise BadSetting(
            f"host {chosen!r} can be reached from other machines and there are no keys, so that nobody is asked for "
            "one. Make one with `scopenote keys create NAME`, set SCOPENOTE_ALLOW_OPEN=1 if everybody is meant, "
            "or listen on 127.0.0.1."
        )
    return chosen


def listen(host: str, port: int, remedy: str) -> socket.socket:
    """A socket that listens there; opened before the definitions are read, as a taken port is told at once.

    Raises:
        BadSetting: it cannot be listened on; `remedy` names the options.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        listener = socket.create_server((host, port), family=family, backlog=BACKLOG)
    except OSError as error:
        raise BadSetting(f"cannot listen on host {host!r}, port {port}: {error.strerror}. {remedy}") from error
    # What is accepted has it too. asyncio sets it for sockets of its own making only, and without it the body of an
    # answer waits until the other side has confirmed its head, which systems put off for 40 ms.
    listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return listener


def find_url(listener: socket.socket, host: str) -> str:
    """Where is answered; its port is the real one where 0 was asked for."""
    name = f"[{host}]" if ":" in host else host
    return f"http://{name}:{listener.getsockname()[1]}"


def build_server(
    app: Callable[..., Awaitable[None]], tell_stopping: Callable[[], None] = lambda: None
) -> "uvicorn.Server":
    """The server of an ASGI application; `tell_stopping` is called when it begins to stop."""
    import uvicorn

    from app.cli.serving import Server
    from app.door.connections import PatientProtocol

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
    return Server(config, tell_stopping)


def _look_for_keys(settings: Settings) -> bool:
    from app.cli.store import opening_store
    from app.store.keys import has_keys

    with opening_store(settings) as database:
        return database.read_now(has_keys)
