"""Owns the protocol of the wire: one attempt at one server, no second one."""

from typing import Literal, Protocol

from pydantic import NonNegativeFloat, NonNegativeInt, PositiveInt

from app.domain.value import Value
from app.llm.model import Question, Reply

Rung = Literal["strict", "schema", "json_object", "text"]
"""How a server is held to the reply's form, the firmest first."""


class Shape(Value):
    """How a question is put to one server: its rung, and the parameters that it will not take.

    `most_output` is the longest reply in tokens that it lets anybody ask for, None where it never said.
    """

    rung: Rung = "strict"
    dropped: frozenset[str] = frozenset()
    most_output: PositiveInt | None = None


class RateLimits(Value):
    """What a server's headers say is left, and in how many seconds it is whole again; None where unsaid."""

    limit_requests: NonNegativeInt | None = None
    remaining_requests: NonNegativeInt | None = None
    reset_requests_s: NonNegativeFloat | None = None
    limit_tokens: NonNegativeInt | None = None
    remaining_tokens: NonNegativeInt | None = None
    reset_tokens_s: NonNegativeFloat | None = None


class Sent(Value):
    """One answered attempt."""

    reply: Reply
    limits: RateLimits = RateLimits()


class Wire(Protocol):
    """One server and model. `server` is its base URL without credentials."""

    name: str
    server: str

    async def send(self, question: Question, shape: Shape, *, attempt_id: str, timeout_s: float) -> Sent:
        """Send once; the timeout starts now. `attempt_id` goes along, so that the server's log can be matched.

        Raises:
            AttemptFailed: there is no reply; the kind says what may help.
        """
        ...
