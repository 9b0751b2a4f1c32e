"""Owns Strapi as it is read back from and written to: entries of one collection, with an API token."""

from collections.abc import AsyncIterator, Sequence
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from typing import Final

from pydantic import JsonValue

from app.cms.options import FORMATS, read_choice, read_text, read_words
from app.cms.site import Present
from app.cms.sites.guarding import make_present, refuse_draft, refuse_overtaken, refuse_unknown
from app.cms.sites.http import Api, Parameters
from app.cms.sites.listing import PAGE_WITH_TEXTS, walk
from app.cms.sites.reading import (
    Object,
    check_id,
    find_address,
    find_body,
    find_id,
    find_moment,
    find_text,
    get_object,
    get_objects,
    make_event,
    spell,
)
from app.domain.article_event import ArticleEvent
from app.domain.source import Source
from app.errors import BadInput, NotKept

OPTIONS: Final = {
    "collection": "the plural name of the articles' type in the API (articles)",
    "title": "the field of the title (title)",
    "body": "the field of the text (body)",
    "format": "markdown, html or text: what a text field holds (markdown)",
    "url": 'the address of an article, with fields in it: "https://example.org/{slug}"',
    "tag_name": "the field of a tag's name (name)",
    "locales": "the locales that are listed, with commas; the default one where not given",
}
NAME: Final = "Strapi"
SAME: Final = timedelta(milliseconds=500)
"""A draft and what was published from it are written this close to each other: Strapi's own panel reckons so."""


