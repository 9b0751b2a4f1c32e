"""Owns the probe: a small question that only a server which holds replies to their form answers as the form says."""

from pydantic import JsonValue
from pydantic_core import from_json

from app.llm.model import Message, Question, Reply
from app.llm.wire import Rung

MAX_OUTPUT_TOKENS = 256
"""Room for a model that thinks before it answers; the answer itself takes ten."""


def build_probe(text: str, nonce: str) -> Question:
    """Asks for what `text` says, in a form that allows `nonce` only, a few letters and digits."""
    schema: dict[str, JsonValue] = {
        "type": "object",
        "properties": {"word": {"type": "string", "enum": [nonce]}},
        "required": ["word"],
        "additionalProperties": False,
    }
    return Question(
        messages=(Message(role="user", content=text),),
        reply_schema=schema,
        input_tokens=len(text) // 4 + 8,
        max_output_tokens=MAX_OUTPUT_TOKENS,
    )


def find_outcome(rung: Rung, nonce: str, reply: Reply) -> bool | None:
    """Whether the reply shows that the server keeps to the rung; None where it shows neither.

    A reply that was cut off, filtered or refused shows nothing. Under "json_object" the text asks
    for a bare word, so any JSON object was forced.
    """
    if reply.refusal is not None or reply.finish in {"length", "content_filter"}:
        return None
    try:
        answer = from_json(reply.text)
    except ValueError:
        return False
    if rung == "json_object":
        return isinstance(answer, dict)
    return bool(answer == {"word": nonce})
