"""Owns the lines of a batch's input file: the ordinary request of one question, with a name of its own."""

import hashlib
import json
from typing import Final

from app.llm.model import Question
from app.llm.server.chat_request import build_request
from app.llm.server.output_bounds import BOUNDS
from app.llm.wire import Shape

ENDPOINT: Final = "/v1/chat/completions"


def identify(question: Question, model: str) -> str:
    """A name for all that is asked: the same question to the same model always has the same one."""
    asked = question.model_dump(include={"messages", "reply_schema", "max_output_tokens"})
    document = json.dumps([model, asked], ensure_ascii=True, sort_keys=True)
    return hashlib.sha256(document.encode()).hexdigest()


def build_line(line_id: str, question: Question, shape: Shape, *, server: str, model: str) -> str:
    """One line in ASCII, without its line break; its body is what the question would be sent as by itself."""
    body = build_request(question, shape, server=server, model=model)
    line = {"custom_id": line_id, "method": "POST", "url": ENDPOINT, "body": body}
    return json.dumps(line, ensure_ascii=True, separators=(",", ":"))


def read_most_output(line: str) -> int:
    """The longest reply in tokens that a line of ours asks for."""
    body = json.loads(line)["body"]
    return max((int(body[bound]) for bound in BOUNDS if bound in body), default=0)


def read_contents(line: str) -> list[str]:
    """The texts of a line's messages."""
    contents = [message["content"] for message in json.loads(line)["body"]["messages"]]
    return [text if isinstance(text, str) else "".join(part["text"] for part in text) for text in contents]
