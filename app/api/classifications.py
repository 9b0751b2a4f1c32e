"""Owns `GET /classifications/{id}`: a decision that is kept, with its text."""

from typing import Annotated

from fastapi import APIRouter, Path, Response

from app.api.classification import Classification
from app.door.problems import VARY, problems
from app.door.services import CurrentServices

router = APIRouter(tags=["kept"])

DecisionId = Annotated[str, Path(max_length=200)]


class KeptClassification(Classification):
    """A classification with the text in normal form that its `start` and `end` count in."""

    text: str


@router.get("/classifications/{classification_id}", responses=problems(404, 422, 503))
async def show_classification(
    classification_id: DecisionId, services: CurrentServices, response: Response
) -> KeptClassification:
    """One decision as it was made, whether it still stands or not; the article's history tells which does."""
    response.headers.update(VARY)
    decision = await services.kept.load_classification(classification_id)
    return KeptClassification(**dict(Classification.of(decision)), text=decision.article.text)
