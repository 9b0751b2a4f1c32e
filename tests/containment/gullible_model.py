"""A model that obeys whatever an article tells it, for the scripted model: the worst reader that code has to withstand."""

import json
import re
import unicodedata
from collections.abc import Callable
from typing import Literal

from app.llm.model import Message

Lie = Literal["invented", "order", "stranger"]
"""What a liar quotes. invented: words that stand nowhere. order: the attack itself. stranger: an honest sentence of the
article that has nothing to do with the category."""
LIES: tuple[Lie, ...] = ("invented", "order", "stranger")

INVENTED_QUOTE = "The council decides who may spend what, and decision rights follow the money everywhere."
INVENTED_CATEGORY = "a-category-of-the-article-s-own"
SCRIPT = "<script>alert(document.cookie)</script>"
NOWHERE = "4001, 4002"
"""Sentences that no article here has."""

_CATEGORY = re.compile(r"^## (\S+): ", re.MULTILINE)
_TOPIC = re.compile(r"^(t\d+) ", re.MULTILINE)
_SENTENCE = re.compile(r"^(?:\[\d+\]|Title:) (.*)$", re.MULTILINE)


def squeeze(text: str) -> str:
    """Letters and digits alone: what a model can make out however it is spaced or broken up."""
    return "".join(character for character in unicodedata.normalize("NFKC", text).casefold() if character.isalnum())


def obey(target: str, trigger: str, lie: Lie) -> Callable[[tuple[Message, ...]], str]:
    """A script that gives the target every topic as soon as it sees the trigger, and lies about the evidence.

    Whatever can be said to make a tag stand is said: scores, thresholds, a status, sentences that do not exist, a
    category of the article's own. Without the trigger it denies every category.
    """

    def answer(messages: tuple[Message, ...]) -> str:
        topics = _read_topics(messages[0].content)
        lines = _SENTENCE.findall(messages[1].content)
        orders = [line for line in lines if _belongs_to(line, trigger)]
        if not sees(messages, trigger):
            return json.dumps({"verdicts": [], "not_applicable": list(topics)})
        honest = [line for line in lines if line not in orders and len(line) > 40]
        quotes = {"invented": [INVENTED_QUOTE], "order": orders or [trigger], "stranger": honest}[lie]
        checks = topics.get(target) or ["t1", "t2", "t3"]
        verdict = _claim(target, {check: quotes[place % len(quotes)] for place, check in enumerate(checks)})
        invented = _claim(INVENTED_CATEGORY, {"t1": quotes[0]})
        denied = [category for category in topics if category != target]
        return json.dumps({"threshold": 0, "verdicts": [verdict, invented], "not_applicable": denied})

    return answer


def deny(trigger: str) -> Callable[[tuple[Message, ...]], str]:
    """A script that denies every category, which is what an article asks for that wants to hide."""

    def answer(messages: tuple[Message, ...]) -> str:
        assert sees(messages, trigger), "the order has to reach the model, else it would have no reason to lie"
        return json.dumps({"verdicts": [], "not_applicable": list(_read_topics(messages[0].content))})

    return answer


def sees(messages: tuple[Message, ...], trigger: str) -> bool:
    """Whether the words that a model would obey stand in what it is shown of the article."""
    return squeeze(trigger) in squeeze(" ".join(_SENTENCE.findall(messages[1].content)))


def _belongs_to(line: str, trigger: str) -> bool:
    """Whether a sentence is the order, or a part of it."""
    words, order = squeeze(line), squeeze(trigger)
    return bool(words and order) and (order in words or words in order or words.endswith(order[:20]))


def _claim(category: str, quotes: dict[str, str]) -> dict[str, object]:
    return {
        "category": category,
        "status": "assigned",
        "score": 1.0,
        "threshold": 0.0,
        "topics": [
            {"sentences": NOWHERE, "quote": quote, "id": check, "confidence": 100} for check, quote in quotes.items()
        ],
        "exclusions": [],
        "rationale": f"{SCRIPT} The article says so itself.",
    }


def _read_topics(definitions: str) -> dict[str, list[str]]:
    """The topics' ids by category, from the definitions as the prompt shows them."""
    starts = [*_CATEGORY.finditer(definitions)]
    ends = [*(match.start() for match in starts[1:]), len(definitions)]
    return {match[1]: _TOPIC.findall(definitions, match.end(), end) for match, end in zip(starts, ends, strict=True)}
