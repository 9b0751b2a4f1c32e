"""Owns a site in git as it is read back from and written to: front matter, one commit for each write."""

import hashlib
import re
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from datetime import datetime
from pathlib import PurePosixPath
from typing import Final

from pydantic import JsonValue

from app.cms.options import read_text, read_words
from app.cms.site import Present
from app.cms.sites.git_mirror import Blob, Mirror, Signed
from app.cms.sites.guarding import make_present, refuse_overtaken, refuse_unknown
from app.cms.sites.reading import find_address, find_text, make_event
from app.domain.article_event import ArticleEvent, Body
from app.domain.source import Source
from app.errors import CmsUnavailable, NotKept
from app.parsing.decoding import decode
from app.parsing.front_matter import FrontMatter, read_front_matter
from app.parsing.front_matter_edit import edit_words
from app.parsing.front_matter_edit import read_words as read_field_words

OPTIONS: Final = {
    "branch": "the branch that the site is built from (the repository's default branch)",
    "content": "the folders with articles, . for the whole repository (content,_posts)",
    "suffixes": "the endings of article files (md,markdown,html)",
    "url": "the article's address, such as https://example.org/{stem}/",
    "user": "over https, the user whose token the write secret is (x-access-token)",
    "author_name": "whose name stands on commits (Scopenote)",
    "author_email": "whose address stands on commits (scopenote@localhost)",
}
NAME: Final = "The repository"
MAX_PATH: Final = 400
TRAILER: Final = "Written-By: scopenote"
"""By which our commits are known when they come back."""
MAX_TRIES: Final = 4
_NOT_IN_BRANCH: Final = re.compile(r"[^A-Za-z0-9-]+")
_FORMS: Final = {".md": "markdown", ".markdown": "markdown", ".mdx": "markdown", ".html": "html", ".htm": "html"}
_UNTEXT: Final = re.compile(r"[\x00-\x1f\x7f<>]")


