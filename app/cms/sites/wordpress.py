"""Owns WordPress as it is read back from and written to: its REST interface, with an application password."""

import base64
from collections.abc import AsyncIterator, Mapping, Sequence
from datetime import datetime
from typing import Final

from pydantic import JsonValue, SecretStr

from app.cms.site import Present
from app.cms.sites.guarding import make_present, refuse_overtaken, refuse_unknown
from app.cms.sites.http import Api, LogIn, Parameters
from app.cms.sites.listing import PAGE, walk
from app.cms.sites.reading import (
    Object,
    check_id,
    find_id,
    find_moment,
    find_plain,
    find_text,
    get_object,
    get_objects,
    make_body,
    make_event,
)
from app.cms.sites.slugs import make_slug
from app.domain.article_event import ArticleEvent
from app.domain.source import Source
from app.errors import BadInput

OPTIONS: Final = {
    "user": "the user whose application password the write secret is",
    "collection": "the name of the post type in the REST interface (posts)",
}
NAME: Final = "WordPress"
MAX_TERMS: Final = 100


def log_in(source: Source, secret: SecretStr | None) -> LogIn:
    """Basic authentication; anonymous without a secret, which can read what is public.

    Raises:
        BadInput: the source has a secret and does not say whose it is.
    """
    if secret is None:
        return dict
    user = source.options.get("user")
    if not user:
        raise BadInput(f"The source {source.name!r} needs the option `user`: whose application password it has.")
    pair = base64.b64encode(f"{user}:{secret.get_secret_value()}".encode()).decode()
    return lambda: {"Authorization": f"Basic {pair}"}


