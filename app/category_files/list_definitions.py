"""Owns the reading of a taxonomy that comes as one YAML or JSON list."""

from typing import Final

from app.category_files.definitions import (
    Definition,
    Wording,
    compose_definition,
    find_kind,
    get_title,
)
from app.category_files.fields import Fields
from app.category_files.slugs import is_id, slugify
from app.domain.category import Kind, ReadingNote
from app.errors import BadFile
from app.parsing.decoding import decode
from app.parsing.json_reading import read_json
from app.parsing.yaml_reading import read_yaml

KNOWN_FIELDS: Final = (
    "id",
    "title",
    "kind",
    "scope",
    "topics",
    "exclusions",
    "instructions",
    "description",
    "abstract",
    "broader",
    "synonyms",
    "scopenote",
)
_FORM: Final = "Write a list whose entries have `id:` and `title:`; name the file _something if it is no taxonomy."


def read_list_definitions(data: bytes, file: str) -> tuple[Definition, ...]:
    """The definitions in a list file, in its order.

    Raises:
        BadFile: it is no list of mappings, or an entry is wrong; the text gives the entry's
            number (from 1), its id, line and field.
    """
    decoded = decode(data, file)
    located = (read_json if file.lower().endswith(".json") else read_yaml)(decoded.text, file)
    if not isinstance(located.value, list):
        raise BadFile(file, "holds no list of categories", _FORM, line=1)
    root = Fields({"list": located.value}, file, _under_list(located.lines))
    entries = root.get_mappings("list")
    unknown = sorted({name for entry in entries for name in entry.names()} - set(KNOWN_FIELDS))
    definitions = tuple(_read_entry(entry, number, decoded.text) for number, entry in enumerate(entries, start=1))
    messages = list(decoded.warnings)
    if unknown:
        messages.append(f"fields that are not read: {', '.join(map(repr, unknown[:20]))}")
    if not messages or not definitions:
        return definitions
    first = definitions[0]
    notes = tuple(
        ReadingNote(category_id=first.category.id, file=file, line=None, message=message) for message in messages
    )
    return (first.model_copy(update={"notes": notes + first.notes}), *definitions[1:])


def _under_list(lines: dict[str, int]) -> dict[str, int]:
    return {"": 1, "/list": 1} | {f"/list{pointer}": line for pointer, line in lines.items()}


def _read_entry(entry: Fields, number: int, source: str) -> Definition:
    """One entry; what is wrong in it is told with its number and id."""
    category_id = ""
    try:
        category_id = _find_id(entry)
        return compose_definition(category_id, _read_wording(entry), entry, source=source)
    except BadFile as error:
        field = (error.field or "").partition("]")[2].lstrip(".") or None
        name = f"entry {number}" + (f" ({category_id})" if category_id else "")
        shown = f"{name}: {field}" if field else name
        raise BadFile(error.path, error.problem, error.remedy, line=error.line, field=shown) from error


def _find_id(entry: Fields) -> str:
    given = entry.get_text("id")
    category_id = given or slugify(get_title(entry))
    if not is_id(category_id):
        raise entry.refuse(
            "id", f"{category_id[:80]!r} cannot be an id", "Use letters, digits, hyphens, dots and colons."
        )
    return category_id


def _read_wording(entry: Fields) -> Wording:
    return Wording(
        title=get_title(entry),
        kind=_read_kind(entry),
        scope=entry.get_text("scope"),
        topics=entry.get_texts("topics"),
        exclusions=entry.get_texts("exclusions"),
        instructions="\n".join(entry.get_text("instructions").splitlines()),
        description=entry.get_text("description"),
        abstract=entry.get_text("abstract"),
        synonyms=entry.get_texts("synonyms"),
    )


def _read_kind(entry: Fields) -> Kind:
    given = entry.get_text("kind")
    kind = find_kind(given) if given else "tags"
    if kind is None:
        raise entry.refuse("kind", f"{given[:80]!r} is not a kind of category", "Use tags, categories or concepts.")
    return kind
