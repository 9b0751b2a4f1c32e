"""Owns provenance: who attached or removed a tag, as far as Scopenote saw it."""

from typing import Literal

from pydantic import AwareDatetime

from app.domain.value import Value

Author = Literal["person", "scopenote", "imported"]


class TagEvent(Value):
    """One tag in one field of one article came or went.

    `imported`: it was there when Scopenote saw the article first. `person`: it came or went
    between two looks, and not by us. `job` is the job that wrote it, where one did.
    """

    article: str
    field: str
    tag: str
    event: Literal["attached", "removed"]
    by: Author
    at: AwareDatetime
    job: str | None = None
