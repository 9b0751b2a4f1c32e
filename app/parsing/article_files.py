"""Owns files to articles: which form a file is in, and what its front matter says about it."""

import re
from pathlib import PurePath

from pydantic import JsonValue, ValidationError

from app.domain.article import Article
from app.errors import BadFile
from app.parsing.decoding import decode
from app.parsing.front_matter import FrontMatter, read_front_matter
from app.parsing.reading import read_source
from app.parsing.sniffing import Form, find_form
from app.parsing.submission import Submission, is_web_address
from app.parsing.tracing import Traced, edit

_FORMS: dict[str, Form] = {
    ".md": "markdown", ".markdown": "markdown", ".mdx": "markdown", ".mkd": "markdown", ".mdown": "markdown",
    ".html": "html", ".htm": "html", ".xhtml": "html", ".txt": "text",
}  # fmt: skip
_MODULE_LINE = re.compile(r"^(?:import|export)\s[^\n]*(?:from\s|=|\{)[^\n]*$", re.MULTILINE)
"""MDX begins with lines of JavaScript."""
_ID_FIELDS = ("id", "ItemId", "itemid", "item_id")
"""A slug is none: sections and languages of one site share them."""
_URL_FIELDS = ("url", "canonical_url", "permalink")


def read_article_file(data: bytes, name: str, *, max_words: int | None = None) -> Article:
    """The article in a file; its runs lead into the decoded text of the whole file.

    The extension of `name` tells the form; without one ("-" for standard input) the content does. Of front
    matter only title, id and address are used: other fields are no part of what readers see.

    Raises:
        BadFile: not text, or front matter that cannot be read.
        BadArticle, TooLarge: as `app.parsing.reading.read_article`.
    """
    decoded = decode(data, name)
    form = _FORMS.get(PurePath(name).suffix.lower())
    front, warnings = _split(decoded.text, name, form)
    if front.format != "none" and form in {None, "text"}:
        form = find_form(front.body)
        form = "markdown" if form == "text" and not name.lower().endswith(".txt") else form
    form = form or find_form(front.body)
    submission = _submit(front, form, name)
    source = Traced(front.body, [(0, front.body_offset, len(front.body))] if front.body else [])
    if name.lower().endswith(".mdx"):
        source = edit(source, ((match.start(), match.end(), "") for match in _MODULE_LINE.finditer(front.body)))
    article = read_source(submission, source, max_words=max_words, templated=front.format != "none")
    return article.model_copy(update={"warnings": (*decoded.warnings, *front.warnings, *warnings, *article.warnings)})


def _split(text: str, name: str, form: Form | None) -> tuple[FrontMatter, tuple[str, ...]]:
    """Front matter and body. Text may begin with a rule of dashes; Markdown and HTML are held to be right."""
    try:
        return read_front_matter(text, name), ()
    except BadFile as error:
        if form in {"markdown", "html"}:
            raise
        problem = error.problem if error.line is None else f"line {error.line}: {error.problem}"
    whole = FrontMatter(format="none", fields={}, body=text, body_offset=0, body_line=1, lines={}, pointers={})
    return whole, (f"It begins like front matter but is read as text throughout ({problem}).",)


def _submit(front: FrontMatter, form: Form, name: str) -> Submission:
    url = _find_field(front, _URL_FIELDS)
    fields = {
        form: front.body,
        "title": _find_field(front, ("title", "Title")) or "",
        "id": _find_field(front, _ID_FIELDS),
        "url": url if url and is_web_address(url) else None,
    }
    try:
        return Submission.model_validate(fields)
    except ValidationError as error:
        first = error.errors()[0]
        field = str(first["loc"][0]) if first["loc"] else None
        line = front.lines.get(field) if field else None
        raise BadFile(name, first["msg"], "Shorten or mend it.", line=line, field=field) from error


def _find_field(front: FrontMatter, names: tuple[str, ...]) -> str | None:
    for name in names:
        value: JsonValue = front.fields.get(name)
        if isinstance(value, (str, int, float)) and not isinstance(value, bool) and str(value).strip():
            return str(value).strip()
    return None
