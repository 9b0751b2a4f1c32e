"""Owns `GET /categories`, one category with its compiled exclusions, and reloading."""

from typing import Any

from fastapi import APIRouter

from app.api.problems import problems
from app.api.services import CurrentServices
from app.category_files.listing import describe_category

router = APIRouter(tags=["categories"])


@router.get("/categories")
async def list_categories(services: CurrentServices) -> dict[str, Any]:
    """The taxonomy: every category with its compiled exclusions, and what lint found."""
    return _describe_all(services)


@router.get("/categories/{category_id}", responses=problems(404))
async def show_category(category_id: str, services: CurrentServices) -> dict[str, Any]:
    """One category, with each exclusion as it was understood."""
    return describe_category(services.taxonomy.get_category(category_id))


@router.post("/categories/reload", responses=problems(422))
async def reload_categories(services: CurrentServices) -> dict[str, Any]:
    """Read the definitions again; where one is bad, the taxonomy that was there stays."""
    await services.reload()
    return _describe_all(services)


def _describe_all(services: CurrentServices) -> dict[str, Any]:
    taxonomy = services.taxonomy
    return {
        "version": taxonomy.version,
        "categories": [describe_category(category) for category in taxonomy.categories],
        "findings": [finding.model_dump() for finding in services.lint()],
    }
