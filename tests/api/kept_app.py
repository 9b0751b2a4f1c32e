"""Builds the application that tests of what is kept speak to: real services over a store of their own."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import cache
from pathlib import Path
from typing import Any

import httpx
import pytest
from fastapi import FastAPI

from app.api import classifications, classify, feedback, histories, reviews
from app.bootstrap.embeddings import find_embeddings
from app.bootstrap.services import Services, build_services
from app.door.origin_guard import OriginGuard
from app.door.problems import add_problem_handlers
from app.settings import Settings
from app.web import decision_page, history_page, review_page, word_page

_find_embeddings_once = cache(find_embeddings)
"""The model is loaded once for all tests: that takes longer than most of them."""

ABOUT_GOVERNANCE = (
    "The council decides who may spend what. Its decision rights are written down, and an escalation path leads "
    "from every team to the board. Oversight and accountability lie with the board alone. "
    "Who holds decision rights is asked at every meeting of the board, and oversight follows."
)
PINNED = """---
title: Governance
description: How decisions are made and overseen, who holds decision rights, and how oversight works.
scopenote:
  exclusions:
    - id: boards
      text: What is about boards
      when: {any: ["board"]}
      action: review
---
"""
BAKING = """---
title: Baking
description: Bread, pastry and ovens.
---
"""


def write_definitions(folder: Path) -> Path:
    """Two definitions, one of which sends every article about boards to a person."""
    folder.mkdir()
    (folder / "governance.md").write_text(PINNED)
    (folder / "baking.md").write_text(BAKING)
    return folder


def build_kept_services(folder: Path) -> Services:
    """Services whose definitions and store lie in this folder."""
    url = f"sqlite:///{folder / 'store.db'}"
    settings = Settings.model_validate(
        {"categories": write_definitions(folder / "definitions"), "judge": "local", "database_url": url}
    )
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr("app.bootstrap.services.find_embeddings", _find_embeddings_once)
        return build_services(settings)


def build_kept_app(services: Services) -> FastAPI:
    """What is kept over HTTP, as JSON and as pages, behind the guard against other sites."""
    app = FastAPI()
    app.state.services = services
    for page in (decision_page, history_page, review_page, word_page):
        app.include_router(page.router)
    for part in (classify, classifications, histories, feedback, reviews):
        app.include_router(part.router)
    add_problem_handlers(app)
    app.add_middleware(OriginGuard)
    return app


@asynccontextmanager
async def open_kept_client(folder: Path) -> AsyncIterator[httpx.AsyncClient]:
    """A client of that application, as a program on the same machine; the store is closed behind it."""
    services = build_kept_services(folder)
    transport = httpx.ASGITransport(app=build_kept_app(services))
    try:
        async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1:8000") as client:
            yield client
    finally:
        await services.close()


async def decide(client: httpx.AsyncClient, text: str = ABOUT_GOVERNANCE, id_: str | None = "boards") -> Any:  # noqa: ANN401 - JSON
    """The classification of an article, which is kept by that."""
    answer = await client.post("/classify", json={"id": id_, "title": "Boards", "text": text})
    assert answer.status_code == 200, answer.text
    return answer.json()


def find_status(classification: Any, category: str) -> str:  # noqa: ANN401 - JSON
    """Where a category stands in a classification."""
    return next(str(a["status"]) for a in classification["assignments"] if a["category"] == category)
