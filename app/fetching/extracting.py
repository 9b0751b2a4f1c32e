"""Owns the step from a fetched page to the article in it."""

import codecs
import html
import logging
import re
from typing import Final

from app.domain.article import Article
from app.errors import BadArticle, BadFile
from app.fetching.cleaning import clean
from app.fetching.fetching import Page
from app.parsing.decoding import decode
from app.parsing.html_page import is_whole_page
from app.parsing.reading import read_article
from app.parsing.submission import Submission

_FIELDS: Final = {"text/html": "html", "text/plain": "text"}
_ENCODINGS: Final = frozenset(
    "utf-8 utf-16 utf-16-le utf-16-be cp1250 cp1251 cp1252 cp1253 cp1254 cp1255 cp1256 cp1257 cp1258 iso8859-2 "
    "iso8859-3 iso8859-4 iso8859-5 iso8859-6 iso8859-7 iso8859-8 iso8859-10 iso8859-13 iso8859-14 iso8859-15 "
    "iso8859-16 koi8-r koi8-u mac-roman gbk gb18030 gb2312 big5 euc_jp shift_jis iso2022_jp euc_kr".split()
)
"""What browsers read; Python knows others, and some of those take their time."""
_AS_BROWSERS: Final = {"iso8859-1": "cp1252", "ascii": "cp1252", "gb2312": "gb18030"}
_META: Final = re.compile(rb"<meta\b[^>]{0,200}?charset\s*=\s*[\"']?([\w.:-]{1,40})", re.IGNORECASE)
_LOOKED_AT: Final = 2_048
_MARKS: Final = (codecs.BOM_UTF8, codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
NOTHING_FOUND: Final = "No article was told from the rest of the page, so all of the page that readers see was read."


def extract(page: Page, *, title: str = "", id: str | None = None, url: str | None = None, max_words: int) -> Article:  # noqa: A002 - as submitted
    """The article in a page. Takes up to some seconds of computing: not for the event loop.

    Of a whole page it is what an extractor takes for the article; where that finds nothing, or the
    page is too large for it, our own reader decides, and a warning says so.

    Raises:
        BadArticle: there is no article in it, or it cannot be read in bounded time.
        TooLarge: more visible words than `max_words`.
    """
    text, warnings = _decode(page)
    field = _FIELDS.get(page.content_type, "markdown")
    if field == "html" and is_whole_page(text):
        found = _extract_whole(text)
        warnings += () if found else (NOTHING_FOUND,)
        text = found or text
    submission = Submission.model_validate({field: text, "title": title, "id": id, "url": url})
    article = read_article(submission, max_words=max_words)
    return article.model_copy(update={"runs": (), "warnings": (*warnings, *article.warnings)})


def _extract_whole(text: str) -> str | None:
    """The HTML of the article in a whole page, under the page's title; None where none is found."""
    cleaned = clean(text)
    if not cleaned.is_small:
        return None
    found = _ask_extractor(cleaned.html)
    return found and f"<title>{html.escape(cleaned.title)}</title>{found}"


def _ask_extractor(cleaned: str) -> str | None:
    """What trafilatura finds. Its fallbacks are left out: their time is not bounded by what is small."""
    import trafilatura  # noqa: PLC0415 - a fifth of a second, where pages are fetched only
    from lxml.etree import LxmlError  # type: ignore[import-untyped]  # noqa: PLC0415 - as above

    logging.getLogger("trafilatura").setLevel(logging.CRITICAL)  # it quotes what it meets
    try:
        return trafilatura.extract(cleaned, fast=True, output_format="html", include_comments=False)
    except (LxmlError, ValueError, LookupError, TypeError, AttributeError, RecursionError):
        return None  # a page that it stumbles over is one for our own reader


def _decode(page: Page) -> tuple[str, tuple[str, ...]]:
    """The text of a page, by its mark, its server's word or its own, else as a file is read; and what was guessed."""
    codec = _find_codec(page)
    if codec is not None and not page.body.startswith(_MARKS):
        return page.body.decode(codec, errors="replace"), ()
    try:
        decoded = decode(page.body, "the page")
    except BadFile as error:
        raise BadArticle(f"The page {error.problem}. Send the article itself as text or html.") from error
    return decoded.text, tuple(f"The page is {warning}" for warning in decoded.warnings)


def _find_codec(page: Page) -> str | None:
    named = page.charset
    if named is None and page.content_type == "text/html":
        meta = _META.search(page.body, 0, _LOOKED_AT)
        named = meta and meta[1].decode("ascii")
    if named is None:
        return None
    try:
        name = codecs.lookup(named).name
    except LookupError:
        return None
    name = _AS_BROWSERS.get(name, name)
    return name if name in _ENCODINGS else None
