"""Owns what is looked at before anything is written: nobody's newer version, no draft, no field that is not there."""

from collections.abc import Mapping

from app.cms.site import Present
from app.domain.article_event import ArticleEvent
from app.errors import BadInput, CmsUnavailable


def make_present(
    event: ArticleEvent, tags: dict[str, tuple[str, ...]], version: str, *, has_draft: bool = False
) -> Present:
    """An article as it is now; its event names the tags of all fields."""
    names = tuple(dict.fromkeys(name for words in tags.values() for name in words))
    return Present(event=event.model_copy(update={"tags": names}), tags=tags, version=version, has_draft=has_draft)


def refuse_overtaken(present: Present, fresh: Present, cms: str) -> None:
    """Nothing is written over what somebody else wrote after it was looked at.

    Raises:
        CmsUnavailable: the article is not as it was.
    """
    if (present.version, present.tags) != (fresh.version, fresh.tags):
        raise CmsUnavailable(f"{cms} has a newer version of {present.event.id!r} than was looked at. Look again.")


def refuse_unknown(present: Present, wanted: Mapping[str, object], cms: str) -> None:
    """Only fields that the article has can be written.

    Raises:
        BadInput: it lacks one.
    """
    for name in wanted:
        if name not in present.tags:
            remedy = "Name one that holds a list of tags with `scopenote sources add --field`."
            raise BadInput(f"{cms} has no field {name!r} that tags could be written to. {remedy}")


def refuse_draft(present: Present, cms: str) -> None:
    """What readers do not see yet is not made public by writing tags to it.

    Raises:
        BadInput: it has such a draft.
    """
    if present.has_draft:
        remedy = "Publish or discard them, or let the source write drafts."
        problem = f"has unpublished changes to {present.event.id!r} that writing would publish"
        raise BadInput(f"{cms} {problem}. {remedy}")
