"""Owns `scopenote classify`: articles from files or standard input, their decisions or plans out."""

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable, Sequence
from contextlib import aclosing
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from app.cli.article_paths import STDIN, list_articles, read_path
from app.cli.exits import DONE, FAILURES, UNAVAILABLE, find_exit_code, sum_up, telling_errors
from app.cli.judge_option import choose_judge
from app.cli.running import go_through
from app.cli.terminal import say, say_error, write_json
from app.domain.telling import tell_count
from app.errors import BadArticle, ScopenoteError, TooLarge, Unavailable
from app.settings import Settings, load_settings

if TYPE_CHECKING:
    from app.api.explained_plan import ExplainedPlan
    from app.bootstrap.services import Services
    from app.domain.article import Article
    from app.domain.decision import Decision
    from app.domain.plan import Plan

NAMED = 20
"""Articles that are named where several were not classified."""
Work = Callable[[str], Awaitable[Callable[[], None]]]
"""Does what is to be done with the article at a path; what it gives back tells the result."""


def classify(
    paths: Annotated[
        list[str], typer.Argument(metavar="PATH...|-", help="article files, folders of them, or - for standard input")
    ],
    json: Annotated[bool, typer.Option("--json", help="one JSON object per article and line")] = False,
    categories: Annotated[
        Path | None, typer.Option("--categories", metavar="DIR", help="the definitions to go by")
    ] = None,
    judge: Annotated[
        str | None, typer.Option("--judge", metavar="local|llm|auto", help="who reads the article")
    ] = None,
    explain_plan: Annotated[
        bool, typer.Option("--explain-plan", help="say what it would take in calls, tokens and money; spend nothing")
    ] = False,
) -> None:
    """Classify articles: text, Markdown, HTML, or files with front matter.

    Prints the tag with its rationale, the quotes that carry it, and what every exclusion found.
    Where an LLM judges, several articles are asked about at the same time; they are told in order.
    """
    with telling_errors():
        from app.bootstrap.services import build_services

        articles = list_articles(paths)
        services = build_services(_choose(load_settings(), categories, judge))
        answer = _Answer(services, articles, as_json=json)
        code = _go_through(services, articles, answer.plan if explain_plan else answer.decide)
        answer.sum_up_plans()
        raise typer.Exit(code)


class _Answer:
    """What is told about one article: its decision, or the plan for it."""

    def __init__(self, services: "Services", articles: Sequence[str], *, as_json: bool) -> None:
        self._services = services
        # Before any event loop runs: a thread that waits for input would outlast Ctrl-C.
        self._typed = read_path(STDIN, max_bytes=services.settings.max_body_bytes) if STDIN in articles else b""
        self._errand = services.build_errand(len(articles))
        self._as_json = as_json
        self._plans: list[Plan] = []

    def sum_up_plans(self) -> None:
        """Say what all the plans come to, where there are several."""
        from app.judges.plan_telling import tell_sum

        if len(self._plans) > 1:
            say(f"all together: {tell_sum(self._plans)}")

    async def decide(self, path: str) -> Callable[[], None]:
        """Classify it; the result tells the decision."""
        article = await asyncio.to_thread(self._read, path)
        decision = await self._services.classifier.classify(article, errand=self._errand)
        return lambda: _tell_decision(decision, path, as_json=self._as_json)

    async def plan(self, path: str) -> Callable[[], None]:
        """Plan it; the result tells the plan."""
        from app.api.explained_plan import ExplainedPlan

        article = await asyncio.to_thread(self._read, path)
        plan = await self._services.classifier.plan(article)
        self._plans.append(plan)
        total = len(self._services.taxonomy.categories)
        told = ExplainedPlan.of(plan, article, model=self._services.judge_name, categories=total)
        return lambda: _tell_plan(told, path, as_json=self._as_json)

    def _read(self, path: str) -> "Article":
        from app.parsing.article_files import read_article_file

        settings = self._services.settings
        data = self._typed if path == STDIN else read_path(path, max_bytes=settings.max_body_bytes)
        return read_article_file(data, path, max_words=settings.max_words)


def _go_through(services: "Services", articles: Sequence[str], work: Work) -> int:
    """Work on all of them and tell each; the exit code. Ctrl-C leaves what was told and says what was not."""
    teller = _Teller(articles)
    try:
        asyncio.run(teller.tell_each(services, work))
    except KeyboardInterrupt:
        say_error(f"stopped by Ctrl-C: {teller.name_left()}")
        return FAILURES
    if UNAVAILABLE in teller.codes and len(articles) > 1:
        say_error(f"stopped there: {teller.name_left()}")
    return sum_up(teller.codes)


class _Teller:
    """Tells one article after the other, and knows what became of each."""

    def __init__(self, articles: Sequence[str]) -> None:
        from app.cli.progress import Bar

        self.codes: list[int] = []
        self._articles = articles
        self._done: Counter[str] = Counter()
        self._bar = Bar(len(articles))
        self._said: set[str] = set()

    async def tell_each(self, services: "Services", work: Work) -> None:
        """Work on each and tell it in its turn; where that is called off, whatever else is finished."""
        self._bar.show(0, self._articles[0])
        run = go_through(self._articles, work, at_once=services.at_once, rescue=self._tell)
        try:
            async with aclosing(run) as outcomes:
                async for path, outcome in outcomes:
                    self._tell(path, outcome)
                    self._bar.show(len(self.codes), path)
        finally:
            self._bar.clear()
            await services.close()

    def name_left(self) -> str:
        """How many articles are not classified, and the first of them by name."""
        left = list((Counter(self._articles) - self._done).elements())
        named = ", ".join(left[:NAMED]) + (f" and {len(left) - NAMED} more" if len(left) > NAMED else "")
        return f"{len(left)} of {tell_count(len(self._articles), 'article')} not classified: {named}"

    def _tell(self, path: str, outcome: Callable[[], None] | ScopenoteError) -> None:
        self._bar.clear()
        if isinstance(outcome, ScopenoteError):
            self._tell_error(path, outcome)
            self.codes.append(find_exit_code(outcome))
        else:
            outcome()
            self.codes.append(DONE)
            self._done[path] += 1

    def _tell_error(self, path: str, error: ScopenoteError) -> None:
        """Say what went wrong, with the file in front where the error does not know of one.

        A judge that is away is away for all of them, whatever words each of them has for it: that is said once.
        """
        words = f"{path}: {error}" if isinstance(error, (BadArticle, TooLarge)) else str(error)
        what = type(error).__name__ if isinstance(error, Unavailable) else words
        if what not in self._said:
            say_error(words)
        self._said.add(what)


def _choose(settings: Settings, categories: Path | None, judge: str | None) -> Settings:
    """The settings with what the command line says instead."""
    chosen = {} if categories is None else {"categories": categories}
    return settings.model_copy(update={**chosen, "judge": choose_judge(judge, settings.judge)})


def _tell_decision(decision: "Decision", path: str, *, as_json: bool) -> None:
    from app.api.classification import Classification

    classification = Classification.of(decision)
    if as_json:
        write_json(classification.model_dump_json())
        return
    from app.cli.card import print_card

    print_card(classification, path)


def _tell_plan(plan: "ExplainedPlan", path: str, *, as_json: bool) -> None:
    if as_json:
        write_json(plan.model_dump_json())
        return
    from app.cli.plan_card import print_plan

    print_plan(plan, path)
