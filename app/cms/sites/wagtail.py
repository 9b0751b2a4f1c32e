"""Owns Wagtail as it is read back from and written to: its interface v3 (Wagtail 8 and later), with a bearer token."""

from collections.abc import AsyncIterator, Sequence
from datetime import datetime
from typing import Final

from pydantic import JsonValue

from app.cms.options import read_text, read_words
from app.cms.site import Present
from app.cms.sites.guarding import make_present, refuse_draft, refuse_overtaken, refuse_unknown
from app.cms.sites.http import Api, Parameters
from app.cms.sites.reading import (
    Object,
    check_id,
    find_id,
    find_moment,
    find_text,
    find_words,
    get_object,
    get_objects,
    make_event,
)
from app.cms.sites.streams import write_stream
from app.domain.article_event import ArticleEvent, Body
from app.domain.source import Source
from app.errors import BadInput, NotKept

OPTIONS: Final = {
    "page_types": "the page types that are listed, such as blog.ArticlePage",
    "body": "the fields with the text, in their order (body)",
    "api": "the path of the interface (/api/v3)",
}
NAME: Final = "Wagtail"
LIMIT: Final = 20
"""Wagtail refuses more unless it is set up otherwise."""
MAX_LISTED: Final = 100_000
_OWN: Final = frozenset({"meta", "id", "has_unpublished_changes", "latest_revision_created_at"})
_RICH: Final[Parameters] = {"rich_text_format": "html"}


