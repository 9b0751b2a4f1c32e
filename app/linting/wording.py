"""Owns the question whether exclusions and topics are worded so that they can be checked."""

from collections.abc import Iterator

from app.domain.category import Category
from app.linting.findings import LintFinding, find_about


def find_uncheckable_exclusions(category: Category) -> Iterator[LintFinding]:
    """Exclusions that name nothing to look for, or that only judgement can settle."""
    for exclusion in category.exclusions:
        quoted = f"exclusion {exclusion.id} ({_shorten(exclusion.text)!r})"
        if exclusion.kind == "vague":
            message = f"{quoted} names nothing that could be looked for. Name topics, words or a condition."
            yield find_about(category, "vague_exclusion", "warning", message)
        elif exclusion.needs_judgement:
            message = (
                f"{quoted} can only be judged, not checked: where a judge leaves it open, articles go to review. "
                "Pin it under `scopenote: exclusions:` if words can tell."
            )
            yield find_about(category, "needs_judgement", "info", message)


def find_repeated_items(category: Category) -> Iterator[LintFinding]:
    """Topics or exclusions that say the same but for case and punctuation."""
    for what, items in (("topic", category.topics), ("exclusion", category.exclusions)):
        seen: dict[str, str] = {}
        for item in items:
            first = seen.setdefault(fold(item.text), item.id)
            if first != item.id:
                message = f"{what} {item.id} repeats {first} ({_shorten(item.text)!r}). Remove one."
                yield find_about(category, f"repeated_{what}", "warning", message)


def fold(text: str) -> str:
    """A text as it compares: case, spaces, emphasis and closing punctuation aside."""
    return " ".join(text.casefold().replace("*", "").replace("_", " ").split()).strip(" .;,:\"'“”")


def _shorten(text: str) -> str:
    return text if len(text) <= 80 else f"{text[:79]}…"
