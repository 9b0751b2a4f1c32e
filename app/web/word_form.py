"""Owns the form by which an editor says that a category applies, or that it does not."""

from typing import Final, Literal

from fastapi import Request

from app.domain.feedback import Said
from app.domain.value import Value
from app.errors import BadInput
from app.parsing.notes import read_note
from app.web.form import find_first, read_fields

MAX_BYTES: Final = 40_000
"""A note as long as it may be, in letters that take four bytes, each of them escaped by the browser."""

Origin = Literal["result", "review"]
"""The page that the form stands on: a decision's, or the list of what waits."""


class WordForm(Value):
    """What the editor said. `after` is where in the list of what waits the form stands."""

    category: str
    verdict: Said
    note: str
    origin: Origin
    after: str


async def read_word_form(request: Request) -> WordForm:
    """The form as posted; the button that was pressed carries the verdict in its name, the category in its value.

    Raises:
        BadInput: it says nothing, or more than one thing, or its note is too long.
        TooLarge: it is larger than any note makes it.
    """
    fields = await read_fields(request, max_bytes=MAX_BYTES, too_large="The note is too long. Shorten it.")
    said: list[tuple[Said, str]] = [("accept", value) for value in fields.get("accept", ())]
    said += [("reject", value) for value in fields.get("reject", ())]
    if len(said) != 1:
        raise BadInput("The form has to say of one category that it applies or not. Press one of its buttons.")
    ((verdict, category),) = said
    return WordForm(
        category=category,
        verdict=verdict,
        note=read_note(find_first(fields, "note")),
        origin="review" if find_first(fields, "origin") == "review" else "result",
        after=find_first(fields, "after"),
    )
