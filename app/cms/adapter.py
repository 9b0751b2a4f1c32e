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


@dataclass(frozen=True)
class Adapter:
    """The functions of one CMS.

    `options` are the names that a source's options may have, each with its meaning. `telling` are
    the headers that say what happened where the body does not: the same body under another of them
    is another call.
    """

    verify: Verify
    name_delivery: NameDelivery
    read_events: ReadEvents
    options: dict[str, str]
    telling: tuple[str, ...] = ()
