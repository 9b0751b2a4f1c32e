"""Owns the honest answer: what a fair model would reply, worked out from the request alone."""

import re
from collections.abc import Mapping
from functools import lru_cache
from typing import Any
from zlib import crc32

CATEGORY = re.compile(r"^## (\S+): ", re.MULTILINE)
CHECK = re.compile(r"^(t\d+) ", re.MULTILINE)
FENCE = re.compile(r"article (\w+)")
SENTENCE = re.compile(r"^\[(\d+)\] (.+)$", re.MULTILINE)
FEWEST_WORDS, MOST_WORDS = 8, 30
HELD_SHARE = 0.08
INVENTED_QUOTE = "the minister of tides signed the treaty of the seven bakeries at noon"
INVENTED_CATEGORY = "made-up-by-the-model"

Reply = dict[str, Any]


def answer(request: Mapping[str, Any], held_share: float = HELD_SHARE) -> Reply:
    """The reply's JSON: verdicts where they are asked for, else the least that fits the schema."""
    schema = find_schema(request)
    if not wants_verdicts(request):
        filled = fill(schema) if schema else {}
        return filled if isinstance(filled, dict) else {}
    texts = [(message["role"], read_text(message["content"])) for message in request["messages"]]
    topics = list_topics("\n".join(text for role, text in texts if role == "system"))
    article = "\n".join(text for role, text in texts if role == "user")
    categories = list_categories(schema) or list(topics)
    held = choose_held(article, categories, held_share)
    sentences = [(int(number), words) for number, words in SENTENCE.findall(article)]
    citable = [(n, words) for n, words in sentences if len(words.split()) >= FEWEST_WORDS] or sentences
    verdicts = []
    for turn, category in enumerate(held if citable else ()):
        number, words = citable[turn % len(citable)]
        check = {
            "sentences": str(number) if _takes_text(schema) else [number],
            "quote": " ".join(words.split()[:MOST_WORDS]),
            "id": topics.get(category, "t1"),
        }
        verdicts.append(
            {"category": category, "topics": [check], "exclusions": [], "rationale": f"It treats {category}."}
        )
    named = {verdict["category"] for verdict in verdicts}
    return {"verdicts": verdicts, "not_applicable": [category for category in categories if category not in named]}


def choose_held(article: str, categories: list[str], share: float) -> list[str]:
    """The categories that hold: by the article's own number and the category's id, about this share of them.

    Neither what else is asked about nor which part of the article is shown changes it, as it would be
    with a fair model.
    """
    fence = FENCE.search(article)
    key = fence[1] if fence else article
    return [category for category in categories if crc32(f"{key} {category}".encode()) % 1000 < 1000 * share]


def wants_verdicts(request: Mapping[str, Any]) -> bool:
    """Whether the question is about an article, by its schema or, without one, by its instructions."""
    schema = find_schema(request)
    return "verdicts" in (schema.get("properties", {}) if schema else read_text(request["messages"][0]["content"]))


def find_schema(request: Mapping[str, Any]) -> dict[str, Any]:
    """The schema that the reply is held to; empty where the request names none."""
    asked = request.get("response_format") or {}
    return dict(asked.get("json_schema", {}).get("schema") or {})


def list_categories(schema: Mapping[str, Any]) -> list[str]:
    """The ids that the reply may name: an enum of the schema; empty where it has none."""
    denied = schema.get("properties", {}).get("not_applicable", {})
    return list(denied.get("items", {}).get("enum", []))


@lru_cache(maxsize=16)
def list_topics(definitions: str) -> dict[str, str]:
    """The first check of each category that the definitions name, by category."""
    found = {}
    headings = list(CATEGORY.finditer(definitions))
    ends = [heading.start() for heading in headings[1:]] + [len(definitions)]
    for heading, end in zip(headings, ends, strict=True):
        check = CHECK.search(definitions, heading.end(), end)
        found[heading[1]] = check[1] if check else "t1"
    return found


def read_text(content: str | list[dict[str, Any]]) -> str:
    """A message's text, also where it comes in parts."""
    return content if isinstance(content, str) else "".join(part.get("text", "") for part in content)


def fill(part: Mapping[str, Any]) -> Any:  # noqa: ANN401 - any JSON
    """The least that fits a schema: first of an enum, empty lists and strings, smallest numbers."""
    if part.get("enum"):
        return part["enum"][0]
    match part.get("type"):
        case "array":
            return [fill(part["items"])] * part.get("minItems", 0)
        case "integer" | "number":
            return part.get("minimum", 0)
        case "boolean":
            return False
        case "string":
            return ""
    return {name: fill(inner) for name, inner in part.get("properties", {}).items()}


def _takes_text(schema: Mapping[str, Any]) -> bool:
    """Whether sentence numbers are one text ("3, 7") and not a list."""
    part: Any = schema
    for step in ("properties", "verdicts", "items", "properties", "topics", "items", "properties", "sentences"):
        part = part.get(step, {})
    return bool(part.get("type") != "array")