class Wagtail:
    """Pages of one Wagtail. A field is one of the page's `api_fields` that holds a list of words.

    A write starts from the newest draft, and publishing it would publish that. The interface does
    not say whether there is one: the page that readers see is compared with its newest draft, in
    the fields that the interface shows. It is exact where the page's `api_fields` have
    `has_unpublished_changes` and `live`; and `latest_revision_created_at` lets changes be listed.
    """

    def __init__(self, source: Source, api: Api, fields: Sequence[str]) -> None:
        self._api = api
        self._fields = fields
        self._types = read_words(source, "page_types")
        self._texts = read_words(source, "body", "body")
        self._writes_drafts = source.mode == "draft"
        self._pages = f"{read_text(source, 'api', '/api/v3')}/pages"

    async def look(self, id: str, locale: str | None) -> Present:  # noqa: A002 - the CMS's word
        """The page as it is now; its tags are the draft's where the source writes drafts."""
        return await self._look(id, locale, of_draft=self._writes_drafts)

    async def write(self, present: Present, tags: dict[str, tuple[str, ...]], *, publish: bool) -> Present:
        """Replace the words in these fields.

        What Wagtail answers is not what it keeps: a field that is not `writable=True` is dropped
        without a word. So the page is read again.
        """
        refuse_unknown(present, tags, NAME)
        page, locale = present.event.id, present.event.locale
        fresh = await self._look(page, locale, of_draft=not publish)
        if publish:
            refuse_draft(fresh, NAME)
        if self._writes_drafts is not publish:
            refuse_overtaken(present, fresh, NAME)
        changed: Object = {field: [*words] for field, words in tags.items() if set(words) != set(fresh.tags[field])}
        if not changed:
            return fresh
        if publish:
            changed["meta"] = {"action": "publish"}
        await self._api.send("PATCH", f"{self._pages}/{page}/", changed)
        return await self._look(page, locale, of_draft=not publish)

    async def list_changed(self, since: datetime | None) -> AsyncIterator[ArticleEvent]:
        """Published pages of the types named, without their texts.

        Newest first is the only order in which what is older need not be fetched, so that they are turned round.
        """
        if not self._types:
            raise BadInput(
                'Wagtail lists pages by their type. Give the source the option `page_types`: "blog.ArticlePage".'
            )
        events: list[ArticleEvent] = []
        for kind in self._types:
            try:
                events += [event async for event in self._list_by("latest_revision_created_at", kind, since)]
            except NotKept:
                raise
            except BadInput:
                events += [event async for event in self._list_by("first_published_at", kind, since)]
        for event in sorted(events, key=lambda event: event.updated_at.timestamp() if event.updated_at else 0.0):
            yield event

    async def close(self) -> None:
        """Let go of the connections."""
        await self._api.close()

    async def _list_by(self, moment: str, kind: str, since: datetime | None) -> AsyncIterator[ArticleEvent]:
        for offset in range(0, MAX_LISTED, LIMIT):
            wanted: Parameters = {"type": kind, "order": f"-{moment}", "limit": LIMIT, "offset": offset}
            answer = get_object(await self._api.get(f"{self._pages}/", wanted), "Wagtail's answer")
            rows = get_objects(answer.get("items"), "Wagtail's list of pages")
            for row in rows:
                page = row if moment == "first_published_at" else await self._load(find_id(row.get("id")), "live")
                event = self._to_event(page, find_text(row, "meta", "locale") or None)
                at = find_text(page, moment) or find_text(row, "meta", "first_published_at")
                event = event.model_copy(update={"updated_at": find_moment(at), "body": None})
                if event.updated_at and since and event.updated_at <= since:
                    return
                if event.what != "withdrawn":
                    yield event
            if len(rows) < LIMIT:
                return

    async def _look(self, id: str, locale: str | None, *, of_draft: bool) -> Present:  # noqa: A002
        live = await self._load(id, "live")
        draft = await self._load(id, "draft")
        newest = await self._find_newest(id)
        tagged = draft if of_draft else live
        words = {field: find_words(tagged[field]) for field in self._fields if field in tagged}
        event = self._to_event(live, locale)
        if at := find_moment(find_text(newest, "created_at")):
            event = event.model_copy(update={"updated_at": at})
        return make_present(
            event,
            {field: found for field, found in words.items() if found is not None},
            find_id(newest.get("id")),
            has_draft=_differ(draft, live) or not await self._is_live(id, live),
        )

    async def _load(self, id: str, version: str) -> Object:  # noqa: A002
        page = await self._api.get(f"{self._pages}/{check_id(id, NAME)}/", {**_RICH, "version": version})
        return get_object(page, "Wagtail's page")

    async def _find_newest(self, id: str) -> Object:  # noqa: A002
        """The newest revision; empty for a page that has none."""
        answer = await self._api.get(f"{self._pages}/{id}/revisions/", {"limit": 1})
        rows = get_objects(get_object(answer, "Wagtail's answer").get("items"), "Wagtail's list of revisions")
        return rows[0] if rows else {}

    async def _is_live(self, id: str, page: Object) -> bool:  # noqa: A002
        """Whether everybody can see it: the interface shows us pages that were taken back as well."""
        if isinstance(page.get("live"), bool):
            return page["live"] is True
        try:
            await self._api.get(f"{self._pages}/{id}/", anonymous=True)
        except BadInput:
            return False
        return True

    def _to_event(self, page: Object, locale: str | None) -> ArticleEvent:
        published = find_text(page, "meta", "first_published_at")
        texts = [write_stream(page.get(name)) for name in self._texts]
        moment = find_text(page, "latest_revision_created_at") or published
        return make_event(
            NAME,
            what="updated" if published and page.get("live") is not False else "withdrawn",
            id=find_id(page.get("id")),
            locale=locale,
            title=find_text(page, "title"),
            url=find_text(page, "meta", "html_url") or None,
            body=Body(format="html", content="\n".join(text for text in texts if text)),
            updated_at=find_moment(moment),
        )


def _differ(draft: Object, live: Object) -> bool:
    if isinstance(has_changes := live.get("has_unpublished_changes"), bool) and has_changes:
        return True
    told: set[str] = (draft.keys() | live.keys()) - _OWN
    return _get_slug(draft) != _get_slug(live) or any(draft.get(name) != live.get(name) for name in told)


def _get_slug(page: Object) -> JsonValue:
    return find_text(page, "meta", "slug")
