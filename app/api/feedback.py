"""Owns `POST /classifications/{id}/feedback`: an editor's word about a category of an article."""

from typing import Annotated

from fastapi import APIRouter
from pydantic import Field

from app.api.classification import Classification
from app.api.classifications import DecisionId
from app.domain.feedback import Said
from app.domain.value import CategoryId, Value
from app.door.callers import get_caller
from app.door.problems import problems
from app.door.services import CurrentServices
from app.parsing.notes import MOST_CHARACTERS, read_note

router = APIRouter(tags=["kept"])


class Feedback(Value):
    """That a category applies to the article (`accept`) or does not (`reject`), and why."""

    category: CategoryId
    verdict: Said
    note: Annotated[str, Field(max_length=MOST_CHARACTERS)] = ""


@router.post("/classifications/{classification_id}/feedback", responses=problems(400, 403, 404, 415, 422, 503))
async def take_feedback(classification_id: DecisionId, body: Feedback, services: CurrentServices) -> Classification:
    """Keep an editor's word and decide again by it; the answer is the new classification.

    The word is final for this article, whatever judges and rules say later, until an editor says
    otherwise about the same category. Saying the same twice changes nothing. It is kept under the
    name of the key that was shown.
    """
    note = read_note(body.note)
    caller = get_caller()
    decision = await services.kept.give_word(
        classification_id, body.category, body.verdict, note, caller.name, errand=caller.errand
    )
    return Classification.of(decision)
