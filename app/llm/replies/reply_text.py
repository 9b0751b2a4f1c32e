"""Owns getting JSON out of what a model wrote: strict, inside of prose, cut off, or nearly JSON."""

import json
import re
from collections.abc import Iterator
from typing import Final, Literal

import json_repair
from pydantic import JsonValue, SkipValidation

from app.domain.value import Value

MAX_CHARACTERS: Final = 200_000
"""A longer reply is read up to there and counts as cut off; an answer about 200 categories has a tenth of it."""
MAX_DEPTH: Final = 60
"""Brackets inside of brackets; an answer has six of them."""
MAX_MENDED: Final = 6_000
"""Characters. What is not JSON is mended up to here, if half of it is words: mending takes time that grows with the
square of the signs. A broken answer that is larger is asked for again."""
_MAX_STARTS: Final = 40
_LEAD: Final = 40
"""Characters within which an answer names its first list, spaces included."""

Condition = Literal["strict", "wrapped", "cut", "mended"]
"""strict: JSON and nothing else. wrapped: JSON with other text around it, or commas too many. cut: the end is missing;
only what was finished before it is kept. mended: its faults as JSON were mended by guessing."""

_THOUGHT_ENDS: Final = ("</think>", "</thinking>")
_BEGINNINGS: Final = ("{", "[", "```")
_OPENS: Final = re.compile(r"[{\[]")
_ANSWER: Final = re.compile(r"""\{\s*["'“]?(?:verdicts|not_applicable)\b|(?:\[\s*)?\{\s*["'“]?category\b""")
_MARKS: Final = re.compile(r'"(?:[^"\\]|\\.)*+(?:"|\Z)|[{}\[\](),]', re.DOTALL)
_CLOSING: Final = {"{": "}", "[": "]", "(": ")"}
_TRAILING: Final = re.compile(r'("(?:[^"\\]|\\.)*+")|,(?=\s*[}\]])', re.DOTALL)
_WORDS: Final = re.compile(r"[^\W_]{2,}")
_UNREADABLE: Final = re.compile("[\0\ud800-\udfff]")
_KEYS: Final = ("verdicts", "not_applicable")


class FoundJson(Value):
    """What was found. `answers` counts the differing objects that could be an answer; `value` is the last of them.

    Which of several is meant cannot be told: one may be a draft, or words of the article that were repeated.
    """

    value: SkipValidation[JsonValue]
    condition: Condition
    answers: int = 1


class _Extent(Value):
    """How far the JSON goes that begins at the start of a text.

    `end` is behind its last bracket, None where that is missing; `kept` is then the text up to the
    last member that was finished, closed by us. `is_bomb`: nested deeper than any answer.
    """

    end: int | None = None
    kept: str = ""
    is_bomb: bool = False


def find_json(text: str) -> FoundJson | None:
    """The answer in a reply, None where nothing in it is like one. Takes bounded time and never raises."""
    text = clean(text[:MAX_CHARACTERS]).strip().lstrip("\ufeff")
    value = _parse(text)
    if _is_answer(value):
        return FoundJson(value=value, condition="strict")
    text = _drop_thoughts(text)
    found = [value for value in _find_values(text) if _is_answer(value)]
    if found:
        return FoundJson(value=found[-1], condition="wrapped", answers=len(_drop_repeated(found)))
    opening = _ANSWER.search(text)
    return _mend(text[opening.start() :]) if opening else None


def clean(text: str) -> str:
    """The text without what no text should hold and JSON's escapes can bring in: NUL and lone surrogates."""
    return _UNREADABLE.sub("\ufffd", text)


def _parse(text: str) -> JsonValue:
    try:
        value: JsonValue = json.loads(text, object_pairs_hook=_join_repeated)
    except (ValueError, RecursionError):
        return None
    return value


def _join_repeated(pairs: list[tuple[str, JsonValue]]) -> dict[str, JsonValue]:
    """An object; of a key that is there twice both lists count, so that no exclusion is lost to an empty one."""
    joined: dict[str, JsonValue] = {}
    for key, value in pairs:
        before = joined.get(key)
        if isinstance(before, list) and isinstance(value, list):
            before += value
        else:
            joined[key] = value
    return joined


