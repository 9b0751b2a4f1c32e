"""Owns `GET /categories`, one category with its compiled exclusions, and reloading."""

import asyncio
from typing import Any

from fastapi import APIRouter, Response

from app.bootstrap.services import Services
from app.category_files.listing import describe_category
from app.door.problems import VARY, problems
from app.door.services import CurrentServices

router = APIRouter(tags=["categories"])


@router.get("/categories")
def list_categories(services: CurrentServices, response: Response) -> dict[str, Any]:
    """The taxonomy: every category with its compiled exclusions, and what lint found."""
    response.headers.update(VARY)
    return _describe_all(services)


@router.get("/categories/{category_id}", responses=problems(404, 422))
def show_category(category_id: str, services: CurrentServices, response: Response) -> dict[str, Any]:
    """One category, with each exclusion as it was understood."""
    response.headers.update(VARY)
    return describe_category(services.taxonomy.get_category(category_id))


@router.post("/categories/reload", responses=problems(422))
async def reload_categories(services: CurrentServices) -> dict[str, Any]:
    """Read the definitions again; where one is bad, the taxonomy that was there stays."""
    await services.reload()
    return await asyncio.to_thread(_describe_all, services)


def _describe_all(services: Services) -> dict[str, Any]:
    """The whole taxonomy; lint makes this work for a thread, not for the event loop."""
    taxonomy = services.taxonomy
    return {
        "version": taxonomy.version,
        "categories": [describe_category(category) for category in taxonomy.categories],
        "findings": [finding.model_dump() for finding in services.lint()],
    }
