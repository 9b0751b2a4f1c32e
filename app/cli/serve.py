"""Owns `scopenote serve`: the HTTP service and the editor's page."""

import sys
from typing import Annotated

import typer

from app.cli.exits import telling_errors
from app.errors import BadSetting
from app.settings import load_settings

LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})


def serve(
    host: Annotated[str | None, typer.Option(help="the address to listen on")] = None,
    port: Annotated[int | None, typer.Option(min=0, max=65535, help="the port to listen on")] = None,
) -> None:
    """Serve the editor's page and the API until Ctrl-C.

    Listens on this machine only: with SCOPENOTE_ALLOW_OPEN=1 elsewhere too, for anyone who can
    reach it.
    """
    with telling_errors():
        import uvicorn

        from app.bootstrap import build_services
        from app.server import create_app

        settings = load_settings()
        settings = settings.model_copy(update={"host": host or settings.host, "port": port or settings.port})
        if settings.host not in LOOPBACK and not settings.allow_open:
            raise BadSetting(
                f"host {settings.host!r} can be reached from other machines and nobody is asked for a key. "
                "Set SCOPENOTE_ALLOW_OPEN=1 if that is meant, or listen on 127.0.0.1."
            )
        services = build_services(settings)
        for line in services.introduce():
            sys.stderr.write(f"{line}\n")
        sys.stderr.write(f"Editor's page: http://{settings.host}:{settings.port}/classify\n")
        uvicorn.run(create_app(services), host=settings.host, port=settings.port, log_level="warning")
