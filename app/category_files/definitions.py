"""Owns the definition: what one file or list entry says, before other categories are known."""

import hashlib
import json
from typing import Final

from app.category_files.exclusions.grammar import compile_exclusion
from app.category_files.fields import Fields
from app.category_files.instructions import Instructions, read_instructions
from app.category_files.links import Link
from app.category_files.options import Options, read_options
from app.category_files.pinned_rules import names_derived, replace_derived
from app.category_files.source_lines import find_source_lines
from app.domain.category import Category, Kind, ReadingNote, Topic
from app.domain.exclusion import ExclusionRule
from app.domain.value import Value
from app.errors import BadFile

_MAX_TITLE: Final = 300
_MAX_ITEMS: Final = 300
_MAX_ITEM: Final = 4000
_KINDS: Final[dict[str, Kind]] = {
    "tags": "tags",
    "tag": "tags",
    "categories": "categories",
    "category": "categories",
    "concepts": "concepts",
    "concept": "concepts",
}


class Reference(Value):
    """Another category named in a field, and where."""

    name: str
    line: int | None
    field: str


class Definition(Value):
    """A category that knows only itself: its links are names, still to be looked up.

    `line` is where its own words begin in the file, for remarks about them.
    """

    category: Category
    broader: tuple[Reference, ...] = ()
    never_with: tuple[Reference, ...] = ()
    aliases: tuple[Reference, ...] = ()
    links: tuple[Link, ...] = ()
    notes: tuple[ReadingNote, ...] = ()
    line: int | None = None


class Wording(Value):
    """The texts of a definition, wherever they were given."""

    title: str
    kind: Kind
    scope: str = ""
    topics: tuple[str, ...] = ()
    exclusions: tuple[str, ...] = ()
    instructions: str = ""
    description: str = ""
    abstract: str = ""
    synonyms: tuple[str, ...] = ()


def find_kind(name: str) -> Kind | None:
    """The kind that a word or folder name stands for, in the singular or plural, or None."""
    return _KINDS.get(name.strip().casefold())


def get_title(fields: Fields) -> str:
    """The title, which every definition must have.

    Raises:
        BadFile: it is missing, too long or more than a line.
    """
    title = fields.get_text("title")
    if not title:
        raise fields.refuse("title", "is missing", "Give the category a title, as readers should see it.")
    if len(title) > _MAX_TITLE or "\n" in title:
        raise fields.refuse("title", "is no title", f"Keep it to one line of at most {_MAX_TITLE} characters.")
    return title


def read_references(fields: Fields, name: str, path: str = "") -> tuple[Reference, ...]:
    """The categories that a field names; `path` stands before the field's name in messages."""
    line = fields.find_line(name)
    return tuple(Reference(name=text, line=line, field=f"{path}{name}") for text in fields.get_texts(name))


def compose_definition(
    category_id: str, wording: Wording, fields: Fields, *, source: str, links: tuple[Link, ...] = ()
) -> Definition:
    """Put a definition together from its texts and its other fields; `source` is the file's text.

    Raises:
        BadFile: a field is wrong, or there is more of something than a person would write.
    """
    options = read_options(fields, category_id)
    parts = read_instructions(wording.instructions)
    category = _compose_category(category_id, wording, parts, options, fields).model_copy(
        update={"digest": _digest(category_id, wording, options, fields.get_texts("broader"), links)}
    )
    block = fields.get_mapping("scopenote")
    line = fields.find_line("instructions")
    return Definition(
        category=category,
        broader=read_references(fields, "broader") + (read_references(block, "broader", "scopenote.") if block else ()),
        never_with=read_references(block, "never_with", "scopenote.") if block else (),
        aliases=read_references(block, "aliases", "scopenote.") if block else (),
        links=links,
        notes=_note_remarks(category, wording, parts, source, line or fields.find_line() or 1),
        line=line or fields.find_line("title"),
    )


