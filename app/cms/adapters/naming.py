"""Owns the sender's own name for a delivery, by which a repetition is known.

A name counts only where it is signed together with the body. Any other could be put on a call by
whoever has caught one: on another body, so that the call which really has the name seems to be a
repetition, or as a new name on a body that came before.
"""

from app.cms.adapter import NameDelivery
from app.cms.arrival import Arrival
from app.domain.source import Source

MAX_NAME = 400


def find_name(arrival: Arrival, header: str) -> str | None:
    """The name in a header; None where it has none that could be kept."""
    name = arrival.headers.get(header, "").strip()
    return name if name and len(name) <= MAX_NAME and name.isprintable() else None


def name_by(header: str) -> NameDelivery:
    """Name a delivery by a header that this CMS always signs."""

    def name_delivery(arrival: Arrival, source: Source) -> str | None:  # noqa: ARG001 - the same for all sources
        return find_name(arrival, header)

    return name_delivery


def name_nothing(arrival: Arrival, source: Source) -> None:
    """No name that is signed: a digest of the bytes has to do."""
