"""Owns what a server says about a failure, in words that can be shown."""

import re
from collections.abc import Iterable, Mapping, Sequence
from itertools import takewhile
from typing import cast

from app.domain.value import Value
from app.llm.server.chat_reply import as_fields, read_json

MAX_SHOWN = 300
MAX_READ = 4_000
"""Characters of a server's message that are looked at."""

_WINDOW = 16
_STEP = 8
_KEYS = re.compile(r"\b(?:sk|gsk|pk)[-_][\w*-]{6,}")
_LOOKS_LIKE_A_WORD = 8


class ServerWords(Value):
    """A failure as the server tells it; "" and None where it does not.

    `codes` are its machine-readable words, in lower case. `reply` is what the model had written,
    where a server refuses that itself (Groq). `context_tokens` is the context's size, where it has
    a field of its own (llama.cpp). `is_json`: they are an API's, and not those of a web page on the way to it.
    """

    message: str = ""
    codes: frozenset[str] = frozenset()
    parameter: str = ""
    reply: str = ""
    context_tokens: int | None = None
    status: int | None = None
    is_json: bool = False


def read_words(content: bytes) -> ServerWords:
    """What an error's body says, in whichever of the known forms."""
    body = read_json(content)
    if isinstance(body, list) and body:
        body = body[0]
    if not isinstance(body, dict):
        text = content[:MAX_READ].decode("utf-8", "replace").strip()
        return ServerWords(message="a web page stands there" if text.startswith("<") else text)
    outer = as_fields(body)
    error = outer.get("error") or outer
    fields = as_fields(error)
    codes = [fields.get("code"), fields.get("type"), as_fields(fields.get("innererror")).get("code")]
    parameter, status, context, reply = (fields.get(name) for name in ("param", "code", "n_ctx", "failed_generation"))
    return ServerWords(
        message=(error if isinstance(error, str) else _join_messages(fields))[:MAX_READ],
        codes=frozenset(code.lower() for code in codes if isinstance(code, str)),
        parameter=parameter[:200] if isinstance(parameter, str) else "",
        reply=reply if isinstance(reply, str) else "",
        context_tokens=context if type(context) is int and context > 0 else None,
        status=status if type(status) is int else None,
        is_json=bool(error),
    )


def hide(text: str, *, secrets: Sequence[str], contents: Sequence[str]) -> str:
    """The text without our secrets, and without longer runs of what we sent.

    `secrets` is the key and the like; `contents` are the messages of the question.
    """
    for secret in filter(None, secrets):
        whole = re.escape(secret)
        text = re.sub(rf"(?<!\w){whole}(?!\w)" if len(secret) < _LOOKS_LIKE_A_WORD else whole, "***", text)
    text = _KEYS.sub("***", text)
    for content in contents:
        text = _cut_runs(text, content)
    return text


def shorten(text: str) -> str:
    """One line of printable characters, at most MAX_SHOWN of them, without a full stop at its end."""
    line = " ".join("".join(char if char.isprintable() else " " for char in text).split())
    return (line if len(line) <= MAX_SHOWN else line[: MAX_SHOWN - 1] + "…").rstrip(".")


def _join_messages(fields: Mapping[str, object]) -> str:
    """The message, and those that stand deeper: lists of what a validator found, and a provider's behind a router."""
    found = fields.get("message") or fields.get("detail") or fields.get("msg")
    if isinstance(found, dict):
        found = as_fields(found).get("detail") or as_fields(found).get("message")
    if isinstance(found, list):
        found = "; ".join(_tell_finding(as_fields(finding)) for finding in found[:10])
    raw = as_fields(fields.get("metadata")).get("raw")
    return " ".join(text for text in (found, raw) if isinstance(text, str))


def _tell_finding(finding: Mapping[str, object]) -> str:
    """One line such as "body.temperature: what is wrong", without the input: that is the article."""
    place = finding.get("loc")
    steps = [str(step) for step in cast(list[object], place)[:8]] if isinstance(place, list) else []
    return f"{'.'.join(steps)}: {str(finding.get('msg', ''))[:200]}"


def _cut_runs(text: str, content: str) -> str:
    """Looked for in steps, so that long prompts cost little: runs of 24 characters and more are found for sure."""
    kept, start, place = [], 0, 0
    while place + _WINDOW <= len(text):
        found = content.find(text[place : place + _WINDOW])
        if found < 0:
            place += _STEP
            continue
        before = _count_equal(reversed(text[start:place]), reversed(content[max(0, found - place + start) : found]))
        after = _count_equal(text[place:], content[found : found + len(text) - place])
        kept += [text[start : place - before], "…"]
        start = place = place + after
    return "".join([*kept, text[start:]])


def _count_equal(left: Iterable[str], right: Iterable[str]) -> int:
    """How many characters the two have in common before they differ."""
    return sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], zip(left, right, strict=False)))
