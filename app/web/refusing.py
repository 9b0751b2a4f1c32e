"""Owns how an error reaches an editor: its status, and the page or the part of one that tells it."""

from http import HTTPStatus

from fastapi import Request
from fastapi.responses import HTMLResponse

from app.door.callers import get_caller
from app.door.withholding import withhold
from app.errors import BadInput, NotKept, ScopenoteError, TooLarge, Unavailable
from app.web.rendering import render


def find_status(error: ScopenoteError) -> HTTPStatus:
    """The status of a page that shows this error; an unknown category is a fault of the form here."""
    match error:
        case TooLarge():
            return HTTPStatus.REQUEST_ENTITY_TOO_LARGE
        case NotKept():
            return HTTPStatus.NOT_FOUND
        case BadInput():
            return HTTPStatus.UNPROCESSABLE_ENTITY
        case Unavailable():
            return HTTPStatus.SERVICE_UNAVAILABLE
        case _:
            return HTTPStatus.INTERNAL_SERVER_ERROR


def refuse(request: Request, error: ScopenoteError) -> HTMLResponse:
    """A page that tells the error; for htmx, what the form that was sent shows beside its buttons."""
    error = withhold(request, error)
    if "hx-request" not in request.headers:
        heading = "Nothing is kept here" if isinstance(error, NotKept) else "This did not work"
        typed = request.method == "POST"
        return _show(find_status(error), heading, str(error), typed=typed)
    answer = render("_refused.html", find_status(error), problem=str(error))
    answer.headers.update({"HX-Retarget": "find .told", "HX-Reswap": "innerHTML"})
    return answer


def show_refusal(status: HTTPStatus, problem: str, /, heading: str = "") -> HTMLResponse:
    """A page that tells what was refused before any page was asked; who is not let in is led nowhere."""
    has_key = get_caller().key is not None
    headings = {
        HTTPStatus.FORBIDDEN: "Not with this key" if has_key else "Not from here",
        HTTPStatus.NOT_FOUND: "Nothing is here",
        HTTPStatus.UNPROCESSABLE_ENTITY: "Nothing is here",
    }
    is_outside = not (has_key or heading or status in {HTTPStatus.NOT_FOUND, HTTPStatus.UNPROCESSABLE_ENTITY})
    is_too_narrow = status == HTTPStatus.FORBIDDEN and not heading
    heading = heading or headings.get(status, "Not just now")
    return _show(status, heading, problem, is_outside=is_outside, is_too_narrow=is_too_narrow)


def _show(
    status: HTTPStatus,
    heading: str,
    problem: str,
    *,
    typed: bool = False,
    is_outside: bool = False,
    is_too_narrow: bool = False,
) -> HTMLResponse:
    return render(
        "refused.html",
        status,
        heading=heading,
        problem=problem,
        typed=typed,
        is_outside=is_outside,
        is_too_narrow=is_too_narrow,
    )
