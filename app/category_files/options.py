"""Owns the `scopenote:` block of a definition: what an editor sets beyond the definition's words."""

from typing import Final

from app.category_files.fields import Fields
from app.category_files.pinned_rules import read_pinned_rules
from app.category_files.slugs import is_id
from app.domain.category import BoundaryExample
from app.domain.exclusion import ExclusionRule
from app.domain.value import Share, Value

KNOWN_OPTIONS: Final = (
    "aliases",
    "synonyms",
    "broader",
    "never_with",
    "threshold",
    "examples",
    "exclusions",
)
_MAX_EXAMPLE: Final = 4000


class Options(Value):
    """The block as read; `broader` and `never_with` are names still to be looked up."""

    aliases: tuple[str, ...] = ()
    synonyms: tuple[str, ...] = ()
    broader: tuple[str, ...] = ()
    never_with: tuple[str, ...] = ()
    threshold: Share | None = None
    examples: tuple[BoundaryExample, ...] = ()
    pinned: tuple[ExclusionRule, ...] = ()


def read_options(fields: Fields, category_id: str) -> Options:
    """The block under `scopenote`; all defaults where there is none.

    Raises:
        BadFile: a field is unknown or wrong; the text names it, its line and a remedy.
    """
    block = fields.get_mapping("scopenote")
    if block is None:
        return Options()
    block.refuse_unknown(KNOWN_OPTIONS)
    return Options(
        aliases=_read_aliases(block),
        synonyms=block.get_texts("synonyms"),
        broader=block.get_texts("broader"),
        never_with=block.get_texts("never_with"),
        threshold=block.get_number("threshold"),
        examples=tuple(_read_example(entry) for entry in block.get_mappings("examples")),
        pinned=read_pinned_rules(block, category_id),
    )


def _read_aliases(block: Fields) -> tuple[str, ...]:
    aliases = block.get_texts("aliases")
    for alias in aliases:
        if not is_id(alias):
            raise block.refuse("aliases", f"{alias[:80]!r} cannot be an id", "Name former ids, such as `old-name`.")
    return aliases


def _read_example(entry: Fields) -> BoundaryExample:
    entry.refuse_unknown(("text", "applies", "reason"))
    text = entry.get_text("text")
    if not text or len(text) > _MAX_EXAMPLE:
        problem = "is missing" if not text else f"has {len(text)} characters, more than {_MAX_EXAMPLE}"
        raise entry.refuse("text", problem, "Quote a sentence or a paragraph from near the category's edge.")
    return BoundaryExample(text=text, applies=entry.get_flag("applies"), reason=entry.get_text("reason"))
