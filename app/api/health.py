"""Owns `GET /healthz` (the process answers) and `GET /readyz` (it can do its work)."""

from http import HTTPStatus
from typing import Any, Final, Literal

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse

from app.domain.value import Value
from app.door.monitor import CurrentMonitor
from app.door.problems import MEDIA_TYPE, Problem, describe
from app.door.services import CurrentServices
from app.watching.readiness import Part

router = APIRouter(tags=["health"])


class Health(Value):
    """The process is up."""

    status: str


class ReadyAnswer(Value):
    """What the service classifies with, and how each part of it is.

    `embeddings` is false where it goes by words alone. `waiting` counts articles that the local
    judge stood in for; the LLM is asked about them when it is back.
    """

    status: Literal["ready"]
    categories: int
    taxonomy_version: str
    judge: str
    embeddings: bool
    waiting: int
    parts: tuple[Part, ...]


class NotReady(Problem):
    """A problem document that has every part beside what to do."""

    parts: tuple[Part, ...]


RETRY_AFTER_S: Final = 10
"""About as long as it takes until a worker gives its next sign of life, or a database is back from a restart."""
NOT_READY: dict[int | str, dict[str, Any]] = {
    HTTPStatus.SERVICE_UNAVAILABLE.value: {
        "description": "A part is not there; `detail` names it and says what to do",
        "headers": {"Retry-After": {"description": "Seconds until to look again", "schema": {"type": "integer"}}},
        "content": {MEDIA_TYPE: {"schema": NotReady.model_json_schema()}},
    }
}


@router.get("/healthz")
async def check_health() -> Health:
    """Answers as soon as the process does."""
    return Health(status="ok")


@router.get("/readyz", response_model=ReadyAnswer, responses=NOT_READY)
async def check_readiness(
    request: Request, services: CurrentServices, monitor: CurrentMonitor
) -> ReadyAnswer | JSONResponse:
    """Whether database, taxonomy, model and worker are there; 503 names those that are not."""
    parts = await monitor.readiness.look()
    if any(part.state == "failed" for part in parts):
        return _refuse(request, parts)
    return ReadyAnswer(
        status="ready",
        categories=len(services.taxonomy.categories),
        taxonomy_version=services.taxonomy.version,
        judge=services.judge_name,
        embeddings=services.has_embeddings,
        waiting=await services.count_waiting(),
        parts=parts,
    )


def _refuse(request: Request, parts: tuple[Part, ...]) -> JSONResponse:
    status = HTTPStatus.SERVICE_UNAVAILABLE
    failed = [f"{part.name}: {part.says}." for part in parts if part.state == "failed"]
    problem = describe(request, status, "NotReady", "\n".join(failed))
    not_ready = NotReady(**problem.model_dump(), parts=parts)
    headers = {"Retry-After": str(RETRY_AFTER_S)}
    return JSONResponse(not_ready.model_dump(), status_code=status, headers=headers, media_type=MEDIA_TYPE)
