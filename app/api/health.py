"""Owns `GET /healthz` (the process answers) and `GET /readyz` (it can classify)."""

from fastapi import APIRouter

from app.api.services import CurrentServices
from app.domain.value import Value

router = APIRouter(tags=["health"])


class Health(Value):
    """The process is up."""

    status: str


class Readiness(Value):
    """What the service classifies with.

    `embeddings` is false where it goes by words alone. `waiting` counts articles that the local
    judge stood in for; the LLM is asked about them when it is back.
    """

    status: str
    categories: int
    taxonomy_version: str
    judge: str
    embeddings: bool
    waiting: int


@router.get("/healthz")
async def check_health() -> Health:
    """Answers as soon as the process does."""
    return Health(status="ok")


@router.get("/readyz")
async def check_readiness(services: CurrentServices) -> Readiness:
    """Answers once a taxonomy is loaded, and says who judges."""
    return Readiness(
        status="ready",
        categories=len(services.taxonomy.categories),
        taxonomy_version=services.taxonomy.version,
        judge=services.judge_name,
        embeddings=services.has_embeddings,
        waiting=await services.count_waiting(),
    )
