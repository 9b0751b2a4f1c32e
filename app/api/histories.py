"""Owns `GET /articles/{id}/history`: all that was decided and said about an article."""

from typing import Annotated

from fastapi import APIRouter, Path, Response

from app.door.problems import VARY, problems
from app.door.services import CurrentServices
from app.store.history import History

router = APIRouter(tags=["kept"])


@router.get("/articles/{article_id:path}/history", responses=problems(404, 422, 503))
async def show_history(
    article_id: Annotated[str, Path(max_length=4000)], services: CurrentServices, response: Response
) -> History:
    """Every text, decision, editor's word and tag that came or went, the newest first.

    An article goes by the id that it was submitted with, else by its digest; ids may hold slashes.
    """
    response.headers.update(VARY)
    history = await services.kept.load_history(article_id)
    return history.model_copy(update={"entries": history.entries[::-1]})