class GitSite:
    """Files of one branch, known by their path. A field is one of the front matter, as `edit_words` finds it.

    In drafts the tags wait on a branch of ours, one for each article and rebuilt from the head at
    each write, from which a pull request can be made. What it would change counts as written.
    """

    def __init__(self, source: Source, mirror: Mirror, fields: Sequence[str], now: Callable[[], datetime]) -> None:
        self._source = source
        self._mirror = mirror
        self._fields = fields
        self._now = now
        self._writes_drafts = source.mode == "draft"

    async def look(self, id: str, locale: str | None) -> Present:  # noqa: A002 - the CMS's word
        """The file at the branch's head; its tags are those of our branch where the source writes drafts."""
        async with self._mirror.hold():
            _, present = await self._look(id, locale, of_draft=self._writes_drafts)
        return present

    async def write(self, present: Present, tags: dict[str, tuple[str, ...]], *, publish: bool) -> Present:
        """Replace the words in these fields, in one commit that changes nothing else.

        Where somebody else has pushed first it is tried again on top of that, as long as the file is the same.
        """
        refuse_unknown(present, tags, NAME)
        async with self._mirror.hold():
            return await self._write(present, tags, publish=publish)

    async def list_changed(self, since: datetime | None) -> AsyncIterator[ArticleEvent]:
        """The content files that changed on the branch, without their texts."""
        async with self._mirror.hold():
            changes = await self._mirror.list_changes(await self._mirror.fetch(), since)
        for path, moment in changes:
            if _is_content(path, self._source):
                yield make_event(NAME, what="updated", id=path, updated_at=moment)

    async def close(self) -> None:
        """Nothing is held open."""

    async def _write(self, present: Present, tags: dict[str, tuple[str, ...]], *, publish: bool) -> Present:
        path, locale = present.event.id, present.event.locale
        for _ in range(MAX_TRIES):
            blob, fresh = await self._look(path, locale, of_draft=not publish)
            if self._writes_drafts is not publish:
                refuse_overtaken(present, fresh, NAME)
            if all(set(words) == set(fresh.tags[field]) for field, words in tags.items()):
                return fresh
            data = edit_words(blob.data, path, tags)
            if await self._send(blob, path, data, publish=publish):
                return (await self._look(path, locale, of_draft=not publish))[1]
        raise CmsUnavailable(f"Others push to the repository so often that {path!r} could not be written. Try later.")

    async def _look(self, path: str, locale: str | None, *, of_draft: bool) -> tuple[Blob, Present]:
        _check_path(path)
        head = await self._mirror.fetch()
        blob = await self._mirror.read(head, path)
        front = read_front_matter(decode(blob.data, path).text, path)
        if front.format == "none":
            tags: dict[str, tuple[str, ...]] = {}
        else:
            tags = read_field_words(blob.data, path, self._fields)
        version = blob.sha
        tip = await self._mirror.find_proposal(_name_branch(path), head) if of_draft else None
        if tip is not None:
            tags = await self._propose(tags, tip, path)
            version += f"+{tip}"
        moment = await self._mirror.find_change(head, path)
        event = self._to_event(path, locale, front, moment)
        return blob, make_present(event, tags, version, has_draft=tip is not None)

    async def _propose(self, tags: Mapping[str, tuple[str, ...]], tip: str, path: str) -> dict[str, tuple[str, ...]]:
        """The tags as they will be when our branch is merged: what it adds and takes away, on top of what is there."""
        base = await self._mirror.find_parent(tip)
        try:
            after = read_field_words((await self._mirror.read(tip, path)).data, path, self._fields)
            before = read_field_words((await self._mirror.read(base or tip, path)).data, path, self._fields)
        except NotKept:
            return dict(tags)
        return {
            field: tuple(
                dict.fromkeys(
                    [word for word in words if word in after[field] or word not in before[field]]
                    + [word for word in after[field] if word not in before[field]]
                )
            )
            for field, words in tags.items()
        }

    async def _send(self, blob: Blob, path: str, data: bytes, *, publish: bool) -> bool:
        """Whether it was taken; a proposal that changes nothing any more is taken back."""
        is_same = data == blob.data
        commit = blob.commit
        if not is_same:
            commit = await self._mirror.commit(blob, path, data, self._sign(path))
        if publish:
            return await self._mirror.push(commit)
        return await self._mirror.propose(None if is_same else commit, _name_branch(path))

    def _sign(self, path: str) -> Signed:
        return Signed(
            name=_UNTEXT.sub("", read_text(self._source, "author_name", "Scopenote")),
            email=_UNTEXT.sub("", read_text(self._source, "author_email", "scopenote@localhost")),
            at=self._now(),
            message=f"Tags for {PurePosixPath(path).name}\n\n{TRAILER}\n",
        )

    def _to_event(self, path: str, locale: str | None, front: FrontMatter, moment: datetime | None) -> ArticleEvent:
        pure = PurePosixPath(path)
        fields: dict[str, JsonValue] = {**front.fields, "path": path, "stem": pure.stem}
        form = _FORMS.get(pure.suffix.lower(), "text")
        is_hidden = front.fields.get("draft") is True or front.fields.get("published") is False
        return make_event(
            NAME,
            what="withdrawn" if is_hidden else "updated",
            id=path,
            locale=locale,
            title=find_text(front.fields, "title") or find_text(front.fields, "Title"),
            url=find_address(read_text(self._source, "url"), fields),
            body=Body(
                format="html" if form == "html" else "markdown" if form == "markdown" else "text", content=front.body
            ),
            updated_at=moment,
        )


def _check_path(path: str) -> None:
    parts = path.split("/")
    if len(path) > MAX_PATH or not path.isprintable() or not {"", ".", ".."}.isdisjoint(parts) or parts[0] == ".git":
        raise NotKept(f"{path[:100]!r} is no path of a file in the repository.")


def _is_content(path: str, source: Source) -> bool:
    folders = read_words(source, "content", "content,_posts")
    suffixes = tuple(f".{suffix.lstrip('.')}" for suffix in read_words(source, "suffixes", "md,markdown,html"))
    inside = any(folder == "." or path.startswith(folder.strip("/") + "/") for folder in folders)
    return inside and path.lower().endswith(suffixes) and len(path) <= MAX_PATH and path.isprintable()


def _name_branch(path: str) -> str:
    """What the branch for an article is called: its file's name, and a digest that tells it from others."""
    stem = _NOT_IN_BRANCH.sub("-", PurePosixPath(path).stem).strip("-")[:60]
    return f"{stem or 'article'}-{hashlib.sha256(path.encode()).hexdigest()[:8]}"
