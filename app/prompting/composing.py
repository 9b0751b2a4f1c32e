"""Owns the composing of a prompt from its files, the definitions and one article."""

import hashlib
import hmac
from pathlib import Path

import jinja2

from app.domain.article import Article
from app.domain.category import Category
from app.domain.value import Value
from app.errors import BadFile

INSTRUCTIONS = "instructions.j2"
ARTICLE = "article.j2"


class Prompt(Value):
    """What a model is told: `instructions` for all articles alike, then `article` for this one."""

    instructions: str
    article: str


class Composer:
    """Prompts from one folder. `version` is a digest over its templates.

    The system message depends on the categories alone and is byte-identical from article to
    article, so that providers' prefix caches hit; the article comes last, inside a fence whose
    nonce is a keyed hash of the article: the same article gives the same prompt, and an author
    who does not know `secret` cannot write the closing fence.

    Raises:
        BadFile: a template is missing or does not parse.
    """

    def __init__(self, folder: Path, *, secret: bytes) -> None:
        self._secret = secret
        environment = jinja2.Environment(  # noqa: S701 - plain text for a model, never a page
            loader=jinja2.FileSystemLoader(folder),
            undefined=jinja2.StrictUndefined,
            keep_trailing_newline=True,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        try:
            self._instructions = environment.get_template(INSTRUCTIONS)
            self._article = environment.get_template(ARTICLE)
        except jinja2.TemplateSyntaxError as error:
            raise BadFile(
                folder / (error.name or ""), f"not a template: {error.message}", "Mend it.", line=error.lineno
            ) from error
        except jinja2.TemplateNotFound as error:
            raise BadFile(folder / str(error.name), "is missing", "Restore it or set SCOPENOTE_PROMPTS.") from error
        sources = [(folder / name).read_bytes() for name in (INSTRUCTIONS, ARTICLE)]
        self.version = "sha256:" + hashlib.sha256(b"\0".join(sources)).hexdigest()

    def compose(self, article: Article, categories: tuple[Category, ...]) -> Prompt:
        """The prompt that asks about one article and these categories, in their order."""
        nonce = hmac.new(self._secret, article.digest.encode(), hashlib.sha256).hexdigest()[:16]
        sentences = [(sentence.number, article.quote(sentence)) for sentence in article.sentences]
        return Prompt(
            instructions=self._instructions.render(categories=categories),
            article=self._article.render(title=article.title, sentences=sentences, nonce=nonce),
        )
