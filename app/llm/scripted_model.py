"""Owns the scripted model: a chat model whose replies are written down beforehand."""

from collections.abc import Callable

from app.domain.errand import Errand
from app.domain.verdict import Usage
from app.llm.model import Message, Question, Reply
from app.llm.tab import Tab

Script = Callable[[tuple[Message, ...]], str]
"""The reply's text for the messages of one question."""


class ScriptedModel:
    """Answers from a script and remembers what it was asked. Never a result, only a rehearsal."""

    def __init__(self, script: Script, *, name: str = "scripted") -> None:
        self.name = name
        self.asked: list[tuple[Message, ...]] = []
        self._script = script

    async def complete(self, question: Question, errand: Errand, tab: Tab) -> Reply:  # noqa: ARG002 - the protocol's
        """The script's reply; tokens are counted as words, so that usage is never empty."""
        self.asked.append(question.messages)
        text = self._script(question.messages)
        words = sum(len(message.content.split()) for message in question.messages)
        tab.add(Usage(calls=1, input_tokens=words, output_tokens=len(text.split()), cost_usd=None))
        return Reply(text=text, finish="stop")
