"""Owns `POST /classify`: one article in, its classification out."""

from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query
from pydantic import Field, model_validator

from app.api.classification import Classification
from app.api.problems import problems
from app.api.services import CurrentServices
from app.parsing.submission import Submission

router = APIRouter(tags=["classify"])

MAX_CATEGORIES = 5000


class ClassifyRequest(Submission):
    """One article, and the ids of the categories to consider; all of them where none is named."""

    categories: Annotated[tuple[str, ...], Field(max_length=MAX_CATEGORIES)] = ()

    @model_validator(mode="before")
    @classmethod
    def _holds_more_than_an_address(cls, data: Any) -> Any:  # noqa: ANN401 - not validated yet
        if isinstance(data, dict) and data.get("url") and not {"text", "html", "markdown"} & data.keys():
            raise ValueError("fetching URLs is off: send the article itself as text, html or markdown")
        return data


@router.post("/classify", responses=problems(400, 403, 413, 415, 422, 503))
async def classify(
    body: ClassifyRequest,
    services: CurrentServices,
    assignments: Annotated[Literal["all", "considered"], Query()] = "all",
) -> Classification:
    """Classify one article now and say why each category applies or does not."""
    decision = await services.classify(body, body.categories)
    return Classification.of(decision, considered_only=assignments == "considered")
