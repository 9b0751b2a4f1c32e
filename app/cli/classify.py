"""Owns `scopenote classify`: articles from files or standard input, their decisions out."""

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from app.cli.article_paths import STDIN, list_articles
from app.cli.exits import BAD_INPUT, DONE, find_exit_code, sum_up, telling_errors
from app.cli.terminal import say_error, write_json
from app.domain.telling import tell_count
from app.errors import BadArticle, BadFile, ScopenoteError, TooLarge, Unavailable
from app.settings import JudgeChoice, Settings, load_settings

if TYPE_CHECKING:
    from app.bootstrap import Services
    from app.domain.decision import Decision


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
) -> None:
    """Classify articles: text, Markdown, HTML, or files with front matter.

    Prints the tag with its rationale, the quotes that carry it, and what every exclusion found.
    """
    with telling_errors():
        from app.bootstrap import build_services

        articles = list_articles(paths)
        services = build_services(_choose(load_settings(), categories, judge))
        raise typer.Exit(_classify_all(services, articles, as_json=json))


def _classify_all(services: "Services", articles: Sequence[str], *, as_json: bool) -> int:
    """Classify one after another and tell each; the exit code. Where the judge is away, the rest is not tried."""
    from app.cli.progress import Bar

    bar = Bar(articles)
    codes: list[int] = []
    for path in bar.go_through():
        try:
            decision = _classify_one(services, path)
        except ScopenoteError as error:
            bar.clear()
            say_error(_name_article(error, path))
            codes.append(find_exit_code(error))
            if isinstance(error, Unavailable):
                break
            continue
        bar.clear()
        _tell(decision, path, as_json=as_json)
        codes.append(DONE)
    if len(codes) < len(articles):
        left = len(articles) - codes.count(DONE)
        say_error(f"stopped there: {left} of {tell_count(len(articles), 'article')} not classified")
    return sum_up(codes)


def _name_article(error: ScopenoteError, path: str) -> str:
    """What went wrong, with the file in front where the error does not know of one."""
    return f"{path}: {error}" if isinstance(error, (BadArticle, TooLarge)) else str(error)


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


def _classify_one(services: "Services", path: str) -> "Decision":
    import asyncio

    from app.parsing.article_files import read_article_file

    article = read_article_file(_read(path, services.settings), path, max_words=services.settings.max_words)
    return asyncio.run(services.classifier.classify(article))


def _read(path: str, settings: Settings) -> bytes:
    limit = settings.max_body_bytes
    try:
        if path == STDIN:
            data = sys.stdin.buffer.read(limit + 1)
        else:
            with Path(path).open("rb") as file:
                data = file.read(limit + 1)
    except OSError as error:
        raise BadFile(path, f"cannot be read: {error.strerror}", "Name an article file, or - for stdin.") from error
    if len(data) > limit:
        raise BadFile(path, f"is over {limit:,} bytes", "Split it, or raise SCOPENOTE_MAX_BODY_BYTES.")
    return data


def _tell(decision: "Decision", path: str, *, as_json: bool) -> None:
    from app.api.classification import Classification

    classification = Classification.of(decision)
    if as_json:
        write_json(classification.model_dump_json())
        return
    from app.cli.card import print_card

    print_card(classification, path)
