"""Real webhook calls as they were captured, and sources for them."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from pydantic import SecretStr

from app.cms.arrival import Arrival
from app.domain.job import Fields
from app.domain.source import CMS, Source

CAPTURES = Path(__file__).parents[2] / "../shared/data/cms-captures"
NOW = datetime(2026, 11, 22, 17, 0, tzinfo=UTC)


def read_arrival(raw: bytes) -> Arrival:
    """A request as it went over the wire."""
    head, _, body = raw.partition(b"\r\n\r\n")
    first, *lines = head.decode("latin-1").split("\r\n")
    method, target, _ = first.split(" ")
    pairs = (line.split(": ", 1) for line in lines)
    return Arrival(method=method, target=target, headers={name.lower(): value for name, value in pairs}, body=body)


def load_capture(name: str) -> Arrival:
    """One captured call, by folder and number; the test is skipped where the captures are not."""
    path = CAPTURES / f"{name}.http"
    if not path.exists():
        pytest.skip("the captured webhooks are not here")
    return read_arrival(path.read_bytes())


def make_source(cms: CMS, fields: Fields | None = None, site: str | None = None, /, **options: str) -> Source:
    """A source of a CMS with these options."""
    return Source(name="blog", cms=cms, created_at=NOW, fields=fields or Fields(), site=site, options=options)


def make_arrival(body: bytes, headers: Mapping[str, str] | None = None, *, target: str = "/webhooks/blog") -> Arrival:
    """A call that was made by hand."""
    return Arrival(method="POST", target=target, headers=dict(headers or {}), body=body)


def hide(*values: str) -> list[SecretStr]:
    """Secrets as the store hands them out."""
    return [SecretStr(value) for value in values]


def flip_byte(arrival: Arrival, at: int = -3) -> Arrival:
    """The same call with one bit of its body changed."""
    body = bytearray(arrival.body)
    body[at] ^= 1
    return replace(arrival, body=bytes(body))
