"""Owns the adapter: what is needed of a CMS to take its webhooks in."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from pydantic import SecretStr

from app.cms.arrival import Arrival
from app.domain.article_event import ArticleEvent
from app.domain.source import Source

Verify = Callable[[Arrival, Sequence[SecretStr], Source, datetime], None]
"""Raises `Forged` where none of the secrets signed it, or it was signed too long ago."""

NameDelivery = Callable[[Arrival, Source], str | None]
"""The sender's own name for the delivery, the same when it is sent again; None where it gives none that is signed.
Raises `BadInput` where an option that says where it stands cannot be used."""

ReadEvents = Callable[[Arrival, Source], tuple[ArticleEvent, ...]]
"""The events in the payload, none where it does not concern us. Raises `BadPayload`, which names the field."""


Tell = Callable[[Arrival], str]
"""What a header says happened where the body does not, as one of few words: the same body under another of them is
another call. It is not signed: whoever has caught a call may write anything there, and gets no further name by that."""


def tell_nothing(arrival: Arrival) -> str:  # noqa: ARG001 - of a CMS whose bodies say it all
    """No header that counts."""
    return ""


@dataclass(frozen=True)
class Adapter:
    """The functions of one CMS. `options` are the names that a source's options may have, each with its meaning."""

    verify: Verify
    name_delivery: NameDelivery
    read_events: ReadEvents
    options: dict[str, str]
    tell: Tell = tell_nothing
