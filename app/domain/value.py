"""Owns what every value has in common: it is frozen, and knows all of its fields."""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

Share = Annotated[float, Field(ge=0, le=1)]
"""A part of a whole, 0 to 1."""

CategoryId = Annotated[str, Field(min_length=1, max_length=200)]
"""A category's slug; unique in its taxonomy."""


class Value(BaseModel):
    """A frozen value that refuses fields it does not know."""

    model_config = ConfigDict(frozen=True, extra="forbid")
