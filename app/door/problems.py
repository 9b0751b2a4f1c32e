"""Owns problem documents (RFC 9457): every error as one shape, with what to do in `detail`."""

import math
import re
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any, Protocol

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException
from starlette.responses import Response

from app.domain.value import Value
from app.door.accepting import prefers_html
from app.door.methods import find_allowed
from app.door.withholding import withhold
from app.errors import (
    BadArticle,
    BadFile,
    BadInput,
    Damaged,
    Forged,
    NotAllowed,
    NotKept,
    ScopenoteError,
    StoreUnavailable,
    TooLarge,
    TooMany,
    Unavailable,
    UnknownCategory,
)

STATUSES: Mapping[type[ScopenoteError], HTTPStatus] = {
    TooLarge: HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
    UnknownCategory: HTTPStatus.NOT_FOUND,
    NotKept: HTTPStatus.NOT_FOUND,
    Forged: HTTPStatus.UNAUTHORIZED,
    NotAllowed: HTTPStatus.UNAUTHORIZED,
    TooMany: HTTPStatus.TOO_MANY_REQUESTS,
    BadFile: HTTPStatus.UNPROCESSABLE_ENTITY,
    BadArticle: HTTPStatus.UNPROCESSABLE_ENTITY,
    BadInput: HTTPStatus.UNPROCESSABLE_ENTITY,
    Unavailable: HTTPStatus.SERVICE_UNAVAILABLE,
    ScopenoteError: HTTPStatus.INTERNAL_SERVER_ERROR,
}
"""The HTTP status of each error; a class that is not named here has its nearest parent's."""

UNEXPECTED = "Something went wrong that is no fault of the request. Try again; the service's log has the cause."
NO_PAGE = "There is no page at this address."
BAD_ADDRESS = "This address is not one of ours any more, or was not copied whole."
MEDIA_TYPE = "application/problem+json"
STORE_WAIT_S = 10
"""When to come back where the store is away; most outages are a server or a disk that comes up again."""


class ShowPage(Protocol):
    """Makes the page that tells a browser what is refused."""

    def __call__(self, status: HTTPStatus, problem: str, /, heading: str = "") -> Response:
        """The page; it finds a `heading` by the status where none is given."""
        ...


VARY: Mapping[str, str] = {"Vary": "Accept"}
"""Said by what has a page at the same address, so that no cache gives a browser JSON."""


class Problem(Value):
    """One problem document. `detail` says what to do; `type` is stable for programs."""

    type: str
    title: str
    status: int
    detail: str
    instance: str


