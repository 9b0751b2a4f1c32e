"""Owns pushes to a repository with a Hugo, Jekyll or Eleventy site: the content files that they changed."""

import re

from app.cms.adapter import Adapter
from app.cms.adapters.naming import name_nothing
from app.cms.adapters.payload import Place, find_text, get_id, list_items, read_payload, step
from app.cms.arrival import Arrival
from app.cms.options import read_text, read_words
from app.cms.signing import hub
from app.domain.article_event import ArticleEvent, What
from app.domain.source import Source
from app.errors import BadPayload

OURS = "scopenote"
"""The actor of commits that have our trailer: `Written-By: scopenote`."""

MAX_FILES = 20_000
_EVENT = "x-github-event"
_PUSH = "push"
_MAX_MESSAGE = 1_000_000
_TRAILER = re.compile(r"^written-by:[ \t]*scopenote[ \t]*$", re.IGNORECASE | re.MULTILINE)
_CHANGES: tuple[tuple[str, What], ...] = (("removed", "withdrawn"), ("added", "published"), ("modified", "updated"))


def read_events(arrival: Arrival, source: Source) -> tuple[ArticleEvent, ...]:
    """One event for each content file that a push to the branch changed, by what its last commit did.

    The texts are not in the payload. `actor` is the author of the last commit that was not ours,
    `OURS` where all that touched the file were. Moments are not given: those of commits lie apart.

    Raises:
        BadPayload: a field that is needed is missing, or one is of another kind, or too many files.
    """
    if tell(arrival) != _PUSH:
        return ()
    push = read_payload(arrival)
    branch = read_text(source, "branch") or find_text(step(push, "repository", "default_branch")) or "main"
    ref = find_text(step(push, "ref"), 2_000)
    if ref is None:
        raise BadPayload("ref is missing: the branch that was pushed. Choose the push event alone.")
    if ref != f"refs/heads/{branch}" or step(push, "deleted").value is True:
        return ()
    found: dict[str, tuple[What, str | None]] = {}
    for commit in list_items(step(push, "commits"), MAX_FILES):
        _take_commit(commit, source, found)
        if len(found) > MAX_FILES:
            raise BadPayload(f"commits change more than {MAX_FILES:,} files. Use `scopenote reclassify` for as many.")
    return tuple(ArticleEvent(what=what, id=path, actor=actor) for path, (what, actor) in found.items())


def _take_commit(commit: Place, source: Source, found: dict[str, tuple[What, str | None]]) -> None:
    author = _find_author(commit)
    for name, what in _CHANGES:
        for place in list_items(step(commit, name), MAX_FILES):
            if not _is_content(find_text(place, None) or "", source):
                continue
            path = get_id(place)
            before = found.get(path)
            actor = before[1] if before and author == OURS else author
            found[path] = (_join(before[0] if before else None, what), actor)


def _join(before: What | None, what: What) -> What:
    """A file that is new in this push stays so when it is changed again; one that was taken away and comes back too."""
    return "published" if before == "published" and what == "updated" else what


def _find_author(commit: Place) -> str | None:
    message = find_text(step(commit, "message"), _MAX_MESSAGE) or ""
    if _TRAILER.search(message.rstrip().rpartition("\n\n")[2]):
        return OURS
    author = step(commit, "author")
    name = find_text(step(author, "username")) or find_text(step(author, "name"))
    return name or None


def _is_content(path: str, source: Source) -> bool:
    folders = read_words(source, "content", "content,_posts")
    suffixes = tuple(f".{suffix.lstrip('.')}" for suffix in read_words(source, "suffixes", "md,markdown,html"))
    inside = any(folder == "." or path.startswith(folder.strip("/") + "/") for folder in folders)
    return inside and path.lower().endswith(suffixes) and ".." not in path.split("/")


def tell(arrival: Arrival) -> str:
    """Whether it is a push, as it is where that is not said."""
    return _PUSH if arrival.headers.get(_EVENT, _PUSH) == _PUSH else "other"


ADAPTER = Adapter(
    verify=hub.verify,
    name_delivery=name_nothing,  # X-GitHub-Delivery is not signed
    read_events=read_events,
    options={
        "branch": "the branch that is published (the repository's default branch)",
        "content": "the folders with articles, . for the whole repository (content,_posts)",
        "suffixes": "the endings of article files (md,markdown,html)",
    },
    tell=tell,
)
