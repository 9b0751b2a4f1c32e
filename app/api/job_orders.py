"""Owns the order of a job as it comes over HTTP: what the store has, and articles that come with it.

Files of the machine that the service runs on cannot be named, neither to be read nor to be
written: whoever can reach the service is not thereby whoever may see its disk.
"""

import asyncio
import re
import tempfile
from collections.abc import Sequence
from dataclasses import replace
from http import HTTPStatus
from pathlib import Path
from typing import Annotated, Final, Self

from fastapi import HTTPException
from pydantic import AfterValidator, Field, field_validator, model_validator

from app.bootstrap.services import Services
from app.domain.job import JudgeAsked, Selection
from app.domain.value import Value
from app.errors import BadInput, StoreUnavailable
from app.jobs.planning.ordering import Order
from app.jobs.planning.planned import Planned
from app.jobs.planning.sources import STORED
from app.parsing.submission import Submission

SENT: Final = "sent:"
"""What a job names as the source of articles that came with its order."""
MOST_ARTICLES: Final = 10_000
_FILE: Final = "articles.jsonl"


def _is_not_empty(article: Submission) -> Submission:
    if not article.source.strip():
        raise ValueError("is empty; send the article's text, or leave it out")
    return article


class JobRequest(Value):
    """What is asked for: `sources` may hold "stored:", for all articles that the store has.

    `articles` are kept as if they had been classified one by one. `selection` says which of all
    these are worked on. `judge` is null for the one that the service is set to. `max_cost_usd` is
    a cap for this job; without one those of the settings hold. `dry_run` asks for the plan alone.
    """

    sources: tuple[str, ...] = ()
    articles: Annotated[
        tuple[Annotated[Submission, AfterValidator(_is_not_empty)], ...], Field(max_length=MOST_ARTICLES)
    ] = ()
    selection: Selection = Selection()
    judge: JudgeAsked | None = None
    batch_api: bool = False
    max_cost_usd: Annotated[float, Field(ge=0, allow_inf_nan=False)] | None = None
    dry_run: bool = False

    @field_validator("sources")
    @classmethod
    def _names_no_files(cls, sources: tuple[str, ...]) -> tuple[str, ...]:
        if any(source != STORED for source in sources):
            raise ValueError(
                f'over HTTP the only source is "{STORED}"; send other articles as `articles`, '
                "or use `scopenote reclassify` on the machine that has the files"
            )
        return sources

    @field_validator("articles")
    @classmethod
    def _have_ids_of_their_own(cls, articles: tuple[Submission, ...]) -> tuple[Submission, ...]:
        places: dict[str, int] = {}
        for place, article in enumerate(articles):
            if article.id is not None and (first := places.setdefault(article.id, place)) != place:
                problem = f"articles.{place} has the id {article.id!r} of articles.{first}"
                raise ValueError(f"{problem}; give it one of its own, or leave it out")
        return articles

    @model_validator(mode="after")
    def _names_something(self) -> Self:
        if not self.sources and not self.articles:
            raise ValueError(f'say which articles: `sources` as ["{STORED}"], or `articles`')
        return self


async def refuse_beside(services: Services, body: JobRequest) -> None:
    """Refuse what is stored where a job that is not finished is about that, before it is planned.

    Raises:
        HTTPException: there is one; it is a conflict.
        BadInput: as `plan_order`.
        Unavailable: as `plan_order`.
    """
    if not body.sources:
        return
    unfinished = await services.office.find_unfinished(_write_order(services, body, body.sources))
    if unfinished is None:
        return
    address = f"/jobs/{unfinished.job.id}"
    differs = f" It was made with {' and '.join(unfinished.differs)}." if unfinished.differs else ""
    remedy = f"POST {address}/resume goes on with it, POST {address}/cancel ends it."
    detail = f"{unfinished.tell()}.{differs} {remedy}"
    raise HTTPException(HTTPStatus.CONFLICT, detail, headers={"Location": address})


async def plan_order(services: Services, body: JobRequest) -> Planned:
    """What the order comes to; whoever gets it closes it. The articles that came with it are kept by then.

    Raises:
        BadInput: a category or a judge cannot be used, there are no articles at all, or none that can be read.
        Unavailable: the store cannot be reached or written.
    """
    if not body.articles:
        return await services.office.plan(_write_order(services, body, body.sources))
    folder = await asyncio.to_thread(_put_down, body.articles)
    try:
        path = Path(folder.name) / _FILE
        planned = await services.office.plan(_write_order(services, body, (str(path), *body.sources)))
    finally:
        await asyncio.to_thread(folder.cleanup)
    planned = _forget_file(planned, str(path))
    if planned.plan.unread and not planned.plan.articles and not body.sources:
        planned.close()
        raise BadInput(" ".join(planned.plan.notes))
    return planned


def _write_order(services: Services, body: JobRequest, sources: tuple[str, ...]) -> Order:
    return Order(
        sources=sources,
        selection=body.selection,
        judge=body.judge or services.settings.judge,
        batch_api=body.batch_api,
        max_cost_usd=body.max_cost_usd,
    )


def _put_down(articles: Sequence[Submission]) -> tempfile.TemporaryDirectory[str]:
    """A folder with the articles in a file: planning reads files, so that an archive need not fit into memory."""
    try:
        folder = tempfile.TemporaryDirectory(prefix="scopenote-")
    except OSError as error:
        raise _complain(error) from error
    try:
        with (Path(folder.name) / _FILE).open("w", encoding="utf-8") as file:
            file.writelines(article.model_dump_json(exclude_none=True) + "\n" for article in articles)
    except OSError as error:
        folder.cleanup()
        raise _complain(error) from error
    return folder


def _complain(error: OSError) -> StoreUnavailable:
    problem = f"The articles cannot be put down: {error.strerror}."
    return StoreUnavailable(f"{problem} Make room for temporary files, or send fewer at a time.")


def _forget_file(planned: Planned, path: str) -> Planned:
    """The plan without the file, which is gone: an article in it goes by its index in what was sent."""
    sources = tuple(SENT if source == path else source for source in planned.recipe.sources)
    line = re.compile(rf"{re.escape(path)}:(\d+)")
    notes = tuple(
        line.sub(lambda found: f"articles.{int(found[1]) - 1}", note).replace(path, "articles")
        for note in planned.plan.notes
    )
    recipe = planned.recipe.model_copy(update={"sources": sources})
    return replace(planned, recipe=recipe, plan=planned.plan.model_copy(update={"notes": notes}))
