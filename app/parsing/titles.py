"""Owns which title an article bears."""

from app.parsing.characters import mend, normalise
from app.parsing.headings import looks_like_title
from app.parsing.tracing import trace_whole
from app.parsing.visible import Visible

MAX_LENGTH = 300


def choose_title(submitted: str, visible: Visible) -> tuple[str, tuple[str, ...]]:
    """The submitted title in normal form, else the document's own, else the first line that looks like one.

    Second come warnings: a title over MAX_LENGTH characters is cut.
    """
    title = clean_title(submitted) or clean_title(visible.title) or _find_title(visible)
    if len(title) <= MAX_LENGTH:
        return title, ()
    cut = title[: MAX_LENGTH - 1].rstrip() + "…"
    return cut, (f"The title has {len(title):,} characters; it was cut to {MAX_LENGTH}.",)


def clean_title(title: str) -> str:
    """A title in normal form, on one line."""
    mended, _, _ = mend(trace_whole(title))
    return " ".join(normalise(mended).traced.text.split())


def _find_title(visible: Visible) -> str:
    text = visible.traced.text
    heading = next((text[block.start : block.end] for block in visible.blocks if block.heading), "")
    if heading:
        return clean_title(heading)
    first = text[visible.blocks[0].start : visible.blocks[0].end]
    return clean_title(first) if len(visible.blocks) > 1 and looks_like_title(first) else ""
