"""Owns what a caller hands in to be classified."""

import re
from typing import Annotated, Self

from pydantic import BeforeValidator, Field, model_validator

from app.domain.value import Value

_SURROGATES = re.compile("[\ud800-\udfff]")


def _mend_surrogates(value: object) -> object:
    return _SURROGATES.sub("\ufffd", value) if isinstance(value, str) else value


_MEND = BeforeValidator(_mend_surrogates)
Readable = Annotated[str, _MEND]
"""A string; a lone surrogate, which JSON can carry but no text can, is read as U+FFFD."""


class Submission(Value):
    """An article as it was submitted: exactly one of text, html and markdown.

    `id` and `url` are the caller's own; they are kept with the decision and never read as text.
    """

    text: Readable | None = None
    html: Readable | None = None
    markdown: Readable | None = None
    title: Readable = ""
    id: Annotated[str, Field(min_length=1, max_length=500), _MEND] | None = None
    url: Annotated[str, Field(max_length=2000), _MEND] | None = None

    @model_validator(mode="after")
    def _holds_one_body(self) -> Self:
        given = [name for name in ("text", "html", "markdown") if getattr(self, name) is not None]
        if len(given) != 1:
            found = "none was given" if not given else f"{' and '.join(given)} were given"
            raise ValueError(f"give the article as exactly one of text, html and markdown: {found}")
        return self

    @model_validator(mode="after")
    def _url_can_be_linked(self) -> Self:
        if self.url is not None and not is_web_address(self.url):
            raise ValueError(
                f"url must begin with http:// or https://, or be a path on your site, not {self.url[:60]!r}"
            )
        return self

    @property
    def source(self) -> str:
        """The string that the article's runs lead back to."""
        return next(body for body in (self.text, self.html, self.markdown) if body is not None)


def is_web_address(url: str) -> bool:
    """Whether a page may link to it: http, https, or a path that begins with one slash."""
    if any(character.isspace() or not character.isprintable() for character in url):
        return False
    return url.lower().startswith(("http://", "https://")) or (
        url.startswith("/") and not url.startswith(("//", "/\\"))
    )
