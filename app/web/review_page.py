"""Owns the page of what waits for a person: each with what speaks for and against it, and two buttons."""

import asyncio
from typing import Annotated

from fastapi import APIRouter, Query, Request
from fastapi.responses import HTMLResponse

from app.bootstrap.kept import ReviewPage
from app.errors import NotKept, ScopenoteError
from app.web.answer import Answer, find_answer
from app.web.category_pages import PageRoute
from app.web.questions import Question, put_question
from app.web.refusing import refuse
from app.web.rendering import render
from app.web.services import PageServices, get_services

ROWS = 20

router = APIRouter(route_class=PageRoute, include_in_schema=False)


@router.get("/review")
async def show_questions(
    request: Request,
    after: Annotated[str, Query(max_length=1000)] = "",
    said: Annotated[str, Query(max_length=200)] = "",
    about: Annotated[str, Query(max_length=200)] = "",
) -> HTMLResponse:
    """What waits, the longest waiting first. `said` is the decision that a word about a category has just led to."""
    services = get_services(request)
    try:
        page = await services.kept.list_reviews(after, ROWS)
        questions = await _put_questions(services, page)
        answer = await _find_answer(services, said, about)
    except ScopenoteError as error:
        return refuse(request, error)
    return render(
        "review.html", questions=questions, answer=answer, after=after, next=page.next, total=page.total, swapped=False
    )


async def _put_questions(services: PageServices, page: ReviewPage) -> list[Question]:
    """The page's questions; several may be about one decision, which is loaded once."""
    ids = tuple(dict.fromkeys(waiting.decision for waiting in page.waiting))
    loaded = await asyncio.gather(*(services.kept.load_classification(id_) for id_ in ids))
    decisions = dict(zip(ids, loaded, strict=True))
    threshold = services.settings.threshold
    put = (put_question(w, decisions[w.decision], services.taxonomy, threshold) for w in page.waiting)
    return [question for question in put if question]


async def _find_answer(services: PageServices, said: str, about: str) -> Answer | None:
    """What the last word led to; None where none was given, or the address was made up."""
    if not said:
        return None
    try:
        return find_answer(await services.kept.load_classification(said), about)
    except NotKept:
        return None
