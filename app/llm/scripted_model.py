"""Owns the scripted model: a chat model whose replies are written down beforehand."""

from collections.abc import Callable

from pydantic import JsonValue

from app.llm.model import Message, Reply

Script = Callable[[tuple[Message, ...]], str]
"""The reply's text for the messages of one call."""


class ScriptedModel:
    """Answers from a script and remembers what it was asked. Never a result, only a rehearsal."""

    def __init__(self, script: Script, *, name: str = "scripted") -> None:
        self.name = name
        self.asked: list[tuple[Message, ...]] = []
        self._script = script

    async def complete(self, messages: tuple[Message, ...], schema: dict[str, JsonValue]) -> Reply:  # noqa: ARG002 - the protocol's
        """The script's reply; tokens are counted as words, so that usage is never empty."""
        self.asked.append(messages)
        text = self._script(messages)
        return Reply(
            text=text,
            finish="stop",
            input_tokens=sum(len(message.content.split()) for message in messages),
            output_tokens=len(text.split()),
        )
