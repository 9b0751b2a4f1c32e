"""Owns the rehearsal: prompts answered by matching words, so that all can be tried without an LLM."""

import json
import re
from collections.abc import Iterator

from app.domain.attempt import Tokens
from app.llm.model import Message, Question, Reply
from app.llm.wire import Sent, Shape

MODEL = "scripted"
"""The name under which the rehearsal is asked for; it is never chosen for anybody."""
SHARE = 0.4
"""The part of a check's words that one sentence must hold."""
FEWEST = 2
MOST_QUOTED = 30
STEM = 6
"""Letters of a word that are compared: enough to tell words apart, few enough to join their forms."""

_CATEGORY = re.compile(r"^## (\S+): (.*)$")
_CHECK = re.compile(r"^([tx]\d+): (.*)$")
_SENTENCE = re.compile(r"^\[(\d+)\] (.*)$")
_WORD = re.compile(r"[^\W\d_]{5,}")


class RehearsalWire:
    """A wire to no server: every question is answered by matching words, at once and for nothing."""

    name = MODEL
    server = "rehearsal://"

    async def send(self, question: Question, shape: Shape, *, attempt_id: str, timeout_s: float) -> Sent:  # noqa: ARG002 - the protocol's
        """The rehearsal's reply, with the tokens that were estimated."""
        text = rehearse(question.messages)
        used = Tokens(input=question.input_tokens, output=len(text.split()))
        return Sent(reply=Reply(text=text, finish="stop", tokens=used))

    async def close(self) -> None:
        """There is nothing to close."""


Definitions = dict[str, dict[str, frozenset[str]]]
"""Per category the stems of each of its checks."""


def rehearse(messages: tuple[Message, ...]) -> str:
    """A reply in the form that the prompts ask for: a check holds where one sentence has enough of its words.

    It reads what a model would read and judges nothing: a result of it says that the machinery
    works, and nothing about an article.
    """
    sentences = list(_read_sentences(messages))
    verdicts, denied = [], []
    for category, checks in _read_definitions(messages[0].content).items():
        held = {check: found for check, stems in checks.items() if (found := _find(stems, sentences))}
        if not any(check.startswith("t") for check in held):
            denied.append(category)
            continue
        verdicts.append(
            {
                "category": category,
                "topics": [_fill(check, *found) for check, found in held.items() if check.startswith("t")],
                "exclusions": [_fill(check, *found) for check, found in held.items() if check.startswith("x")],
                "rationale": f"A rehearsal: the words of {', '.join(held)} stand in the article.",
            }
        )
    return json.dumps({"verdicts": verdicts, "not_applicable": denied})


def _read_definitions(text: str) -> Definitions:
    found: Definitions = {}
    category = None
    for line in text.splitlines():
        if heading := _CATEGORY.match(line):
            category = heading[1]
            found[category] = {}
        elif category and (check := _CHECK.match(line)):
            found[category][check[1]] = _stem(check[2])
    return found


def _read_sentences(messages: tuple[Message, ...]) -> Iterator[tuple[int, str]]:
    for message in messages[1:]:
        if message.role == "user":
            yield from (
                (int(found[1]), found[2]) for found in map(_SENTENCE.match, message.content.splitlines()) if found
            )


def _find(stems: frozenset[str], sentences: list[tuple[int, str]]) -> tuple[int, str] | None:
    """The first sentence that holds enough of the words, with its number."""
    if len(stems) < FEWEST:
        return None
    wanted = max(FEWEST, SHARE * len(stems))
    return next(((number, words) for number, words in sentences if len(_stem(words) & stems) >= wanted), None)


def _fill(check: str, number: int, words: str) -> dict[str, object]:
    return {"sentences": [number], "quote": " ".join(words.split()[:MOST_QUOTED]), "id": check}


def _stem(text: str) -> frozenset[str]:
    return frozenset(word[:STEM] for word in _WORD.findall(text.lower()))
