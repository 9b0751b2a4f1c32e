"""Owns the words by which senders say what happened: `article.published`, `post.unpublished` and their like."""

from difflib import get_close_matches
from typing import Final

from app.cms.adapters.payload import Place, find_text, step
from app.domain.article_event import What
from app.errors import BadPayload

_WHAT: dict[str, What] = {
    "published": "published",
    "updated": "updated",
    "unpublished": "withdrawn",
    "withdrawn": "withdrawn",
    "deleted": "withdrawn",
    "trashed": "withdrawn",
}
_ARTICLES: Final = frozenset(
    {"", "article", "content", "document", "entry", "item", "news", "node", "page", "post", "story"}
)
"""What a type is about where it may be meant for us; "" where it does not say."""
_OTHER_WORDS: Final = frozenset(
    {"", "added", "archived", "changed", "created", "edited", "modified", "removed", "saved"}
)
"""What other senders say for one of ours; which one, cannot be told."""
_ALIKE: Final = 0.75
"""`publish` is like `published`, `viewed` is like none."""
_LONGEST_SHOWN: Final = 60


def find_what(payload: Place) -> What | None:
    """What the `type` of a payload says by its last word, None where it is about something else than articles.

    Raises:
        BadPayload: there is no type, or it is about an article and seems to mean one of ours in another word.
    """
    type_ = find_text(step(payload, "type"))
    if type_ is None:
        raise BadPayload("type is missing: what happened, such as article.published.")
    subject, _, happened = type_.rpartition(".")
    what = _WHAT.get(happened)
    if what is None and subject.rpartition(".")[2].casefold() in _ARTICLES and _is_like_ours(happened):
        raise refuse_event("type", type_, "End it in published, updated, unpublished or deleted")
    return what


def _is_like_ours(happened: str) -> bool:
    """Whether a word may stand for one of ours; others tell of what is none of our concern."""
    word = happened.casefold()
    return word in _OTHER_WORDS or bool(get_close_matches(word[:_LONGEST_SHOWN], _WHAT, n=1, cutoff=_ALIKE))


def refuse_event(path: str, name: str, remedy: str) -> BadPayload:
    """What to raise for an event that may be about an article: left alone, it would be lost without a word."""
    return BadPayload(f"{path} is {name[:_LONGEST_SHOWN]!r}, which is not known here. {remedy}, or do not send it.")


def weigh_save(*, created: bool, seen: bool) -> What | None:
    """What a save means in a CMS that tells no more than this; None where nobody has seen the article.

    Whether an article that is not seen was seen before the save cannot be told, so it counts as withdrawn.
    """
    if seen:
        return "published" if created else "updated"
    return None if created else "withdrawn"
