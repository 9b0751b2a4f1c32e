"""Owns reading a CMS's answer: every part in the type that it should have, or a refusal that names it."""

import hashlib
import re
from collections.abc import Mapping
from datetime import UTC, datetime
from html import unescape
from typing import Any, Final, Literal
from urllib.parse import quote

from pydantic import JsonValue, ValidationError

from app.cms.options import fill_template
from app.domain.article_event import ArticleEvent, Body
from app.errors import BadArticle, BadInput, NotKept
from app.parsing.strapi_blocks import read_strapi_blocks

_ID: Final = re.compile(r"[A-Za-z0-9_-]{1,200}")
MAX_TITLE: Final = 2_000

Object = dict[str, JsonValue]


def check_id(given: str, cms: str) -> str:
    """An id that may stand in a path as it is.

    Raises:
        NotKept: it holds what no id of these CMSs does.
    """
    if not _ID.fullmatch(given):
        raise NotKept(f"{cms} has no article {given[:100]!r}: its ids are letters and digits.")
    return given


def get_object(value: JsonValue, what: str) -> Object:
    """A JSON object; `what` names it in the refusal.

    Raises:
        BadInput: it is something else.
    """
    if not isinstance(value, dict):
        raise BadInput(f"{what} is no JSON object. Is the source's address that of the CMS's API?")
    return value


def get_objects(value: JsonValue, what: str) -> list[Object]:
    """A list of JSON objects.

    Raises:
        BadInput: it is something else.
    """
    if not isinstance(value, list):
        raise BadInput(f"{what} is no JSON list. Is the source's address that of the CMS's API?")
    return [get_object(part, what) for part in value]


def find_text(value: JsonValue, *path: str) -> str:
    """The text at a path of keys, "" where there is none; without what a database cannot keep."""
    for key in path:
        value = value.get(key) if isinstance(value, dict) else None
    return value.replace("\0", "\ufffd") if isinstance(value, str) else ""


def find_id(value: JsonValue) -> str:
    """An id as text, "" where it is neither text nor a whole number."""
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    return value if isinstance(value, str) else ""


def find_plain(value: JsonValue, *path: str) -> str:
    """The text at a path, on one line and without the entities that a CMS writes titles and names with."""
    return " ".join(unescape(find_text(value, *path)).split())


def find_moment(text: str) -> datetime | None:
    """A moment, in UTC where it says no zone; None where it is none, or none that can be reckoned with."""
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    if not 1000 < moment.year < 9000:
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def find_words(value: JsonValue) -> tuple[str, ...] | None:
    """A list of texts without empty ones and repetitions, as a field of tags holds it; None where it is no such list.

    A field that is null holds none.
    """
    if value is None:
        return ()
    if not isinstance(value, list) or not all(isinstance(word, str) for word in value):
        return None
    return tuple(dict.fromkeys(word for word in value if isinstance(word, str) and word))


def make_body(form: Literal["html", "markdown", "text"], content: str) -> Body:
    """A body of a form."""
    return Body(format=form, content=content)


def make_event(cms: str, **parts: Any) -> ArticleEvent:  # noqa: ANN401 - the event's own fields
    """An event of these parts.

    Raises:
        BadInput: one of them is not what an event can hold.
    """
    parts["title"] = str(parts.get("title", ""))[:MAX_TITLE]
    try:
        return ArticleEvent.model_validate(parts)
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(map(str, first["loc"]))
        raise BadInput(f"{cms} answers with an article whose {place!r} cannot be used: {first['msg']}.") from error


def find_address(template: str, fields: Mapping[str, JsonValue]) -> str | None:
    """An article's address from a template such as "https://example.org/{slug}"; None where a field is missing."""
    found = {name: find_id(value) for name, value in fields.items() if f"{{{name}}}" in template}
    quoted = {name: quote(value, safe="/", errors="replace") or None for name, value in found.items()}
    return fill_template(template, quoted) or None


def find_body(value: JsonValue, form: str) -> Body:
    """A field's text in the form that it is in; a list of Strapi's blocks is turned into HTML.

    Raises:
        BadInput: there are too many of them.
    """
    if isinstance(value, list):
        try:
            return make_body("html", read_strapi_blocks(value))
        except BadArticle as error:
            raise BadInput(f"The article's body cannot be read: {error}") from error
    text = find_text(value)
    return make_body("html" if form == "html" else "markdown" if form == "markdown" else "text", text)


def digest(*parts: str) -> str:
    """A version for what has none of its own."""
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()[:32]


def spell(name: str) -> list[str]:
    """A tag's name as it may be spelled there already: words apart, or joined by hyphens."""
    return list(dict.fromkeys((name, re.sub(r"[-_]+", " ", name), re.sub(r"\s+", "-", name))))
