"""Owns the composing of a prompt from its files, the definitions and one article."""

import hashlib
import json
import re
from collections import OrderedDict
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from app.domain.article import Article
from app.domain.category import Category
from app.domain.value import Value
from app.prompting.check_ids import shorten
from app.prompting.fencing import compute_nonce, flatten
from app.prompting.phrasing import phrase_exclusion
from app.prompting.specimen import ARTICLE, CATEGORY
from app.prompting.templates import Templates

KEPT_DEFINITIONS: Final = 4096
KEPT_MESSAGES: Final = 64
"""System messages that are kept ready: one per fixed chunk of definitions, and the latest shortlists."""
_LAYOUT: Final = re.compile(r"#|[tx]\d+\s*:|Example,|\[\d")
_MAX_FAULT: Final = 600


class Prompt(Value):
    """What a model is told: `shared` is for all articles alike, then comes `article` for this one."""

    shared: str
    article: str


class Composer:
    """Prompts from one folder.

    `version` is a digest over all of its templates, and over what they make of a specimen: wording
    that is built in code counts as well. `instructions` is the system message without definitions.

    The system message depends on the categories alone and is byte-identical from article to
    article, so that providers' prefix caches hit; the article comes last, inside a fence whose
    nonce is a keyed hash of the article: the same article gives the same prompt, and an author
    who does not know `secret` cannot write the closing fence.

    Raises:
        BadFile: a template is missing, does not parse, or asks for what is not filled.
    """

    def __init__(self, folder: Path, *, secret: bytes) -> None:
        self._secret = secret
        self._templates = Templates(folder)
        self._definitions = _Kept(KEPT_DEFINITIONS)
        self._messages = _Kept(KEPT_MESSAGES)
        self.instructions = self._templates.render("instructions.j2", {"definitions": ""})
        self._try_all()
        self.version = _digest(self._templates.digest, self.shared_text((CATEGORY,)))

    def compose(
        self, article: Article, categories: Sequence[Category], sentences: Sequence[int] | None = None
    ) -> Prompt:
        """The prompt that asks about one article and these categories, in their order.

        `sentences` limits it to the sentences of these numbers; the prompt then says that others are left out.
        """
        return Prompt(shared=self.shared_text(categories), article=self.article_text(article, sentences))

    def shared_text(self, categories: Sequence[Category]) -> str:
        """The system message: instructions, then the definitions."""
        text = self._messages.find(categories)
        if text is None:
            definitions = "".join(self.definition_text(category) for category in categories)
            text = self._templates.render("instructions.j2", {"definitions": definitions})
            self._messages.keep(categories, text)
        return text

    def definition_text(self, category: Category) -> str:
        """One definition as it reaches the model: what is not in it cannot change an answer."""
        text = self._definitions.find((category,))
        if text is None:
            text = self._templates.render("definition.j2", _fill_definition(category))
            self._definitions.keep((category,), text)
        return text

    def article_text(self, article: Article, sentences: Sequence[int] | None = None) -> str:
        """The user message; numbers that the article does not have are passed over."""
        wanted = None if sentences is None else set(sentences)
        shown = [
            {"number": sentence.number, "text": flatten(article.quote(sentence)), "heading": sentence.heading}
            for sentence in article.sentences
            if wanted is None or sentence.number in wanted
        ]
        title = flatten(article.title)
        values = {
            "nonce": compute_nonce(article, self._secret),
            # A title that was taken from the text stands there already.
            "title": "" if any(line["text"] == title for line in shown) else title,
            "sentences": shown,
            "total": len(article.sentences),
            "left_out": len(shown) < len(article.sentences),
        }
        return self._templates.render("article.j2", values)

    def compose_repair(self, fault: str, missing: Sequence[str]) -> str:
        """The one repair turn: what was wrong, and the ids of the categories that still lack an answer."""
        ids = [json.dumps(category_id, ensure_ascii=False) for category_id in missing]
        told = " ".join(flatten(fault).split())[:_MAX_FAULT]
        return self._templates.render("repair.j2", {"fault": told, "missing": ids}).strip()

    @property
    def probe(self) -> str:
        """The question by which a server shows whether it holds replies to their form."""
        return self._templates.render("probe.j2", {})

    def _try_all(self) -> None:
        """Fill every template once, so that a bad one is told at start and not at the first article."""
        self.shared_text((CATEGORY,))
        self.article_text(ARTICLE)
        self.article_text(ARTICLE, (1,))
        self.compose_repair("a fault", (CATEGORY.id,))
        self.compose_repair("a fault", ())


class _Kept:
    """Texts by the very categories that they were made from, the latest `size` of them.

    By identity: a taxonomy that is read again has new categories, and a digest would not see that a
    link in one definition has come to mean another category.
    """

    def __init__(self, size: int) -> None:
        self._size = size
        self._texts: OrderedDict[tuple[int, ...], tuple[tuple[Category, ...], str]] = OrderedDict()

    def find(self, categories: Sequence[Category]) -> str | None:
        key = tuple(map(id, categories))
        found = self._texts.get(key)
        if found is None:
            return None
        self._texts.move_to_end(key)
        return found[1]

    def keep(self, categories: Sequence[Category], text: str) -> None:
        # The categories are held as well, so that their ids cannot come to mean others.
        self._texts[tuple(map(id, categories))] = tuple(categories), text
        while len(self._texts) > self._size:
            self._texts.popitem(last=False)


def _digest(*texts: str) -> str:
    return f"sha256:{hashlib.sha256(chr(0).join(texts).encode()).hexdigest()}"


def _fill_definition(category: Category) -> dict[str, object]:
    topics = [{"id": shorten(topic.id), "text": _join(topic.text)} for topic in category.topics]
    # A pinned rule is decided by the words that its author gave, whatever a model says: it is not asked.
    exclusions = [
        {"id": shorten(rule.id), "text": _join(phrase_exclusion(rule))}
        for rule in category.exclusions
        if not rule.pinned
    ]
    examples = [
        {"text": _join(example.text), "applies": example.applies, "reason": _join(example.reason)}
        for example in category.examples
    ]
    return {
        "id": _join(category.id),
        "title": _join(category.title),
        "scope": _keep_prose(category.scope),
        "topics": topics or [{"id": "t1", "text": _join(category.description or category.title)}],
        "exclusions": exclusions,
        "summary": _keep_prose(category.summary),
        "examples": examples,
    }


def _keep_prose(text: str) -> str:
    """Prose that begins a line of its own; a dash in front where it would look like a heading or a check of ours."""
    joined = _join(text)
    return f"- {joined}" if _LAYOUT.match(joined) else joined


def _join(text: str) -> str:
    """A definition's text on one line: nothing in it can look like a line of another definition."""
    return " ".join(flatten(text).split())
