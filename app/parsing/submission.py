"""Owns what a caller hands in to be classified."""

import re
from typing import Annotated, Any, Self

from pydantic import BeforeValidator, Field, model_validator

from app.domain.value import Value

_SURROGATES = re.compile("[\ud800-\udfff]")


def _mend_surrogates(value: object) -> object:
    return _SURROGATES.sub("\ufffd", value) if isinstance(value, str) else value


_MEND = BeforeValidator(_mend_surrogates)
MAX_FIELDS = 100
"""Each unknown field is an error of its own, and hundreds of thousands take seconds to tell."""
_BODIES = ("text", "html", "markdown")
Readable = Annotated[str, _MEND]
"""A string; a lone surrogate, which JSON can carry but no text can, is read as U+FFFD."""


class Offer(Value):
    """What a caller hands in as an article: its text, html or markdown, or the address where it stands.

    `id` and `url` are the caller's own; they are kept with the decision and never read as text.
    """

    text: Readable | None = None
    html: Readable | None = None
    markdown: Readable | None = None
    title: Readable = ""
    id: Annotated[str, Field(min_length=1, max_length=500), _MEND] | None = None
    url: Annotated[str, Field(max_length=2000), _MEND] | None = None

    @model_validator(mode="before")
    @classmethod
    def _has_few_fields(cls, data: Any) -> Any:  # noqa: ANN401 - not validated yet
        if isinstance(data, dict) and len(data) > MAX_FIELDS:
            raise ValueError(f"an article has {len(data):,} fields, of which none but a few are known")
        return data

    @model_validator(mode="after")
    def _holds_one_body_or_an_address(self) -> Self:
        given = [name for name in _BODIES if getattr(self, name) is not None]
        if len(given) > 1 or (not given and (self.url is None or self.url.startswith("/"))):
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
    def is_address_alone(self) -> bool:
        """Whether the article itself is not there, and only where it stands."""
        return all(getattr(self, name) is None for name in _BODIES)

    def to_submission(self) -> "Submission":
        """The article that came with it.

        Raises:
            ValidationError: none did.
        """
        return Submission.model_validate({name: getattr(self, name) for name in Offer.model_fields})


class Submission(Offer):
    """An article as it was submitted: exactly one of text, html and markdown."""

    @model_validator(mode="after")
    def _holds_one_body(self) -> Self:
        if self.is_address_alone:
            raise ValueError("give the article as exactly one of text, html and markdown: none was given")
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
