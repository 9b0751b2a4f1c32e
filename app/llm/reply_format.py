"""Owns the form in which a model answers: its JSON schema, and reading it back."""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, JsonValue, ValidationError


class _Form(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)


class CheckForm(_Form):
    """One topic or exclusion that the model says holds: where, in which words, which one."""

    sentences: list[int]
    quote: str
    id: str


class VerdictForm(_Form):
    """A category that may apply. Evidence stands before the rationale: asked in that order."""

    category: str
    topics: list[CheckForm]
    exclusions: list[CheckForm]
    rationale: str


class ReplyForm(_Form):
    """The whole answer: verdicts for what may apply, bare ids for what clearly does not."""

    verdicts: list[VerdictForm]
    not_applicable: Annotated[list[str], Field(description="ids of categories that clearly do not apply")]


def get_reply_schema() -> dict[str, JsonValue]:
    """The JSON schema of a reply, in the subset that strict decoders take."""
    return ReplyForm.model_json_schema()


def read_reply(text: str) -> ReplyForm | None:
    """The reply, or None where the text is not one: that is never a "no", it is unreadable."""
    try:
        return ReplyForm.model_validate_json(text)
    except ValidationError:
        return None
