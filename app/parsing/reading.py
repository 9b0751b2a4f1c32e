"""Owns the way from a submission to an article."""

import hashlib

from pydantic import TypeAdapter

from app.domain.article import Article, Removed, Run, Sentence
from app.errors import BadArticle, TooLarge
from app.parsing.characters import mend
from app.parsing.headings import find_headings
from app.parsing.html_text import read_html
from app.parsing.markdown_text import read_markdown
from app.parsing.plain_text import read_plain_text
from app.parsing.sentences import split_sentences
from app.parsing.shortcodes import remove_shortcodes, remove_wordpress_shortcodes
from app.parsing.submission import Submission
from app.parsing.titles import choose_title
from app.parsing.tracing import Stretch, Traced, trace_whole
from app.parsing.visible import Visible

MAX_RUNS = 100_000
"""Runs of one article: no article has as many, and a hostile one shall not fill the memory."""
_SENTENCES = TypeAdapter(tuple[Sentence, ...])
_RUNS = TypeAdapter(tuple[Run, ...])


def read_article(submission: Submission, *, max_words: int | None = None) -> Article:
    """The article that readers see, ready to be quoted and classified.

    Raises:
        BadArticle: nothing that a reader sees is left, or the HTML cannot be read in bounded time.
        TooLarge: more visible words than `max_words`.
    """
    return read_source(submission, trace_whole(submission.source), max_words=max_words)


def read_source(
    submission: Submission, source: Traced, *, max_words: int | None = None, templated: bool = False
) -> Article:
    """The article of a submission whose body is `source`, a part of what its offsets lead to.

    `templated`: the HTML passes through a site generator before readers see it.
    """
    visible = _read_visible(submission, source, templated=templated)
    text = visible.traced.text
    if not visible.blocks:
        raise BadArticle(_say_what_was_removed(visible.removed))
    words = len(text.split())
    if max_words is not None and words > max_words:
        raise TooLarge(
            f"The article has {words:,} words; at most {max_words:,} are read. "
            "Submit a shorter part of it, or raise SCOPENOTE_MAX_WORDS."
        )
    visible = _mark_headings(visible)
    title, title_warnings = choose_title(submission.title, visible)
    runs, run_warnings = _list_runs(visible.traced.stretches)
    return Article(
        id=submission.id,
        title=title,
        url=submission.url,
        text=text,
        digest=get_digest(title, text),
        sentences=_number_sentences(visible),
        runs=runs,
        removed=visible.removed,
        warnings=(*visible.warnings, *title_warnings, *run_warnings),
    )


def get_digest(title: str, text: str) -> str:
    """What tells two articles apart: SHA-256 of the title, a line with a NUL, and the text, in UTF-8."""
    return "sha256:" + hashlib.sha256(f"{title}\n\0\n{text}".encode()).hexdigest()


def _read_visible(submission: Submission, source: Traced, *, templated: bool) -> Visible:
    mended, removed, broken = mend(source)
    if submission.html is not None:
        remove = remove_shortcodes if templated else remove_wordpress_shortcodes
        bare, shortcodes = remove(mended)
        visible = read_html(bare)
    elif submission.markdown is not None:
        visible, shortcodes = read_markdown(mended), 0
    else:
        visible, shortcodes = read_plain_text(mended), 0
    counts = visible.removed
    warnings = visible.warnings
    if broken:
        warnings = (*warnings, f"{broken:,} broken characters (lone surrogates) were replaced by U+FFFD.")
    return visible._replace(
        removed=Removed(
            invisible_characters=counts.invisible_characters + removed,
            hidden_elements=counts.hidden_elements,
            comments=counts.comments,
            shortcodes=counts.shortcodes + shortcodes,
        ),
        warnings=warnings,
    )


def _mark_headings(visible: Visible) -> Visible:
    """Blocks whose form does not tell whether they are headings, told by their words."""
    if all(block.heading is not None for block in visible.blocks):
        return visible
    text = visible.traced.text
    found = find_headings([text[block.start : block.end] for block in visible.blocks])
    blocks = (block._replace(heading=heading) for block, heading in zip(visible.blocks, found, strict=True))
    return visible._replace(blocks=tuple(blocks))


def _number_sentences(visible: Visible) -> tuple[Sentence, ...]:
    found = (
        (paragraph, block, start, end)
        for paragraph, block in enumerate(visible.blocks, start=1)
        for start, end in split_sentences(visible.traced.text[block.start : block.end])
    )
    return _SENTENCES.validate_python(
        [
            {
                "number": number,
                "start": block.start + start,
                "end": block.start + end,
                "paragraph": paragraph,
                "heading": bool(block.heading),
            }
            for number, (paragraph, block, start, end) in enumerate(found, start=1)
        ]
    )


def _list_runs(stretches: list[Stretch]) -> tuple[tuple[Run, ...], tuple[str, ...]]:
    """The longest MAX_RUNS stretches in order, and a warning where there are more."""
    warnings: tuple[str, ...] = ()
    if len(stretches) > MAX_RUNS:
        kept = sorted(stretches, key=lambda stretch: -stretch[2])[:MAX_RUNS]
        warnings = (f"Of {len(stretches):,} stretches of text, {MAX_RUNS:,} can be shown where they were submitted.",)
        stretches = sorted(kept)
    runs = [{"start": start, "source": source, "length": length} for start, source, length in stretches]
    return _RUNS.validate_python(runs), warnings


def _say_what_was_removed(removed: Removed) -> str:
    counted = (
        (removed.invisible_characters, "invisible characters"),
        (removed.hidden_elements, "hidden elements"),
        (removed.comments, "comments"),
        (removed.shortcodes, "shortcodes"),
    )
    left_out = ", ".join(f"{count:,} {name}" for count, name in counted if count)
    what = f"; left out were {left_out}" if left_out else ""
    return f"The article has no text that a reader would see{what}. Submit the words of the article."
