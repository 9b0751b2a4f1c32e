"""Owns `POST /webhooks/{source}`: what a CMS sends is taken in and answered at once, and worked on later."""

import logging
from http import HTTPStatus
from typing import Final, Literal

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse
from starlette.requests import ClientDisconnect

from app.bootstrap.doors import Doors
from app.cms.arrival import Arrival
from app.domain.delivery import Delivery
from app.domain.quotes import leave_out_quotes
from app.domain.value import Value
from app.door.problems import answer_problem, problems
from app.door.services import CurrentServices
from app.errors import BadInput
from app.webhooks.admitting import admit
from app.webhooks.receiving import is_unread, receive

router = APIRouter(tags=["webhooks"])

NOT_VERIFIED: Final = (
    "This call could not be verified. Compare the address, the secret and the clock of the sender with what "
    "`scopenote sources show` says; the service's log has the cause."
)
"""The same for all that is refused, so that nobody can find out which sources there are."""
NOT_JSON: Final = "Send JSON, with the header Content-Type: application/json."
FORM: Final = "application/x-www-form-urlencoded"
_LONGEST_SHOWN: Final = 80

_LOG = logging.getLogger(__name__)


class Taken(Value):
    """What is answered to a webhook call, however often it comes.

    status: "ignored" where it concerns no article, else "accepted". `classification_url` tells what
    becomes of it.
    """

    delivery: str
    status: Literal["accepted", "ignored"]
    classification_url: str


@router.post(
    "/webhooks/{source}",
    status_code=202,
    response_model=Taken,
    responses=problems(400, 401, 413, 415, 422, 503),
    openapi_extra={
        "requestBody": {"required": True, "content": {"application/json": {"schema": {"type": "object"}}, FORM: {}}}
    },
)
async def take_in(source: str, request: Request, services: CurrentServices) -> JSONResponse:
    """Take in what a CMS says of its articles: verified, kept, and answered before anything is worked on.

    Each source has its CMS's own way to sign. The same call again gets the same answer. What is
    signed and cannot be read is refused with 422, and kept for a person to look at.
    """
    media_type = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    is_form = media_type == FORM
    if not (is_form or media_type == "application/json" or media_type.endswith("+json")):
        return answer_problem(request, HTTPStatus.UNSUPPORTED_MEDIA_TYPE, "NotJson", NOT_JSON)
    try:
        arrival = await _read_arrival(request)
    except ClientDisconnect:  # nobody is there to be answered, or the limit on bodies answers
        return answer_problem(request, HTTPStatus.BAD_REQUEST, "Unfinished", "The body broke off. Send it again.")
    try:
        known = await admit(services.doors, source, arrival)
    except BadInput as error:  # forged, or an option of the source does not let it be verified
        return _refuse(request, source, error)
    # Only now: a form that is refused at once would tell that no such source takes forms.
    if is_form and known.cms != "wp-webhooks":
        return answer_problem(request, HTTPStatus.UNSUPPORTED_MEDIA_TYPE, "NotJson", NOT_JSON)
    return _answer(request, services.doors, await receive(services.doors, known, arrival))


async def _read_arrival(request: Request) -> Arrival:
    """The call as it came. Names that stand twice among the headers have their values joined, as HTTP reads them."""
    headers: dict[str, str] = {}
    for name, value in request.headers.items():
        headers[name] = f"{headers[name]}, {value}" if name in headers else value
    path, query = request.scope.get("raw_path") or request.url.path.encode(), request.scope["query_string"]
    target = path.decode("latin-1") + (f"?{query.decode('latin-1')}" if query else "")
    return Arrival(method=request.method, target=target, headers=headers, body=await request.body())


def _refuse(request: Request, name: str, error: BadInput) -> JSONResponse:
    _LOG.warning("A webhook call to %r was refused: %s", name[:_LONGEST_SHOWN], error)
    response = answer_problem(request, HTTPStatus.UNAUTHORIZED, "Forged", NOT_VERIFIED)
    response.headers["WWW-Authenticate"] = "Signature"
    return response


def _answer(request: Request, doors: Doors, delivery: Delivery) -> JSONResponse:
    told = {"delivery": delivery.id, "source": delivery.source, "state": delivery.state}
    if is_unread(delivery):
        _LOG.warning("taken in, but not understood", extra=told | {"reason": leave_out_quotes(delivery.reason)})
        detail = f"{delivery.reason} It is kept as delivery {delivery.id}."
        return answer_problem(request, HTTPStatus.UNPROCESSABLE_ENTITY, "BadPayload", detail)
    _LOG.info("taken in", extra=told)
    taken = Taken(
        delivery=delivery.id,
        status="accepted" if delivery.events else "ignored",
        classification_url=f"{doors.address}/deliveries/{delivery.id}",
    )
    return JSONResponse(taken.model_dump(), status_code=HTTPStatus.ACCEPTED)
