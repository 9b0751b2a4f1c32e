"""Owns `scopenote classify`: articles from files or standard input, their decisions or plans out."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from app.cli.article_paths import list_articles, read_path
from app.cli.exits import BAD_INPUT, DONE, FAILURES, UNAVAILABLE, find_exit_code, sum_up, telling_errors
from app.cli.running import go_through
from app.cli.terminal import say_error, write_json
from app.domain.telling import tell_count
from app.errors import BadArticle, ScopenoteError, TooLarge, Unavailable
from app.settings import JudgeChoice, Settings, load_settings

if TYPE_CHECKING:
    from app.api.explained_plan import ExplainedPlan
    from app.bootstrap.services import Services
    from app.domain.article import Article
    from app.domain.decision import Decision

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
        raise typer.Exit(_go_through(services, articles, answer.plan if explain_plan else answer.decide))


class _Answer:
    """What is told about one article: its decision, or the plan for it."""

    def __init__(self, services: "Services", articles: Sequence[str], *, as_json: bool) -> None:
        self._services = services
        self._errand = services.build_errand(len(articles))
        self._as_json = as_json

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
        total = len(self._services.taxonomy.categories)
        told = ExplainedPlan.of(plan, article, model=self._services.judge_name, categories=total)
        return lambda: _tell_plan(told, path, as_json=self._as_json)

    def _read(self, path: str) -> "Article":
        from app.parsing.article_files import read_article_file

        settings = self._services.settings
        data = read_path(path, max_bytes=settings.max_body_bytes)
        return read_article_file(data, path, max_words=settings.max_words)


def _go_through(services: "Services", articles: Sequence[str], work: Work) -> int:
    """Work on all of them and tell each; the exit code. Ctrl-C leaves what was told and says what was not."""
    codes: list[int] = []
    try:
        asyncio.run(_tell_each(services, articles, work, codes))
    except KeyboardInterrupt:
        say_error(f"stopped by Ctrl-C: {_count_left(codes, articles)} not classified")
        return FAILURES
    if UNAVAILABLE in codes:
        say_error(f"stopped there: {_count_left(codes, articles)} not classified")
    return sum_up(codes)


async def _tell_each(services: "Services", articles: Sequence[str], work: Work, codes: list[int]) -> None:
    from app.cli.progress import Bar

    bar, said = Bar(len(articles)), set[str]()
    bar.show(0, articles[0])
    try:
        async for path, outcome in go_through(articles, work, at_once=services.at_once):
            bar.clear()
            if isinstance(outcome, ScopenoteError):
                _tell_error(outcome, path, said)
                codes.append(find_exit_code(outcome))
            else:
                outcome()
                codes.append(DONE)
            bar.show(len(codes), path)
    finally:
        bar.clear()
        await services.close()


def _count_left(codes: Sequence[int], articles: Sequence[str]) -> str:
    return f"{len(articles) - codes.count(DONE)} of {tell_count(len(articles), 'article')}"


def _tell_error(error: ScopenoteError, path: str, said: set[str]) -> None:
    """Say what went wrong, with the file in front where the error does not know of one.

    A judge that is away is away for all of them, whatever words each of them has for it: that is said once.
    """
    words = f"{path}: {error}" if isinstance(error, (BadArticle, TooLarge)) else str(error)
    what = type(error).__name__ if isinstance(error, Unavailable) else words
    if what not in said:
        say_error(words)
    said.add(what)


def _choose(settings: Settings, categories: Path | None, judge: str | None) -> Settings:
    """The settings with what the command line says instead."""
    chosen: dict[str, Path | JudgeChoice] = {}
    if categories is not None:
        chosen["categories"] = categories
    match judge:
        case "auto" | "llm" | "local":
            chosen["judge"] = judge
        case None:
            pass
        case _:
            say_error(f"--judge {judge!r} is none of local, llm and auto")
            raise typer.Exit(BAD_INPUT)
    return settings.model_copy(update=chosen)


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
