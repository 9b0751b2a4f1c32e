"""Owns Markdown to visible text: blocks by CommonMark, written as HTML that is read like any other.

Going through HTML keeps one rule for what is visible: a hidden element around Markdown paragraphs hides them.
"""

import re
from collections.abc import Iterator

from markdown_it import MarkdownIt
from markdown_it.token import Token

from app.domain.article import Removed
from app.parsing.html_text import read_html
from app.parsing.markdown_offsets import Places, find_pieces
from app.parsing.plain_text import read_plain_text
from app.parsing.shortcodes import remove_shortcodes
from app.parsing.tracing import Fragment, Traced, assemble, compose
from app.parsing.visible import Visible

_MARKUP = re.compile(r"[\[\]!*_`<>&\\|~\n]|(?<=\n)[ \t]*+(?:[-+#]|\d{1,9}[.)])")
MAX_MARKUP = 200_000
"""Lines and characters that may begin markup: each costs the parser 10 to 20 microseconds."""
_SPECIAL = re.compile("[&<>]")
_ENTITIES = {"&": "&amp;", "<": "&lt;", ">": "&gt;"}

# `text_join` would hide which characters were written as escapes.
_PARSER = MarkdownIt("commonmark", {"html": True}).enable(["table", "strikethrough"]).disable("text_join")


def read_markdown(source: Traced) -> Visible:
    """The visible text of Markdown: link texts without addresses, code as its own lines, no images.

    Raises:
        BadArticle: HTML in it is nested too deeply to be read in bounded time.
    """
    bare, shortcodes = remove_shortcodes(source)
    if sum(1 for _ in _MARKUP.finditer(bare.text)) > MAX_MARKUP:
        plain = read_plain_text(source)
        warning = "The Markdown holds too much markup to be read in bounded time; it was read as plain text."
        return plain._replace(warnings=(*plain.warnings, warning))
    written = assemble(_write_html(bare.text), bare.text)
    visible = read_html(Traced(written.text, compose(written.stretches, bare.stretches)), whole_page=False)
    removed = visible.removed
    return visible._replace(
        removed=Removed(
            invisible_characters=removed.invisible_characters,
            hidden_elements=removed.hidden_elements,
            comments=removed.comments,
            shortcodes=shortcodes,
        )
    )


def _write_html(text: str) -> Iterator[Fragment]:
    places = Places(text)
    for token in _PARSER.parse(text):
        if token.type == "inline":
            yield from _write_inline(token, places)
        elif token.type in {"fence", "code_block"}:
            yield "<pre>\n", -1
            for line, at in places.find_lines(token):
                yield from _escape(line, at)
                yield "\n", -1
            yield "</pre>\n", -1
        elif token.type == "html_block":
            for line, at in places.find_lines(token):
                yield line, at
                yield "\n", -1
        elif token.hidden:
            yield "\n", -1
        elif token.tag:
            yield f"<{'/' if token.nesting < 0 else ''}{token.tag}>", -1


def _write_inline(token: Token, places: Places) -> Iterator[Fragment]:
    for child, at in find_pieces(token, places.find_lines(token)):
        if child.type in {"text", "text_special", "code_inline"}:
            yield from _escape(child.content, at)
        elif child.type == "softbreak":
            yield "\n", at
        elif child.type == "hardbreak":
            yield "<br>", -1
        elif child.type == "html_inline":
            yield child.content, at


def _escape(text: str, at: int) -> Iterator[Fragment]:
    done = 0
    for match in _SPECIAL.finditer(text):
        if match.start() > done:
            yield text[done : match.start()], at + done if at >= 0 else -1
        yield _ENTITIES[match[0]], at + match.start() if at >= 0 else -1
        done = match.end()
    if done < len(text):
        yield text[done:], at + done if at >= 0 else -1
