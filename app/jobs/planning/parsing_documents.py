"""Owns the step from a source's documents to articles: one that cannot be read does not stop the others."""

import logging
from collections.abc import Sequence
from pathlib import PurePath

from app.domain.article import Article
from app.errors import BadFile, BadInput
from app.jobs.planning.json_lines import LINES, read_line
from app.jobs.planning.legibility import refuse_rubbish
from app.jobs.planning.sources import Document
from app.parsing.article_files import read_article_file
from app.parsing.reading import read_article

log = logging.getLogger(__name__)


def parse_documents(documents: Sequence[Document], max_words: int | None) -> list[Article | BadFile]:
    """The article of each document, or why there is none."""
    return [_parse(document, max_words) for document in documents]


def _parse(document: Document, max_words: int | None) -> Article | BadFile:
    try:
        if _is_line(document):
            return read_article(read_line(document.data, document.name), max_words=max_words)
        refuse_rubbish(document.data, document.name)
        return read_article_file(document.data, document.name, max_words=max_words)
    except BadFile as error:
        return error
    except BadInput as error:
        problem, _, remedy = str(error).partition(". ")
        return BadFile(document.name, problem.removesuffix("."), remedy)
    except Exception as error:  # a fault of ours about one article must not cost the others
        log.exception("an article could not be parsed")
        return BadFile(document.name, f"cannot be parsed ({type(error).__name__})", "Leave it out, and report this.")


def _is_line(document: Document) -> bool:
    """Whether it is a line of a file: its name goes on behind the file's ending."""
    return document.path is None and PurePath(document.name.rpartition(":")[0]).suffix.lower() in LINES
