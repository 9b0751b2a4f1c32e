"""Owns the way of an editor's word from a form: kept, decided by, and told where the form stands.

Without JavaScript the browser is led on, so that a page loaded again says nothing twice: from a
decision's page to the decision that stands now, from the list of what waits back to it. For htmx
the answer is the part of the page that takes the form's place.
"""

from http import HTTPStatus

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from app.domain.category import Category
from app.domain.decision import Decision
from app.door.callers import get_caller
from app.errors import ScopenoteError
from app.web.answer import build_answer
from app.web.links import get_decision_url, get_review_url
from app.web.refusing import refuse
from app.web.rendering import render
from app.web.services import PageServices, get_services
from app.web.standing import tell_kept
from app.web.word_form import WordForm, read_word_form

router = APIRouter(include_in_schema=False)


@router.get("/classifications/{classification_id}/feedback/page")
async def go_back_to_decision(classification_id: str) -> RedirectResponse:
    """A word is said once; whoever asks for its address again sees what it was about."""
    return RedirectResponse(get_decision_url(classification_id))


@router.post("/classifications/{classification_id}/feedback/page")
async def take_word(request: Request, classification_id: str) -> Response:
    """Keep the word that the form holds, and show what is decided by it."""
    services = get_services(request)
    try:
        form = await read_word_form(request)
        category = services.taxonomy.get_category(form.category)
        caller = get_caller()
        decision = await services.kept.give_word(
            classification_id, category.id, form.verdict, form.note, caller.name, errand=caller.errand
        )
        if "hx-request" not in request.headers:
            return RedirectResponse(_find_next(form, decision, category.id), HTTPStatus.SEE_OTHER)
        return await _answer_part(services, form, decision, category)
    except ScopenoteError as error:
        return refuse(request, error)


def _find_next(form: WordForm, decision: Decision, category: str) -> str:
    if form.origin == "result":
        return get_decision_url(decision.id, category)
    return get_review_url(form.after, said=decision.id, about=category)


async def _answer_part(services: PageServices, form: WordForm, decision: Decision, category: Category) -> HTMLResponse:
    """What takes the place of the result, or of the question on the list."""
    if form.origin == "result":
        found = await tell_kept(services, decision)
        return render("_result.html", outcome=found.outcome, problem=None)
    page = await services.kept.list_reviews("", 1)
    answer = build_answer(decision, category.id, category.title, applies=form.verdict == "accept")
    return render("_settled.html", answer=answer, note=form.note, after=form.after, total=page.total, swapped=True)
