"""Owns the reading of one Markdown definition: front matter, and links in the body."""

from app.category_files.definitions import (
    Definition,
    Wording,
    compose_definition,
    find_kind,
    get_title,
)
from app.category_files.fields import Fields
from app.category_files.links import find_links
from app.category_files.slugs import is_id, to_id
from app.domain.category import Kind, ReadingNote
from app.errors import BadFile
from app.parsing.decoding import decode
from app.parsing.front_matter import FrontMatter, read_front_matter


def read_markdown_definition(data: bytes, file: str, *, name: str, section: Kind | None) -> Definition:
    """The definition in a Markdown file.

    `name` (of the file or its folder) is the id where `slug` gives none; `section` (the folder
    above) is the kind where `ClassificationType` gives none.

    Raises:
        BadFile: the file cannot be read, lacks a title or has a field that is wrong.
    """
    decoded = decode(data, file)
    front = read_front_matter(decoded.text, file)
    if front.format == "none":
        remedy = (
            "Begin it with `title:` and the other fields between --- lines, or name it _something if it is no category."
        )
        raise BadFile(file, "has no front matter", remedy, line=1)
    fields = Fields(front.fields, file, {"": 1, **front.pointers})
    wording = _read_wording(fields, section)
    category_id = _find_id(fields, name)
    links = find_links(front.body, front.body_line) + find_links(wording.instructions, 1)
    definition = compose_definition(category_id, wording, fields, source=decoded.text, links=links)
    notes = [
        ReadingNote(category_id=category_id, file=file, line=None, message=message)
        for message in (*decoded.warnings, *front.warnings)
    ]
    return definition.model_copy(update={"notes": (*notes, *definition.notes)})


def describes_category(data: bytes, file: str) -> bool:
    """Whether a section's own page is a definition too, not only the heading of its folder.

    Raises:
        BadFile: the file cannot be read.
    """
    front: FrontMatter = read_front_matter(decode(data, file).text, file)
    fields = Fields(front.fields, file, front.pointers)
    return any(fields.has(name) for name in ("instructions", "classificationtype", "scopenote"))


def _read_wording(fields: Fields, section: Kind | None) -> Wording:
    title = get_title(fields)
    short_title = fields.get_text("short_title")
    return Wording(
        title=title,
        kind=_find_kind(fields) or section or "tags",
        instructions="\n".join(fields.get_text("instructions").splitlines()),
        description=fields.get_text("description"),
        abstract=fields.get_text("abstract"),
        synonyms=(short_title,) if short_title and short_title != title else (),
    )


def _find_kind(fields: Fields) -> Kind | None:
    given = fields.get_text("classificationtype")
    kind = find_kind(given)
    if given and kind is None:
        problem = f"{given[:80]!r} is not a kind of category"
        raise fields.refuse("classificationtype", problem, "Use tags, categories or concepts.")
    return kind or (find_kind(fields.get_text("kind")) if fields.has("kind") else None)


def _find_id(fields: Fields, name: str) -> str:
    slug = fields.get_text("slug")
    category_id = to_id(slug or name)
    if not is_id(category_id):
        field = "slug" if slug else None
        problem = f"{(slug or name)[:80]!r} holds nothing that an id can be made of"
        remedy = "Give it a `slug:` of letters, digits and hyphens."
        raise BadFile(fields.file, problem, remedy, line=fields.find_line("slug") if slug else None, field=field)
    return category_id
