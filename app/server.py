"""Owns the application: mounts the routers, maps errors to problems, guards the door."""

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
    category_pages,
    decision_page,
    history_page,
    job_pages,
    login_page,
    pages,
    reference,
    review_page,
    word_page,
)
from app.web.assets import mount_assets
from app.web.refusing import show_refusal
from app.webhooks import deliveries, door

PAGES = (pages, category_pages, decision_page, word_page, history_page, review_page, job_pages, reference, login_page)
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
    app.state.services = services
    app.state.monitor = build_monitor(services)
    app.state.is_stopping = lambda: False
    for part in (*PAGES, *API, *WEBHOOKS):
        app.include_router(part.router)
    mount_assets(app)
    add_problem_handlers(app)
    guard(app, services, show=show_refusal)
    return app