def problems(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """The `responses` of a route that may answer with these problems."""
    content = {MEDIA_TYPE: {"schema": Problem.model_json_schema()}}
    return {status: {"description": HTTPStatus(status).phrase, "content": content} for status in statuses}


def describe(request: Request, status: int, name: str, detail: str) -> Problem:
    """A problem document; `name` is the error's class or a short phrase."""
    return Problem(
        type="urn:scopenote:problem:" + re.sub(r"(?<=[a-z])(?=[A-Z])|\s+", "-", name).lower(),
        title=HTTPStatus(status).phrase,
        status=status,
        detail=detail,
        instance=request.url.path,
    )


def describe_error(request: Request, error: ScopenoteError | None) -> Problem:
    """The problem document of an error of ours, or (None) of one that nobody expected, without its insides."""
    if error is None:
        return describe(request, HTTPStatus.INTERNAL_SERVER_ERROR, "Unexpected", UNEXPECTED)
    error = withhold(request, error)  # in a stream, nobody has before
    return describe(request, find_status(error, request), type(error).__name__, str(error))


def answer_problem(request: Request, status: int, name: str, detail: str) -> JSONResponse:
    """A response with one problem document."""
    problem = describe(request, status, name, detail)
    return JSONResponse(problem.model_dump(), status_code=status, media_type=MEDIA_TYPE, headers=dict(VARY))


def answer_refusal(request: Request, error: ScopenoteError) -> JSONResponse:
    """A response with the problem document of an error of ours, and with the headers that go with its status."""
    error = withhold(request, error)
    response = answer_problem(request, find_status(error, request), type(error).__name__, str(error))
    response.headers.update(list_headers(error))
    return response


def list_headers(error: ScopenoteError) -> dict[str, str]:
    """What a refusal says beside its text: which proof is wanted, or when to come back."""
    match error:
        case NotAllowed(is_known=True):
            return {"WWW-Authenticate": 'Bearer error="insufficient_scope"'}
        case NotAllowed():
            return {"WWW-Authenticate": "Bearer"}
        case TooMany():
            return {"Retry-After": str(math.ceil(error.wait_s))}
        case StoreUnavailable() if not isinstance(error, Damaged):
            return {"Retry-After": str(STORE_WAIT_S)}
        case _:
            return {}


def find_status(error: ScopenoteError, request: Request) -> HTTPStatus:
    """The status of an error by its class, the nearest parent first.

    A category is only *not found* where the address names it; in a body it is a field that cannot be used.
    """
    if isinstance(error, NotAllowed) and error.is_known:
        return HTTPStatus.FORBIDDEN
    if isinstance(error, UnknownCategory) and "category_id" not in request.path_params:
        return HTTPStatus.UNPROCESSABLE_ENTITY
    return next(STATUSES[parent] for parent in type(error).__mro__ if parent in STATUSES)


def add_problem_handlers(app: FastAPI, *, show: ShowPage | None = None) -> None:
    """Have every error leave the service as a problem document; `show` tells a browser of a wrong address."""

    @app.exception_handler(ScopenoteError)
    async def _on_ours(request: Request, error: ScopenoteError) -> JSONResponse:
        return answer_refusal(request, error)

    @app.exception_handler(RequestValidationError)
    async def _on_invalid(request: Request, error: RequestValidationError) -> Response:
        if _concerns_body(error) and not _is_json(request):
            remedy = "Send JSON, with the header Content-Type: application/json."
            return answer_problem(request, HTTPStatus.UNSUPPORTED_MEDIA_TYPE, "NotJson", remedy)
        faults = "; ".join(_say_fault(fault["loc"], fault["msg"]) for fault in error.errors()[:5])
        if show and _came_for_page(request):
            return show(HTTPStatus.UNPROCESSABLE_ENTITY, f"{BAD_ADDRESS} ({faults})")
        return answer_problem(request, 422, "InvalidRequest", f"{faults}. /docs shows the form.")

    @app.exception_handler(HTTPException)
    async def _on_http(request: Request, error: HTTPException) -> Response:
        if show and error.status_code == HTTPStatus.NOT_FOUND and _came_for_page(request):
            return show(HTTPStatus.NOT_FOUND, NO_PAGE)
        name = HTTPStatus(error.status_code).phrase
        is_body = error.status_code == HTTPStatus.BAD_REQUEST
        detail = "The body is not JSON that can be read. /docs shows the form." if is_body else str(error.detail)
        response = answer_problem(request, error.status_code, name, detail)
        response.headers.update(error.headers or {})
        if error.status_code == HTTPStatus.METHOD_NOT_ALLOWED:
            response.headers["Allow"] = ", ".join(find_allowed(app, request.scope))
        return response

    @app.exception_handler(Exception)
    async def _on_unexpected(request: Request, _error: Exception) -> JSONResponse:
        """The server logs the error; whoever asked learns nothing of its insides."""
        return answer_problem(request, HTTPStatus.INTERNAL_SERVER_ERROR, "Unexpected", UNEXPECTED)


def _came_for_page(request: Request) -> bool:
    return request.method == "GET" and prefers_html(request) and "hx-request" not in request.headers


def _concerns_body(error: RequestValidationError) -> bool:
    return any(fault["loc"][:1] == ("body",) for fault in error.errors())


def _is_json(request: Request) -> bool:
    media_type = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    return media_type == "application/json" or media_type.endswith("+json")


def _say_fault(place: tuple[int | str, ...], message: str) -> str:
    return f"{'.'.join(map(str, place))}: {message.removeprefix('Value error, ')}"
