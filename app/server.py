"""Owns the application: mounts the routers, maps errors to problems, guards the door."""

from collections.abc import Sequence
from types import ModuleType

from fastapi import FastAPI

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
    metrics,
    reviews,
)
from app.bootstrap.services import Services
from app.bootstrap.watching import build_monitor
from app.door.guarded_api import GuardedAPI
from app.door.guarding import guard
from app.door.problems import add_problem_handlers
from app.web import (
    assets,
    category_pages,
    decision_page,
    delivery_page,
    history_page,
    job_pages,
    login_page,
    pages,
    reference,
    review_page,
    word_page,
)
from app.web.refusing import show_refusal
from app.webhooks import deliveries, door

PAGES = (
    pages, category_pages, decision_page, word_page, history_page, review_page, job_pages, delivery_page, reference,
    login_page,
)  # fmt: skip
API = (
    classify, classifications, feedback, histories, reviews, jobs, job_events, job_steering, categories, health,
    metrics,
)  # fmt: skip
"""Where both answer at one address, the page decides by what is accepted, and comes first."""
WEBHOOKS = (door, deliveries)


def create_app(services: Services) -> FastAPI:
    """The service over these services; whoever runs it has `services.running()` around it.

    Whoever runs the application may put a function in place of `app.state.is_stopping` that says
    when it is to stop: streams without an end then end.
    """
    app = GuardedAPI(
        title="Scopenote",
        summary="Tags articles by a publisher's scope notes, and says why.",
        version="0.1.0",
        docs_url=None,  # the default viewers load scripts from elsewhere; app.web.reference shows the API
        redoc_url=None,
        redirect_slashes=False,  # it would put a Host header that anybody can write into an address
    )
    app.state.is_stopping = lambda: False
    return _finish(app, (*PAGES, *API, *WEBHOOKS, assets), services, services.settings.host)


def create_probe(services: Services, host: str) -> FastAPI:
    """What a process that serves no one else tells of itself: whether all is well, and figures.

    It stands behind the same door as the service; `host` is where it listens.
    """
    app = GuardedAPI(title="Scopenote's worker", openapi_url=None, redirect_slashes=False)
    return _finish(app, (health, metrics), services, host)


def _finish(app: FastAPI, parts: Sequence[ModuleType], services: Services, host: str) -> FastAPI:
    """The application with the routes of its parts, behind the door."""
    app.state.services = services
    app.state.monitor = build_monitor(services)
    routes = list(app.routes)
    for part in parts:
        app.include_router(part.router)
        routes += part.router.routes
    add_problem_handlers(app, show=show_refusal)
    guard(app, services, show=show_refusal, host=host, routes=routes)
    return app
