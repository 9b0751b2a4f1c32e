"""Owns how an error reaches an editor: its status, and the page or the part of one that tells it."""

from http import HTTPStatus

from fastapi import Request
from fastapi.responses import HTMLResponse

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
    if "hx-request" not in request.headers:
        heading = "Nothing is kept here" if isinstance(error, NotKept) else "This did not work"
        typed = request.method == "POST"
        return render("refused.html", find_status(error), heading=heading, problem=str(error), typed=typed)
    answer = render("_refused.html", find_status(error), problem=str(error))
    answer.headers.update({"HX-Retarget": "find .told", "HX-Reswap": "innerHTML"})
    return answer


def show_refusal(status: HTTPStatus, problem: str) -> HTMLResponse:
    """A page that tells what the door has refused, before any page was asked."""
    return render("refused.html", status, heading="Not here", problem=problem, typed=False)
