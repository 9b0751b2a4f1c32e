"""Owns an article's parts that every CMS has in one form or another: body, tags, address."""

from collections.abc import Callable, Mapping
from urllib.parse import quote

from pydantic import JsonValue

from app.cms.adapters.payload import Place, find_address, find_text, list_items, refuse, step
from app.cms.options import FORMATS, fill_template, list_holes, read_choice, read_text
from app.domain.article_event import Body
from app.domain.source import Source
from app.errors import BadArticle, BadPayload
from app.parsing.contentful_text import read_contentful_text
from app.parsing.lexical import read_lexical
from app.parsing.portable_text import read_portable_text
from app.parsing.strapi_blocks import read_strapi_blocks

RICH: Mapping[str, Callable[[JsonValue], str]] = {
    "portable_text": read_portable_text,
    "contentful": read_contentful_text,
    "strapi_blocks": read_strapi_blocks,
    "lexical": read_lexical,
}
"""Rich text by the name of its form."""

BODIES = ("html", "markdown", "text", *RICH)
"""The names under which `find_named_body` looks."""


def find_plain_body(place: Place, source: Source, default: str) -> Body | None:
    """A body that is text, in the form that option `format` names, else in the CMS's usual one."""
    content = find_text(place, None)
    if content is None:
        return None
    chosen = read_choice(source, "format", FORMATS, default)
    if chosen == "html":
        return Body(format="html", content=content)
    return Body(format="markdown" if chosen == "markdown" else "text", content=content)


def read_rich_body(place: Place, form: str) -> Body:
    """Rich text as HTML.

    Raises:
        BadPayload: it has too many nodes to be read.
    """
    try:
        return Body(format="html", content=find_text(Place(RICH[form](place.value), place.path), None) or "")
    except BadArticle as error:
        raise BadPayload(f"{place.path}: {error}") from error


def find_mixed_body(place: Place, source: Source, default: str, form: str) -> Body | None:
    """A body that is text or rich text, as its editors chose when they made the field.

    Raises:
        BadPayload: it is neither.
    """
    if isinstance(place.value, list | dict):
        return read_rich_body(place, form)
    return find_plain_body(place, source, default)


def find_named_body(data: Place) -> Body | None:
    """The body under the name of its form: html, markdown, text, or a form of rich text."""
    content = find_text(step(data, "html"), None)
    if content is not None:
        return Body(format="html", content=content)
    content = find_text(step(data, "markdown"), None)
    if content is not None:
        return Body(format="markdown", content=content)
    content = find_text(step(data, "text"), None)
    if content is not None:
        return Body(format="text", content=content)
    rich = (step(data, form) for form in RICH)
    return next(
        (read_rich_body(place, place.path.rpartition(".")[2]) for place in rich if place.value is not None), None
    )


def find_names(place: Place) -> tuple[str, ...] | None:
    """The names of tags, whether the list holds names or things that have one; None where it does not tell them.

    Raises:
        BadPayload: it is no list, or holds something else.
    """
    if place.value is None:
        return None
    names = []
    for item in list_items(place):
        if isinstance(item.value, dict):
            name = find_text(step(item, "name")) or find_text(step(item, "title"))
        elif isinstance(item.value, str):
            name = find_text(item)
        else:
            raise refuse(item, "text, or an object with a name")
        if not name:
            return None
        names.append(name)
    return tuple(names)


def find_related_names(place: Place) -> tuple[str, ...] | None:
    """As `find_names`, where a CMS may also send ids, counts or changes in the field: those tell no names."""
    if not isinstance(place.value, list) or not all(isinstance(item, dict | str) for item in place.value):
        return None
    return find_names(place)


def build_address(source: Source, fields: Place, known: Mapping[str, str | None]) -> str | None:
    """The article's address by the source's option `url`, None where it has none or a value in it is missing.

    Its {names} are those of `known`, else fields of the payload that hold text or a number.

    Raises:
        BadPayload: the template gives no address.
    """
    template = read_text(source, "url")
    if not template:
        return None
    values = {name: known[name] if name in known else _find_plain(step(fields, name)) for name in list_holes(template)}
    quoted = {name: quote(value, safe="/", errors="replace") if value else None for name, value in values.items()}
    return find_address(Place(fill_template(template, quoted), f"{fields.path or 'payload'} (by option url)"))


def _find_plain(place: Place) -> str | None:
    if isinstance(place.value, int) and not isinstance(place.value, bool):
        return str(place.value)
    return find_text(place) if isinstance(place.value, str) else None
