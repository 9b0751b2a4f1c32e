"""Owns the editor's page: an article is pasted or its address given, classified, and its decision shown.

Everything works without JavaScript: the form posts to /classify/page, and the whole page comes
back with the result under it. With JavaScript, htmx asks for the same with `HX-Request: true` and
gets the result alone.

A form that cannot be used is answered with the page (or the result's part of it) that says what
to do, 422, and keeps what was typed. A form over SCOPENOTE_MAX_BODY_BYTES is refused while it
arrives, before there is anything to keep: it is answered with 413 and an empty form, and the text
is still in the browser (one step back, or in the form itself where JavaScript runs). An article
that fits the form but is over another limit, such as SCOPENOTE_MAX_WORDS, is 413 and kept.
"""

from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Query, Request
from fastapi.responses import HTMLResponse, RedirectResponse

from app.door.callers import get_caller
from app.door.withholding import withhold
from app.errors import ScopenoteError
from app.web.examples import EXAMPLES, find_example, find_examples
from app.web.form import Form, read_form
from app.web.outcome import Outcome
from app.web.refusing import find_status
from app.web.rendering import render
from app.web.services import PageServices, get_services
from app.web.standing import tell_kept

router = APIRouter(include_in_schema=False)


@router.get("/")
async def go_to_page() -> RedirectResponse:
    """The page is what this service has at its root."""
    return RedirectResponse("/classify")


@router.get("/classify/page")
async def go_back_to_page() -> RedirectResponse:
    """A result lives in its answer alone; whoever asks for its address again starts anew."""
    return RedirectResponse("/classify")


@router.get("/classify")
async def show_page(request: Request, example: Annotated[str, Query(max_length=200)] = "") -> HTMLResponse:
    """The page with an empty form, or one that an example fills."""
    services = get_services(request)
    try:
        form = (find_example(EXAMPLES, example) if example else None) or Form()
    except ScopenoteError as error:
        return _answer(request, services, Form(), error)
    return _answer(request, services, form)


@router.post("/classify/page")
async def classify_form(request: Request) -> HTMLResponse:
    """The decision about what the form holds, as a page or as the part of it that htmx swaps in."""
    services = get_services(request)
    form = Form()
    try:
        form = await read_form(request, max_bytes=services.settings.max_body_bytes)
        decision = await services.classify(form.to_offer(), form.only, errand=get_caller().errand)
        found = await tell_kept(services, decision)
    except ScopenoteError as error:
        return _answer(request, services, form, error)
    return _answer(request, services, form, found.outcome)


def _answer(
    request: Request, services: PageServices, form: Form, found: Outcome | ScopenoteError | None = None
) -> HTMLResponse:
    outcome, error = (found, None) if isinstance(found, Outcome) else (None, found and withhold(request, found))
    template = "_result.html" if "hx-request" in request.headers else "classify.html"
    return render(
        template,
        find_status(error) if error else HTTPStatus.OK,
        form=form,
        outcome=outcome,
        problem=str(error) if error else None,
        examples=find_examples(EXAMPLES),
        judge=services.judge_name,
        has_embeddings=services.has_embeddings,
        categories=len(services.taxonomy.categories),
        max_bytes=services.settings.max_body_bytes,
        fetches=services.settings.fetch_urls,
    )