def _drop_thoughts(text: str) -> str:
    """What follows the thoughts of a model that thinks aloud; all of the text where it begins with its answer."""
    ends = [text.find(mark) + len(mark) for mark in _THOUGHT_ENDS if mark in text]
    if not ends or text.startswith(_BEGINNINGS):
        return text
    return text[min(ends) :]


def _is_answer(value: JsonValue) -> bool:
    """Whether a value has the look of an answer, of one verdict, or of a list of verdicts."""
    if isinstance(value, dict):
        is_like = any(key in value for key in (*_KEYS, "category"))
    else:
        is_like = isinstance(value, list) and any(isinstance(item, dict) and "category" in item for item in value)
    return is_like and not _is_bomb(value)


def _is_bomb(value: JsonValue) -> bool:
    """Whether a value is nested deeper than any answer: to compare or show it could exhaust the stack."""
    level = [value]
    for _ in range(MAX_DEPTH):
        inner: list[JsonValue] = []
        for item in level:
            inner += item.values() if isinstance(item, dict) else item if isinstance(item, list) else ()
        if not inner:
            return False
        level = inner
    return True


def _find_values(text: str) -> Iterator[JsonValue]:
    """The whole JSON values that stand in a text one after the other, whatever is between them."""
    decoder = json.JSONDecoder(object_pairs_hook=_join_repeated)
    start = 0
    for _ in range(_MAX_STARTS):
        opening = _OPENS.search(text, start)
        if opening is None:
            return
        try:
            value, end = decoder.raw_decode(text, opening.start())
        except RecursionError:
            return
        except ValueError:
            # One verdict of an answer that is broken elsewhere is not the answer.
            if _ANSWER.match(text, opening.start()):
                return
            start = opening.end()
            continue
        # An object around the answer is no answer: look inside it.
        start = end if _is_answer(value) else opening.end()
        yield value


def _drop_repeated(values: list[JsonValue]) -> list[JsonValue]:
    return [value for number, value in enumerate(values) if value not in values[:number]]


def _mend(text: str) -> FoundJson | None:
    """The value of a text that begins as an answer does and is not JSON as a whole."""
    extent = _measure(text)
    if extent.is_bomb:
        return None
    region = extent.kept if extent.end is None else text[: extent.end]
    value = _parse(_TRAILING.sub(r"\1", region))
    is_guess = value is None
    if is_guess:
        value = _repair(region)
    if extent.end is None:
        return FoundJson(value=value if _is_answer(value) else {}, condition="cut")
    return FoundJson(value=value, condition="mended" if is_guess else "wrapped") if _is_answer(value) else None


def _repair(text: str) -> JsonValue:
    """The value of a text that is nearly JSON, None where it is not near enough or would take too long."""
    if len(text) > MAX_MENDED or 2 * sum(map(len, _WORDS.findall(text))) < len(text.replace(" ", "")):
        return None
    try:
        value: JsonValue = json_repair.loads(text, skip_json_loads=True)  # type: ignore[assignment]
    except (ValueError, RecursionError):
        return None
    return value


def _measure(text: str) -> _Extent:
    stack: list[str] = []
    kept_to, closers = 0, ""
    listed = _count_listed(text)
    for mark in _MARKS.finditer(text):
        sign = mark[0][0]
        if sign in _CLOSING:
            stack.append(sign)
            if len(stack) > MAX_DEPTH:
                return _Extent(is_bomb=True)
        elif sign in "}])" and stack:
            stack.pop()
            if not stack:
                return _Extent(end=mark.end())
        # A member of a list is finished by the comma behind it or by its own bracket, and never half read.
        if sign in ",}]" and len(stack) <= listed:
            kept_to = mark.start() if sign == "," else mark.end()
            closers = "".join(_CLOSING[opened] for opened in reversed(stack))
    return _Extent(kept=text[:kept_to] + closers)


def _count_listed(text: str) -> int:
    """How many brackets are open between the members of an answer's lists; 0 where it is one bare verdict."""
    if text.startswith("["):
        return 1
    return 2 if any(key in text[:_LEAD] for key in _KEYS) else 0