class WordPress:
    """Posts of one WordPress. A field is a taxonomy by its name in the REST interface: "tags", "categories".

    WordPress has one version of a published post: what is written to it, readers see. Writing tags
    leaves the text, what waits in autosaves and the status as they are, so no draft can be published by it.
    """

    def __init__(self, source: Source, api: Api, fields: Sequence[str], *, logged_in: bool) -> None:
        self._api = api
        self._fields = [check_id(name, NAME) for name in fields]
        collection = check_id(source.options.get("collection", "posts"), NAME)
        self._posts = f"/wp-json/wp/v2/{collection}"
        self._context = "edit" if logged_in else "view"

    async def look(self, id: str, locale: str | None) -> Present:  # noqa: A002 - the CMS's word
        """The post as it is now."""
        row = await self._load(id)
        names = {field: await self._name_terms(field, ids) for field, ids in self._list_terms(row).items()}
        return _to_present(row, locale, names)

    async def write(self, present: Present, tags: dict[str, tuple[str, ...]], *, publish: bool) -> Present:
        """Replace the terms of these taxonomies. Nothing is sent where they are the same: that would be a new version.

        Terms that are missing are made.
        """
        refuse_unknown(present, tags, NAME)
        row = await self._load(present.event.id)
        terms = {field: await self._name_terms(field, ids) for field, ids in self._list_terms(row).items()}
        fresh = _to_present(row, present.event.locale, terms)
        refuse_overtaken(present, fresh, NAME)
        if not publish and row.get("status") == "publish":
            remedy = "Let the source suggest or apply tags."
            raise BadInput(f"WordPress has no drafts of what is published: its tags would be seen. {remedy}")
        wanted = {field: await self._find_terms(field, names, terms[field]) for field, names in tags.items()}
        changed: JsonValue = {field: [*ids] for field, ids in wanted.items() if set(ids) != set(terms[field])}
        if not changed:
            return fresh
        await self._api.send("POST", f"{self._posts}/{present.event.id}", changed, {"context": self._context})
        return await self.look(present.event.id, present.event.locale)

    async def list_changed(self, since: datetime | None) -> AsyncIterator[ArticleEvent]:
        """Published posts, without their texts."""

        async def fetch(after: datetime | None, page: int) -> list[ArticleEvent]:
            wanted: dict[str, str | int] = {
                "orderby": "modified",
                "order": "asc",
                "per_page": PAGE,
                "page": page,
                "status": "publish",
                "_fields": "id,modified_gmt,link,title,status",
            }
            if after:
                wanted["modified_after"] = after.isoformat()
            answer = await self._api.send("GET", self._posts, None, wanted, expected=frozenset({400}))
            if answer.status == 400 and find_text(answer.body, "code") == "rest_post_invalid_page_number":
                return []
            rows = get_objects(answer.body, "WordPress's list of posts")
            return [_to_event(row, None) for row in rows]

        async for event in walk(fetch, since):
            yield event

    async def close(self) -> None:
        """Let go of the connections."""
        await self._api.close()

    async def _load(self, id: str) -> Object:  # noqa: A002 - the CMS's word
        row = await self._api.get(f"{self._posts}/{check_id(id, NAME)}", {"context": self._context})
        return get_object(row, "WordPress's post")

    def _list_terms(self, row: Object) -> dict[str, list[int]]:
        """The ids of the terms in each taxonomy that this kind of post has."""
        lists = {field: row[field] for field in self._fields if isinstance(row.get(field), list)}
        return {
            field: [term for term in ids if isinstance(term, int) and not isinstance(term, bool)]
            for field, ids in lists.items()
            if isinstance(ids, list)
        }

    async def _name_terms(self, field: str, ids: Sequence[int]) -> dict[int, str]:
        """The terms with their names, in the order of the ids."""
        names: dict[int, str] = {}
        for start in range(0, len(ids), MAX_TERMS):
            some = ",".join(map(str, ids[start : start + MAX_TERMS]))
            wanted: Parameters = {"include": some, "per_page": MAX_TERMS, "_fields": "id,name"}
            names |= _read_terms(await self._api.get(f"/wp-json/wp/v2/{field}", wanted))
        return {term: names[term] for term in ids if term in names}

    async def _find_terms(self, field: str, names: Sequence[str], there: Mapping[int, str]) -> list[int]:
        """The terms of these names; where two on the post have the same one, both."""
        ids: list[int] = []
        for name in names:
            same = [term for term, other in there.items() if other.casefold() == name.casefold()]
            ids += same or [await self._find_or_make(field, name)]
        return list(dict.fromkeys(ids))

    async def _find_or_make(self, field: str, name: str) -> int:
        """The term with a name's slug, else one of that name.

        Asked to make "climate-policy", WordPress itself would put it beside "Climate policy".
        """
        path = f"/wp-json/wp/v2/{field}"
        if slug := make_slug(name):
            found = _read_terms(await self._api.get(path, {"slug": slug, "per_page": 1, "_fields": "id,name"}))
            if found:
                return next(iter(found))
        answer = await self._api.send("POST", path, {"name": name}, expected=frozenset({400}))
        body = get_object(answer.body, "WordPress's answer")
        if answer.status == 400 and body.get("code") == "term_exists":
            body = {"id": get_object(body.get("data"), "WordPress's answer").get("term_id")}
        made = find_id(body.get("id"))
        if not made.isdecimal():
            said = find_plain(body, "message")[:200]
            raise BadInput(f"WordPress does not take {name!r} as one of its {field}: {said or 'it does not say why'}.")
        return int(made)


def _to_present(row: Object, locale: str | None, terms: Mapping[str, Mapping[int, str]]) -> Present:
    names = {field: tuple(dict.fromkeys(found.values())) for field, found in terms.items()}
    return make_present(_to_event(row, locale), names, find_text(row, "modified_gmt"))


def _to_event(row: Object, locale: str | None) -> ArticleEvent:
    content = row.get("content")
    is_protected = isinstance(content, dict) and content.get("protected") is True
    return make_event(
        NAME,
        what="updated" if row.get("status") == "publish" and not is_protected else "withdrawn",
        id=find_id(row.get("id")),
        locale=locale,
        title=find_plain(row, "title", "rendered"),
        url=find_text(row, "link") or None,
        body=make_body("html", find_text(content, "rendered")) if isinstance(content, dict) else None,
        updated_at=find_moment(find_text(row, "modified_gmt")),
    )


def _read_terms(answer: JsonValue) -> dict[int, str]:
    rows = get_objects(answer, "WordPress's list of terms")
    return {int(found): find_plain(row, "name") for row in rows if (found := find_id(row.get("id"))).isdecimal()}
