"""Owns the way from a request to what the service tells of itself."""

from typing import Annotated

from fastapi import Depends, Request

from app.bootstrap.watching import Monitor


def _find_monitor(request: Request) -> Monitor:
    monitor: Monitor = request.app.state.monitor
    return monitor


CurrentMonitor = Annotated[Monitor, Depends(_find_monitor)]
"""What tells of the running application."""