class Strapi:
    """Entries of one collection, known by their `documentId`. A field is a relation to a collection of that name.

    An entry has a row that editors work on and one that readers see. Writing the second one copies
    the first, so that nothing is written where an editor's changes wait.
    """

    def __init__(self, source: Source, api: Api, fields: Sequence[str]) -> None:
        self._api = api
        self._source = source
        self._fields = fields
        self._tag_name = read_text(source, "tag_name", "name")
        self._entries = f"/api/{check_id(read_text(source, 'collection', 'articles'), NAME)}"

    async def look(self, id: str, locale: str | None) -> Present:  # noqa: A002 - the CMS's word
        """The entry as it is now; its tags are the draft's where the source writes drafts."""
        return await self._look(id, locale, of_draft=self._source.mode == "draft")

    async def write(self, present: Present, tags: dict[str, tuple[str, ...]], *, publish: bool) -> Present:
        """Connect and disconnect tags, so that what is not ours is not touched; ones that are missing are made."""
        refuse_unknown(present, tags, NAME)
        entry, locale = present.event.id, present.event.locale
        fresh = await self._look(entry, locale, of_draft=not publish)
        if publish:
            refuse_draft(fresh, NAME)
        is_same_row = (self._source.mode == "draft") is not publish
        if is_same_row:
            refuse_overtaken(present, fresh, NAME)
        status = "published" if publish else "draft"
        row = await self._find(entry, locale, status)
        changed: Object = {}
        for field, names in tags.items():
            change = await self._plan(field, names, _list_tags(row or {}, field))
            changed |= {field: change} if change else {}
        if not changed:
            return fresh
        wanted = {**_in_locale(locale), "status": status}
        await self._api.send("PUT", f"{self._entries}/{entry}", {"data": changed}, wanted)
        return await self._look(entry, locale, of_draft=not publish)

    async def list_changed(self, since: datetime | None) -> AsyncIterator[ArticleEvent]:
        """Published entries of each locale, without their texts."""
        for locale in read_words(self._source, "locales") or (None,):

            async def fetch(after: datetime | None, page: int, locale: str | None = locale) -> list[ArticleEvent]:
                wanted: dict[str, str | int] = {
                    **_in_locale(locale),
                    "status": "published",
                    "sort": "updatedAt:asc",
                    "pagination[page]": page,
                    "pagination[pageSize]": PAGE_WITH_TEXTS,
                }
                if after:
                    wanted["filters[updatedAt][$gt]"] = _to_iso(after)
                answer = get_object(await self._api.get(self._entries, wanted), "Strapi's answer")
                rows = get_objects(answer.get("data"), "Strapi's list of entries")
                return [self._to_event(row, find_text(row, "locale") or locale, body=False) for row in rows]

            async for event in walk(fetch, since, page_size=PAGE_WITH_TEXTS):
                yield event

    async def close(self) -> None:
        """Let go of the connections."""
        await self._api.close()

    async def _look(self, id: str, locale: str | None, *, of_draft: bool) -> Present:  # noqa: A002
        draft = await self._find(id, locale, "draft")
        live = await self._find(id, locale, "published")
        shown = live or draft
        if shown is None:
            raise NotKept(f"Strapi has no entry {id!r} in this locale.")
        tagged = (draft if of_draft else live) or shown
        tags = {field: self._name_all(tagged, field) for field in self._fields if isinstance(tagged.get(field), list)}
        if not tags and self._source.mode in {"draft", "apply"}:
            await self._refuse_unseen()
        return make_present(
            self._to_event(shown, locale, body=True, what="updated" if live else "withdrawn"),
            tags,
            find_text(tagged, "updatedAt"),
            has_draft=live is None or (draft is not None and self._differ(draft, live)),
        )

    async def _refuse_unseen(self) -> None:
        """Strapi leaves a relation out of an entry, without a word, where the token may not read what it leads to.

        Raises:
            BadInput: that is so.
        """
        for field in self._fields:
            with suppress(NotKept):
                await self._api.get(f"/api/{check_id(field, NAME)}", {"pagination[pageSize]": 1})

    async def _find(self, id: str, locale: str | None, status: str) -> Object | None:  # noqa: A002
        wanted: Parameters = {**_in_locale(locale), "status": status, "populate": "*"}
        try:
            answer = await self._api.get(f"{self._entries}/{check_id(id, NAME)}", wanted)
        except NotKept:
            return None
        found = get_object(answer, "Strapi's answer").get("data")
        return None if found is None else get_object(found, "Strapi's entry")

    def _differ(self, draft: Object, live: Object) -> bool:
        """Whether the draft is newer than what is published, or says something else."""
        written, shown = (find_moment(find_text(row, "updatedAt")) for row in (draft, live))
        if written is None or shown is None or written - shown > SAME:
            return True
        told = {read_text(self._source, "title", "title"), read_text(self._source, "body", "body")}
        if any(draft.get(field) != live.get(field) for field in told):
            return True
        return any(set(self._name_all(draft, field)) != set(self._name_all(live, field)) for field in self._fields)

    async def _plan(self, field: str, names: Sequence[str], there: Sequence[Object]) -> dict[str, JsonValue]:
        """What to connect and disconnect; empty where nothing."""
        wanted = {name.casefold() for name in names}
        present = {self._name(tag).casefold() for tag in there}
        gone = [find_text(tag, "documentId") for tag in there if self._name(tag).casefold() not in wanted]
        new = [await self._find_or_make(field, name) for name in names if name.casefold() not in present]
        change: dict[str, JsonValue] = {"connect": [*new]} if new else {}
        return change | ({"disconnect": [*gone]} if gone else {})

    async def _find_or_make(self, field: str, name: str) -> str:
        path = f"/api/{check_id(field, NAME)}"
        wanted: dict[str, str | int] = {"pagination[pageSize]": 1}
        for number, spelling in enumerate(spell(name)):
            wanted[f"filters[$or][{number}][{self._tag_name}][$eqi]"] = spelling
        found = get_object(await self._api.get(path, wanted), "Strapi's answer")
        rows = get_objects(found.get("data"), "Strapi's list of tags")
        if not rows:
            made = await self._api.send("POST", path, {"data": {self._tag_name: name}})
            rows = [get_object(get_object(made.body, "Strapi's answer").get("data"), "Strapi's tag")]
        if not (document := find_text(rows[0], "documentId")):
            raise BadInput(f"Strapi has no documentId for the tag {name!r}: version 5 is needed.")
        return document

    def _name_all(self, row: Object, field: str) -> tuple[str, ...]:
        return tuple(dict.fromkeys(name for tag in _list_tags(row, field) if (name := self._name(tag))))

    def _name(self, tag: Object) -> str:
        return find_text(tag, self._tag_name)

    def _to_event(self, row: Object, locale: str | None, *, body: bool, what: str = "updated") -> ArticleEvent:
        field = read_text(self._source, "body", "body")
        form = read_choice(self._source, "format", FORMATS) if read_text(self._source, "format") else "markdown"
        return make_event(
            NAME,
            what=what,
            id=find_id(row.get("documentId")),
            locale=locale,
            title=find_text(row, read_text(self._source, "title", "title")),
            url=find_address(read_text(self._source, "url"), row),
            body=find_body(row.get(field), form) if body else None,
            updated_at=find_moment(find_text(row, "updatedAt")),
        )


def _list_tags(row: Object, field: str) -> list[Object]:
    return [tag for tag in get_objects(row.get(field) or [], f"Strapi's field {field!r}") if tag]


def _in_locale(locale: str | None) -> dict[str, str]:
    return {"locale": locale} if locale else {}


def _to_iso(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
