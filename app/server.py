"""Owns the application: mounts the routers, maps errors to problems, guards the door."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from fastapi import FastAPI
from starlette.middleware.base import BaseHTTPMiddleware

from app.api import categories, classify, health
from app.api.body_limit import BodyLimit
from app.api.host_guard import guard_host
from app.api.methods import HeadAsGet
from app.api.origin_guard import guard_origin
from app.api.problems import add_problem_handlers
from app.bootstrap.services import Services
from app.settings import LOOPBACK
from app.web import category_pages, pages, reference
from app.web.assets import mount_assets


def create_app(services: Services) -> FastAPI:
    """The service over these services.

    On a loopback address only requests that name one are answered: a page elsewhere whose name
    was made to resolve to this machine is not.
    """

    @asynccontextmanager
    async def live(_: FastAPI) -> AsyncIterator[None]:
        async with services.running():
            yield

    app = FastAPI(
        lifespan=live,
        title="Scopenote",
        summary="Tags articles by a publisher's scope notes, and says why.",
        version="0.1.0",
        docs_url=None,  # the default viewers load scripts from elsewhere; app.web.reference shows the API
        redoc_url=None,
    )
    app.state.services = services
    app.include_router(pages.router)
    app.include_router(category_pages.router)
    app.include_router(reference.router)
    app.include_router(classify.router)
    app.include_router(categories.router)
    app.include_router(health.router)
    mount_assets(app)
    add_problem_handlers(app)
    app.add_middleware(BaseHTTPMiddleware, dispatch=guard_origin)
    app.add_middleware(BodyLimit, max_bytes=services.settings.max_body_bytes, elsewhere={"/classify/page"})
    if services.settings.host in LOOPBACK:
        app.add_middleware(BaseHTTPMiddleware, dispatch=guard_host)
    app.add_middleware(HeadAsGet)
    return app
