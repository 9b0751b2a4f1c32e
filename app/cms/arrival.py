"""Owns the arrival: a webhook call as it came in, before anything in it is believed."""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Arrival:
    """The request that signatures are made over.

    `target` is the path with its query as the sender wrote it; `headers` have names in small
    letters; `body` is every byte.
    """

    method: str
    target: str
    headers: Mapping[str, str]
    body: bytes
