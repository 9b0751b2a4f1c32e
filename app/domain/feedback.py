"""Owns feedback: an editor's word about a category of an article."""

from typing import Annotated, Literal

from pydantic import AwareDatetime, Field

from app.domain.value import CategoryId, Value

Said = Literal["accept", "reject"]


class Word(Value):
    """What an editor said, final for that article until the editor says otherwise.

    `by` names who said it, "" where nobody signed in. `decision` is the id of the decision that the
    editor was looking at.
    """

    category: CategoryId
    verdict: Said
    note: Annotated[str, Field(max_length=2000)] = ""
    by: Annotated[str, Field(max_length=200)] = ""
    at: AwareDatetime
    decision: str | None = None
