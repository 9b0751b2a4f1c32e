"""Owns the application: mounts the routers, maps errors to problems, guards the door."""

from fastapi import FastAPI
from starlette.middleware.base import BaseHTTPMiddleware

from app.api import (
    categories,
    classifications,
    classify,
    feedback,
    health,
    histories,
    job_events,
    job_steering,
    jobs,
    reviews,
)
from app.api.body_limit import BodyLimit
from app.api.host_guard import guard_host
from app.api.methods import HeadAsGet
from app.api.origin_guard import guard_origin
from app.api.problems import add_problem_handlers
from app.bootstrap.services import Services
from app.settings import LOOPBACK
from app.web import category_pages, decision_page, history_page, job_pages, pages, reference, review_page, word_page
from app.web.assets import mount_assets

PAGES = (pages, category_pages, decision_page, word_page, history_page, review_page, job_pages, reference)
API = (
    classify, classifications, feedback, histories, reviews, jobs, job_events, job_steering, categories, health,
)  # fmt: skip
"""Where both answer at one address, the page decides by what is accepted, and comes first."""


def create_app(services: Services) -> FastAPI:
    """The service over these services; whoever runs it has `services.running()` around it.

    On a loopback address only requests that name one are answered: a page elsewhere whose name
    was made to resolve to this machine is not. Whoever runs the application may put a function in
    place of `app.state.is_stopping` that says when it is to stop: streams without an end then end.
    """
    app = FastAPI(
        title="Scopenote",
        summary="Tags articles by a publisher's scope notes, and says why.",
        version="0.1.0",
        docs_url=None,  # the default viewers load scripts from elsewhere; app.web.reference shows the API
        redoc_url=None,
    )
    app.state.services = services
    app.state.is_stopping = lambda: False
    for part in (*PAGES, *API):
        app.include_router(part.router)
    mount_assets(app)
    add_problem_handlers(app)
    app.add_middleware(BaseHTTPMiddleware, dispatch=guard_origin)
    app.add_middleware(BodyLimit, max_bytes=services.settings.max_body_bytes, elsewhere={"/classify/page"})
    if services.settings.host in LOOPBACK:
        app.add_middleware(BaseHTTPMiddleware, dispatch=guard_host)
    app.add_middleware(HeadAsGet)
    return app
