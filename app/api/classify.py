"""Owns `POST /classify`: one article in, its classification or the plan for it out."""

from functools import partial
from typing import Annotated, Literal

from fastapi import APIRouter, Query, Request
from fastapi.sse import EventSourceResponse
from pydantic import Field

from app.api.classification import Classification
from app.api.explained_plan import ExplainedPlan
from app.api.streaming import stream, wants_events
from app.domain.progress import Watch, watch_nothing
from app.door.callers import get_caller
from app.door.problems import describe_error, problems
from app.door.services import CurrentServices
from app.parsing.submission import Offer

router = APIRouter(tags=["classify"])

MAX_CATEGORIES = 5000


class ClassifyRequest(Offer):
    """One article, or where it stands, and the ids of the categories to consider; all of them where none is named."""

    categories: Annotated[tuple[str, ...], Field(max_length=MAX_CATEGORIES)] = ()


@router.post("/classify", response_model=Classification, responses=problems(400, 403, 413, 415, 422, 503))
async def classify(
    request: Request,
    body: ClassifyRequest,
    services: CurrentServices,
    assignments: Annotated[Literal["all", "considered"], Query()] = "all",
) -> Classification | EventSourceResponse:
    """Classify one article now and say why each category applies or does not.

    With `Accept: text/event-stream` the answer is a stream of server-sent events: `progress` for
    each step that is done, then `classification` with the same body, or `problem`.
    """
    errand = get_caller().errand

    async def work(watch: Watch = watch_nothing) -> Classification:
        decision = await services.classify(body, body.categories, watch, errand)
        return Classification.of(decision, considered_only=assignments == "considered")

    if wants_events(request.headers.get("accept", "")):
        return stream(work, partial(describe_error, request))
    return await work()


@router.post("/classify/plan", responses=problems(400, 403, 413, 415, 422, 503))
async def explain_plan(body: ClassifyRequest, services: CurrentServices) -> ExplainedPlan:
    """Say what classifying this article would take in calls, tokens and money; nothing is spent."""
    article, plan = await services.plan(body, body.categories)
    named = {services.taxonomy.get_category(category_id).id for category_id in body.categories}
    total = len(named) or len(services.taxonomy.categories)
    return ExplainedPlan.of(plan, article, model=services.judge_name, categories=total)
