"""Owns the words by which senders say what happened: `article.published`, `post.unpublished` and their like."""

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


def find_what(payload: Place) -> What | None:
    """What the `type` of a payload says by its last word, None where it is nothing that concerns us.

    Raises:
        BadPayload: there is no type.
    """
    type_ = find_text(step(payload, "type"))
    if type_ is None:
        raise BadPayload("type is missing: what happened, such as article.published.")
    return _WHAT.get(type_.rpartition(".")[2])


def weigh_save(*, created: bool, seen: bool) -> What | None:
    """What a save means in a CMS that tells no more than this; None where nobody has seen the article.

    Whether an article that is not seen was seen before the save cannot be told, so it counts as withdrawn.
    """
    if seen:
        return "published" if created else "updated"
    return None if created else "withdrawn"