def _compose_category(
    category_id: str, wording: Wording, parts: Instructions, options: Options, fields: Fields
) -> Category:
    topics = (*wording.topics, *(item.text for item in parts.topics))
    exclusions = (*wording.exclusions, *(item.text for item in parts.exclusions))
    _refuse_excess(topics, exclusions, fields)
    return Category(
        id=category_id,
        title=wording.title,
        kind=wording.kind,
        scope="\n\n".join(text for text in (wording.scope, parts.scope) if text) or _find_fallback(wording),
        topics=tuple(Topic(id=f"{category_id}#t{n}", text=text) for n, text in enumerate(topics, start=1)),
        exclusions=_compile(exclusions, category_id, wording.title, options, fields),
        summary=parts.summary,
        description=wording.description or wording.abstract,
        synonyms=tuple(dict.fromkeys((*wording.synonyms, *options.synonyms))),
        aliases=options.aliases,
        threshold=options.threshold,
        examples=options.examples,
        source=fields.file,
    )


def _find_fallback(wording: Wording) -> str:
    """Without a scope of its own, a definition is about what its abstract or description says."""
    return wording.abstract or wording.description


def _refuse_excess(topics: tuple[str, ...], exclusions: tuple[str, ...], fields: Fields) -> None:
    for what, items in (("topics", topics), ("exclusions", exclusions)):
        line = fields.find_line("instructions") or fields.find_line(what)
        if len(items) > _MAX_ITEMS:
            problem = f"there are {len(items)} {what}, more than {_MAX_ITEMS}"
            raise BadFile(fields.file, problem, "Divide the category into several.", line=line, field=what)
        if too_long := next((item for item in items if len(item) > _MAX_ITEM), None):
            problem = f"{too_long[:60]!r} has {len(too_long)} characters, more than {_MAX_ITEM}"
            raise BadFile(
                fields.file, problem, "Put each of the things it names in its own bullet.", line=line, field=what
            )


def _compile(
    texts: tuple[str, ...], category_id: str, title: str, options: Options, fields: Fields
) -> tuple[ExclusionRule, ...]:
    derived = tuple(
        compile_exclusion(text, rule_id=f"{category_id}#x{number}", category_title=title)
        for number, text in enumerate(texts, start=1)
    )
    known = {rule.id for rule in derived}
    for rule in options.pinned:
        if names_derived(rule) and rule.id not in known:
            number = rule.id.rpartition("#x")[2]
            problem = f"the id 'x{number}' names exclusion {number}, but the definition has {len(derived)}"
            line = fields.find_line("scopenote")
            raise BadFile(
                fields.file, problem, "Give the rule a name of its own.", line=line, field="scopenote.exclusions"
            )
    return replace_derived(derived, options.pinned)


def _digest(
    category_id: str, wording: Wording, options: Options, broader: tuple[str, ...], links: tuple[Link, ...]
) -> str:
    """One digest for one meaning: notation, encoding, line ends and fields not read do not count."""
    read = {
        "id": category_id,
        "wording": wording.model_dump(mode="json"),
        "options": options.model_dump(mode="json"),
        "broader": broader,
        "links": sorted({(link.slug, link.text) for link in links}),
    }
    canonical = json.dumps(read, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return f"sha256:{hashlib.sha256(canonical.encode()).hexdigest()}"


def _note_remarks(
    category: Category, wording: Wording, parts: Instructions, source: str, line: int
) -> tuple[ReadingNote, ...]:
    if not wording.instructions and not (wording.scope or wording.topics):
        basis = "its description or abstract" if category.scope else "nothing but its title"
        message = f"no Instructions: the category is known by {basis}. Write what it covers and what it does not."
        return (ReadingNote(category_id=category.id, file=category.source, line=line, message=message),)
    if not parts.remarks:
        return ()
    lines = find_source_lines(wording.instructions, [remark.line for remark in parts.remarks], source, line)
    return tuple(
        ReadingNote(
            category_id=category.id, file=category.source, line=lines.get(remark.line, line), message=remark.message
        )
        for remark in parts.remarks
    )
