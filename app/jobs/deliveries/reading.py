"""Owns the way from an event to the article that is decided about."""

import asyncio
from functools import partial

from pydantic import ValidationError

from app.domain.article import Article
from app.domain.article_event import ArticleEvent
from app.errors import BadArticle
from app.parsing.reading import read_article
from app.parsing.submission import Submission, is_web_address

_MOST_URL = 2000


async def read_event(event: ArticleEvent, key: str, *, max_words: int) -> Article:
    """The article of an event, under its key; read off the event loop.

    Raises:
        BadArticle: it has no text.
        TooLarge: more words than `max_words`.
    """
    return await asyncio.to_thread(partial(_read, event, key, max_words))


def _read(event: ArticleEvent, key: str, max_words: int) -> Article:
    if event.body is None:
        raise BadArticle("The CMS gave no text for this article. See whether the source's fields name the one with it.")
    url = event.url if event.url and len(event.url) <= _MOST_URL and is_web_address(event.url) else None
    try:
        submission = Submission.model_validate(
            {event.body.format: event.body.content, "title": event.title, "url": url}, by_name=True
        )
    except ValidationError as error:
        raise BadArticle(f"The CMS's text cannot be read: {error.errors()[0]['msg']}. Mend it there.") from error
    # A key may be longer than an id that is submitted.
    return read_article(submission, max_words=max_words).model_copy(update={"id": key})
