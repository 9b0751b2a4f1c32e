"""Owns the event: what a CMS says happened to an article, in the same words for every CMS."""

import re
from typing import Annotated, Final, Literal

from pydantic import AwareDatetime, Field

from app.domain.value import Value

_MISREAD: Final = re.compile("%(?=40|25)")

What = Literal["published", "updated", "withdrawn"]
"""published: readers see it since now. updated: what they see, or a field of it, changed. withdrawn: they see it no
more, or it is gone."""


class Body(Value):
    """An article's text as its CMS has it; rich text of other forms is turned into HTML first."""

    format: Literal["html", "markdown", "text"]
    content: str


class ArticleEvent(Value):
    """One article of one delivery, with the mapped fields and nothing else of the payload.

    `id` is the CMS's own and stays the same from publish to publish; `locale` where the CMS keeps
    one text per language. `body` is None where the payload has no text: it is read back from the
    CMS then. `tags` are the names that stand there now, None where the payload does not tell.
    `touched` are the fields that changed, None where it does not tell. `updated_at` orders the
    events of one article. `actor` is who wrote it, in the CMS's own terms, by which our own
    writing is recognised.
    """

    what: What
    id: Annotated[str, Field(min_length=1, max_length=400)]
    locale: Annotated[str, Field(min_length=1, max_length=40)] | None = None
    title: str = ""
    url: str | None = None
    body: Body | None = None
    tags: tuple[str, ...] | None = None
    touched: tuple[str, ...] | None = None
    updated_at: AwareDatetime | None = None
    actor: str | None = None


def name_article(source: str, event: ArticleEvent) -> str:
    """The key under which the event's article is kept: no two articles share one.

    An @ in the CMS's own id is written %40, so that the first one in a key stands before the locale.
    """
    id_ = _MISREAD.sub("%25", event.id).replace("@", "%40")
    return f"{source}:{id_}" + (f"@{event.locale}" if event.locale else "")
