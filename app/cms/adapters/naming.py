"""Owns the sender's own name for a delivery, by which a repetition is known."""

from collections.abc import Callable

from app.cms.arrival import Arrival

MAX_NAME = 400


def name_by(*headers: str) -> Callable[[Arrival], str | None]:
    """Name a delivery by the first of these headers that it has; None where it has none that could be kept."""

    def name_delivery(arrival: Arrival) -> str | None:
        found = next((value for header in headers if (value := arrival.headers.get(header, "").strip())), None)
        return found if found and len(found) <= MAX_NAME and found.isprintable() else None

    return name_delivery


def name_nothing(arrival: Arrival) -> None:
    """No name: a digest of the bytes has to do."""
