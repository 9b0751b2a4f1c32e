"""Owns the server's own record of what it was asked and what it answered."""

from dataclasses import asdict, dataclass, field
from typing import Any

from tests.servers.faults import Fault


@dataclass(frozen=True)
class Billed:
    """The tokens that the server would put on the bill."""

    input: int = 0
    cached: int = 0
    output: int = 0


@dataclass
class Entry:
    """One request for a completion, as it came in.

    `told` says whether the answer named its usage, `delivered` whether all of it left for a client
    that was still there. `billed` counts for hanging and broken answers too: the work was done.
    """

    number: int
    request_id: str
    model: str
    at_s: float
    fault: Fault
    response_format: str
    parameters: tuple[str, ...]
    status: int | None = None
    billed: Billed = field(default_factory=Billed)
    told: bool = False
    delivered: bool = False

    def to_json(self) -> dict[str, Any]:
        """As the log is told over HTTP."""
        return asdict(self)


def read_entry(told: dict[str, Any]) -> Entry:
    """An entry as it was told over HTTP."""
    return Entry(**{**told, "billed": Billed(**told["billed"]), "parameters": tuple(told["parameters"])})
