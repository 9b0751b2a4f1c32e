"""Owns progress: which step of its way an article has come to."""

from collections.abc import Callable
from typing import Literal

from app.domain.value import Share, Value

Step = Literal["parsed", "planned", "answered", "grounded", "excluded", "decided"]


class Progress(Value):
    """A step that is done, what it came to in words, and about how much of the way that is, 0 to 1."""

    step: Step
    message: str
    done: Share


Watch = Callable[[Progress], None]
"""Told each step as it is done; called in the event loop, so it must not wait."""


def watch_nothing(_: Progress) -> None:
    """For those who wait for the decision only."""
