"""Owns the stage that a test puts a CMS on."""

from starlette.types import ASGIApp


class Stage:
    """A server whose application a test chooses; `url` is where it listens."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.app: ASGIApp | None = None
