"""Owns Directus as it is read back from and written to: items of one collection, with a static token."""

import json
from collections.abc import AsyncIterator, Sequence
from datetime import datetime
from typing import Final

from pydantic import JsonValue

from app.cms.options import FORMATS, read_choice, read_text
from app.cms.site import Present
from app.cms.sites.guarding import make_present, refuse_overtaken, refuse_unknown
from app.cms.sites.http import Api, Parameters
from app.cms.sites.listing import PAGE_WITH_TEXTS, merge_by_moment, walk
from app.cms.sites.reading import (
    Object,
    check_id,
    digest,
    find_address,
    find_body,
    find_id,
    find_moment,
    find_text,
    find_words,
    get_object,
    get_objects,
    make_event,
)
from app.domain.article_event import ArticleEvent
from app.domain.source import Source
from app.errors import BadInput, NotKept

OPTIONS: Final = {
    "collection": "the collection that articles are in (articles)",
    "key": "the field that items are known by (id)",
    "title": "the field of the title (title)",
    "body": "the field of the text (body)",
    "format": "what the body is in: html, markdown or text",
    "url": 'the address of an article, with fields in it: "https://example.org/{slug}"',
    "status": "the field that says what is published (status)",
    "published": "what it says then (published)",
    "created": "the field of the moment of creation (date_created)",
    "updated": "the field of the moment of the last change (date_updated)",
}
NAME: Final = "Directus"


class Directus:
    """Items of one collection. A field is one that holds a list of words (JSON, "Tags" in its forms).

    An item has one version: what is written to it, its readers see.
    """

    def __init__(self, source: Source, api: Api, fields: Sequence[str]) -> None:
        self._api = api
        self._source = source
        self._fields = fields
        self._items = f"/items/{check_id(read_text(source, 'collection', 'articles'), NAME)}"

    async def look(self, id: str, locale: str | None) -> Present:  # noqa: A002 - the CMS's word
        """The item as it is now.

        It is looked for in the list: asked for by its name, one that is gone is refused as if the token were wrong.
        """
        which = json.dumps({self._option("key", "id"): {"_eq": check_id(id, NAME)}})
        rows = await self._list({"filter": which, "limit": 1})
        if not rows:
            raise NotKept(f"Directus has no item {id!r}, or does not show it to this token.")
        row = rows[0]
        words = {field: find_words(row[field]) for field in self._fields if field in row}
        tags = {field: found for field, found in words.items() if found is not None}
        event = self._to_event(row, locale)
        version = find_text(row, self._option("updated", "date_updated"))
        if not version:
            version = digest(event.title, event.body.content if event.body else "")
        return make_present(event, tags, version)

    async def write(self, present: Present, tags: dict[str, tuple[str, ...]], *, publish: bool) -> Present:
        """Replace the words in these fields. Nothing is sent where they are the same: that would be a new version."""
        refuse_unknown(present, tags, NAME)
        fresh = await self.look(present.event.id, present.event.locale)
        refuse_overtaken(present, fresh, NAME)
        if not publish and fresh.event.what != "withdrawn":
            remedy = "Let the source suggest or apply tags."
            raise BadInput(f"Directus has no drafts of what is published: its tags would be seen. {remedy}")
        changed: JsonValue = {field: [*words] for field, words in tags.items() if words != fresh.tags[field]}
        if not changed:
            return fresh
        await self._api.send("PATCH", f"{self._items}/{present.event.id}", changed)
        return await self.look(present.event.id, present.event.locale)

    async def list_changed(self, since: datetime | None) -> AsyncIterator[ArticleEvent]:
        """Published items, without their texts. An item that was never changed only has a moment of creation."""
        created, updated = self._option("created", "date_created"), self._option("updated", "date_updated")
        untouched = self._walk(created, {updated: {"_null": True}}, since)
        touched = self._walk(updated, {updated: {"_nnull": True}}, since)
        async for event in merge_by_moment(untouched, touched):
            yield event

    async def close(self) -> None:
        """Let go of the connections."""
        await self._api.close()

    def _walk(self, moment: str, which: Object, since: datetime | None) -> AsyncIterator[ArticleEvent]:
        async def fetch(after: datetime | None, page: int) -> list[ArticleEvent]:
            conditions: list[JsonValue] = [which]
            if after:
                conditions.append({moment: {"_gt": after.isoformat()}})
            wanted: Parameters = {
                "filter": json.dumps({"_and": conditions}),
                "sort": moment,
                "limit": PAGE_WITH_TEXTS,
                "page": page,
            }
            return [self._to_event(row, None, moment, in_list=True) for row in await self._list(wanted)]

        return self._leave_out_withdrawn(walk(fetch, since, page_size=PAGE_WITH_TEXTS))

    async def _list(self, wanted: Parameters) -> list[Object]:
        answer = get_object(await self._api.get(self._items, wanted), "Directus's answer")
        return get_objects(answer.get("data"), "Directus's list of items")

    async def _leave_out_withdrawn(self, events: AsyncIterator[ArticleEvent]) -> AsyncIterator[ArticleEvent]:
        async for event in events:
            if event.what != "withdrawn":
                yield event

    def _to_event(
        self, row: Object, locale: str | None, moment: str | None = None, *, in_list: bool = False
    ) -> ArticleEvent:
        created, updated = self._option("created", "date_created"), self._option("updated", "date_updated")
        status = row.get(self._option("status", "status"), self._option("published", "published"))
        changed = find_text(row, moment) if moment else find_text(row, updated) or find_text(row, created)
        form = read_choice(self._source, "format", FORMATS)
        return make_event(
            NAME,
            what="updated" if status == self._option("published", "published") else "withdrawn",
            id=find_id(row.get(self._option("key", "id"))),
            locale=locale,
            title=find_text(row, self._option("title", "title")),
            url=find_address(read_text(self._source, "url"), row),
            body=None if in_list else find_body(row.get(self._option("body", "body")), form),
            updated_at=find_moment(changed),
        )

    def _option(self, name: str, default: str) -> str:
        return read_text(self._source, name, default)
