"""Owns the loading of a taxonomy from disk: all of it, or a refusal that says what to mend."""

import hashlib
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from app.category_files.definitions import Definition
from app.category_files.finding import Found, Passed, find_definitions
from app.category_files.linking import link_definitions
from app.category_files.list_definitions import read_list_definitions
from app.category_files.markdown_definitions import describes_category, read_markdown_definition
from app.domain.category import Category, ReadingNote, Taxonomy
from app.errors import BadFile

_MAX_DEFINITION_BYTES: Final = 2 * 1024 * 1024
_MAX_LIST_BYTES: Final = 32 * 1024 * 1024
_MAX_CATEGORIES: Final = 20_000
_LISTS: Final = (".yaml", ".yml", ".json")


def load_taxonomy(path: Path) -> Taxonomy:
    """The taxonomy in a folder of Markdown definitions and lists, or in one file.

    The version depends on what the definitions say, and neither on where the folder lies nor on
    the order, names or notation of its files.

    Raises:
        BadFile: a file cannot be used, two categories share an id, links do not hold, or there is
            no category at all. The first thing found is told; nothing is loaded in part.
    """
    try:
        return _load(path)
    except BadFile as error:
        file = (path if path.is_dir() else path.parent) / error.path
        where = file if file.is_file() else error.path
        raise BadFile(where, error.problem, error.remedy, line=error.line, field=error.field) from error


def _load(path: Path) -> Taxonomy:
    found, passed = _find(path)
    definitions: list[Definition] = []
    headings: list[Passed] = []
    for file in found:
        read = _read(file)
        definitions += read
        if file.role == "heading" and not read:
            reason = "is the page of its folder, and has neither Instructions nor a ClassificationType"
            headings.append(Passed(file=file.file, name=file.name, reason=reason))
        if len(definitions) > _MAX_CATEGORIES:
            raise BadFile(path, f"holds more than {_MAX_CATEGORIES} categories", "Divide the taxonomy.")
    if not definitions:
        remedy = "Put one Markdown file per category there, with `title:` and `Instructions:` between --- lines."
        raise BadFile(path, "holds no category definitions", remedy)
    _refuse_shared_ids(definitions)
    categories, notes = link_definitions(definitions)
    return Taxonomy(
        categories=categories, version=_compute_version(categories), notes=_order(notes) + _tell((*passed, *headings))
    )


def _find(path: Path) -> tuple[tuple[Found, ...], tuple[Passed, ...]]:
    if path.is_dir():
        return find_definitions(path)
    if not path.is_file():
        raise BadFile(path, "is not there", "Give a folder of category definitions, or a list of them in one file.")
    role = "list" if path.suffix.lower() in _LISTS else "definition"
    name = path.resolve().parent.name if path.stem in {"index", "_index"} else path.stem
    return (Found.model_validate({"path": path, "file": path.name, "name": name, "section": None, "role": role}),), ()


def _read(found: Found) -> Sequence[Definition]:
    if found.role == "list":
        return read_list_definitions(_read_bytes(found, _MAX_LIST_BYTES), found.file)
    data = _read_bytes(found, _MAX_DEFINITION_BYTES)
    if found.role == "heading" and not describes_category(data, found.file):
        return ()
    return (read_markdown_definition(data, found.file, name=found.name, section=found.section),)


def _read_bytes(found: Found, limit: int) -> bytes:
    try:
        with found.path.open("rb") as file:
            data = file.read(limit + 1)
    except OSError as error:
        reason = error.strerror or str(error)
        raise BadFile(found.file, f"cannot be read: {reason}", "Check the file and its permissions.") from error
    if len(data) > limit:
        raise BadFile(
            found.file, f"is larger than {limit // 1024} kB", "Is it a definition? Divide it, or move it away."
        )
    return data


def _refuse_shared_ids(definitions: Sequence[Definition]) -> None:
    taken: dict[str, Category] = {}
    for category in (definition.category for definition in definitions):
        if other := taken.get(category.id):
            places = f"{other.source} and {category.source}"
            where = places if other.source != category.source else f"{other.title!r} and {category.title!r}"
            remedy = "Give one of them another `slug:` (in a list: `id:`)."
            raise BadFile(category.source, f"the id {category.id!r} is given twice, by {where}", remedy)
        taken[category.id] = category


def _compute_version(categories: Sequence[Category]) -> str:
    together = hashlib.sha256()
    for category in categories:
        together.update(f"{category.id}\0{category.digest}\n".encode())
    return f"sha256:{together.hexdigest()}"


def _order(notes: Sequence[ReadingNote]) -> tuple[ReadingNote, ...]:
    return tuple(sorted(notes, key=lambda note: (note.file, note.line or 0)))


def _tell(passed: Sequence[Passed]) -> tuple[ReadingNote, ...]:
    return tuple(
        ReadingNote(category_id=file.name, file=file.file, line=None, message=f"not read: {file.reason}")
        for file in passed
    )
