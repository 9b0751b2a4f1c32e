"""A chat model whose replies are written down beforehand, and judges that ask it."""

import asyncio
import json
import re
from collections.abc import Callable, Mapping

from app.domain.article import Article
from app.domain.category import Category
from app.domain.errand import Errand
from app.domain.plan import Plan
from app.domain.verdict import Judgement, Usage
from app.judges.llm_judge import LLMJudge
from app.judges.planning import Planner
from app.llm.model import Question, Reply
from app.llm.tab import Tab
from app.prompting.composing import Composer
from tests.judges.planned import PROMPTS, build_planner

Script = Callable[[Question, int], Reply | str | Mapping[str, object]]
"""The reply to a question, which is the n-th, counted from 0; it may raise."""


class ScriptedChat:
    """Answers from a script after giving way once, and remembers what it was asked. Each call is one on the tab."""

    name = "scripted"

    def __init__(self, script: Script) -> None:
        self.asked: list[Question] = []
        self.under_way = 0
        self._script = script

    async def complete(self, question: Question, errand: Errand, tab: Tab) -> Reply:
        """The script's reply."""
        self.asked.append(question)
        place = len(self.asked) - 1
        tab.add(Usage(calls=1, input_tokens=question.input_tokens))
        self.under_way += 1
        try:
            await asyncio.sleep(0)
            reply = self._script(question, place)
        finally:
            self.under_way -= 1
        if isinstance(reply, Reply):
            return reply
        return Reply(text=reply if isinstance(reply, str) else json.dumps(reply), finish="stop")


def build_judge(script: Script, planner: Planner) -> tuple[LLMJudge, ScriptedChat]:
    """A judge that asks the script."""
    model = ScriptedChat(script)
    return LLMJudge(model, Composer(PROMPTS, secret=b"test"), planner), model


async def judge(
    script: Script, article: Article, categories: tuple[Category, ...], **limits: int
) -> tuple[Judgement, ScriptedChat, Plan]:
    """What comes of asking the script about an article, with the model that was asked and the plan."""
    planner = build_planner(categories, **limits)
    asker, model = build_judge(script, planner)
    plan = await asker.plan(article, categories, may_leave_out=False)
    return await asker.judge(article, plan, Errand(), Tab()), model, plan


def read_ids(question: Question) -> list[str]:
    """The ids of the categories that a question is about."""
    return re.findall(r"^## (\S+):", question.messages[0].content, re.MULTILINE)


def read_numbers(question: Question) -> list[int]:
    """The numbers of the sentences that a question shows."""
    return [int(number) for number in re.findall(r"^\[(\d+)\] ", question.messages[1].content, re.MULTILINE)]


def deny_all(question: Question, _: int = 0) -> dict[str, object]:
    """Nothing applies."""
    return {"verdicts": [], "not_applicable": read_ids(question)}


def claim(category: str, *topics: str, exclusions: tuple[str, ...] = (), quote: str = "a quote") -> dict[str, object]:
    """A verdict that these checks hold."""

    def check(id_: str) -> dict[str, object]:
        return {"sentences": "1", "quote": quote, "id": id_}

    return {
        "category": category,
        "topics": [check(id_) for id_ in topics],
        "exclusions": [check(id_) for id_ in exclusions],
        "rationale": f"It is about {category}.",
    }
