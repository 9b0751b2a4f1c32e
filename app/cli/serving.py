"""Owns the server of a command: uvicorn's, which says when it begins to stop."""

import socket
from collections.abc import Callable

import uvicorn


class Server(uvicorn.Server):
    """A server that tells once that it takes nothing more, and only finishes what was begun."""

    def __init__(self, config: uvicorn.Config, tell_stopping: Callable[[], None]) -> None:
        super().__init__(config)
        self._tell_stopping = tell_stopping

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """See `uvicorn.Server.shutdown`."""
        self._tell_stopping()
        await super().shutdown(sockets)
