"""Owns the order in which all that stands at the door is passed."""

import secrets
import time
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final
from urllib.parse import urlsplit

from fastapi import FastAPI, Request
from starlette.routing import BaseRoute

from app.bootstrap.services import Services
from app.door.body_limit import BodyLimit
from app.door.cors import Cors
from app.door.deadlines import Deadline
from app.door.gate import Gate, Rules
from app.door.host_guard import HostGuard
from app.door.keys import Keyring
from app.door.limits import Buckets, Limits
from app.door.methods import HeadAsGet
from app.door.origin_guard import OriginGuard
from app.door.problems import ShowPage
from app.door.request_form import RequestForm
from app.door.request_log import RequestLog
from app.door.response_headers import ResponseHeaders
from app.door.sessions import Sessions
from app.settings import LOOPBACK, Settings

LOGIN: Final = "/login"
OWN_LIMITS: Final = frozenset({"/classify/page"})
"""Addresses whose forms are counted where they are read, and refused with a page."""


@dataclass(frozen=True)
class Door:
    """Who may come in, for the page on which editors show their keys."""

    keyring: Keyring
    sessions: Sessions


def guard(app: FastAPI, services: Services, *, show: ShowPage, host: str, routes: Sequence[BaseRoute]) -> None:
    """Put everything that looks at a request before the application; `show` makes the page of a refusal.

    On a loopback address only requests that name one are answered while there are no keys: a page
    elsewhere whose name was made to resolve to this machine is not. `host` is where the application
    listens, `routes` are all that it has.
    """
    settings = services.settings
    keyring = Keyring(services.database, now=_now, timer_s=time.monotonic)
    sessions = Sessions(services.database, keyring, now=_now, timer_s=time.monotonic, draw=secrets.token_bytes)
    app.state.door = Door(keyring=keyring, sessions=sessions)
    # The first is the last to be passed: what is nearest to the routes.
    app.add_middleware(OriginGuard, show=show)
    app.add_middleware(BodyLimit, max_bytes=settings.max_body_bytes, elsewhere=OWN_LIMITS)
    limits = Limits(addresses=Buckets(time.monotonic), keys=Buckets(time.monotonic))
    app.add_middleware(
        Gate, keyring=keyring, sessions=sessions, limits=limits, rules=_collect_rules(settings, routes), show=show
    )
    app.add_middleware(Deadline, timeout_s=settings.request_timeout_s)
    app.add_middleware(Cors, keyring=keyring)
    if host in LOOPBACK:
        app.add_middleware(HostGuard, keyring=keyring, names=_list_names(settings))
    app.add_middleware(RequestForm)
    witness = app.state.monitor.witness
    app.add_middleware(
        RequestLog,
        witness=witness,
        new_id=lambda: uuid.uuid4().hex,
        timer_s=time.perf_counter,
        proxies=settings.forwarded_for,
        routes=routes,
    )
    app.add_middleware(ResponseHeaders)
    app.add_middleware(HeadAsGet)


def get_door(request: Request) -> Door:
    """The door of the application that answers this request."""
    door: Door = request.app.state.door
    return door


def _collect_rules(settings: Settings, routes: Sequence[BaseRoute]) -> Rules:
    return Rules(
        is_open=settings.allow_open,
        proxies=settings.forwarded_for,
        key_per_minute=settings.key_per_minute,
        address_per_minute=settings.address_per_minute,
        has_pages=any(getattr(route, "path", "") == LOGIN for route in routes),
    )


def _list_names(settings: Settings) -> tuple[str, ...]:
    """The name under which the service is known beyond this machine, where it was told."""
    try:
        name = urlsplit(settings.public_url or "").hostname
    except ValueError:
        return ()
    return (name,) if name else ()


def _now() -> datetime:
    return datetime.now(UTC)
