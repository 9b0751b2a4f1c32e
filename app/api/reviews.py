"""Owns `GET /review`: what waits for a person."""

from datetime import datetime
from typing import Annotated, Self
from urllib.parse import quote

from fastapi import APIRouter, Query, Response

from app.bootstrap.kept import ReviewPage
from app.domain.decision import ReviewReason
from app.domain.value import Value
from app.door.problems import VARY, problems
from app.door.services import CurrentServices
from app.store.reviews import Waiting

router = APIRouter(tags=["kept"])


class Question(Value):
    """One category of one article that a person has to look at.

    `classification_url` leads to the decision with its text and evidence, `feedback_url` takes
    the answer. `article` is the key that the article is kept under.
    """

    article: str
    article_title: str
    classification: str
    category: str
    title: str
    score: float
    reasons: tuple[ReviewReason, ...]
    since: datetime
    classification_url: str
    feedback_url: str

    @classmethod
    def of(cls, waiting: Waiting) -> Self:
        """What waits, with where to look and where to answer."""
        url = f"/classifications/{quote(waiting.decision, safe='')}"
        return cls(
            article=waiting.article,
            article_title=waiting.article_title,
            classification=waiting.decision,
            category=waiting.category,
            title=waiting.title,
            score=waiting.score,
            reasons=waiting.reasons,
            since=waiting.since,
            classification_url=url,
            feedback_url=f"{url}/feedback",
        )


class Questions(Value):
    """A page of what waits. `total` counts all that does; `next` is the `after` of the next page, null at the end."""

    waiting: tuple[Question, ...]
    next: str | None
    total: int

    @classmethod
    def of(cls, page: ReviewPage) -> Self:
        """The page as the outside sees it."""
        return cls(waiting=tuple(Question.of(waiting) for waiting in page.waiting), next=page.next, total=page.total)


@router.get("/review", responses=problems(422, 503))
async def list_questions(
    services: CurrentServices,
    response: Response,
    after: Annotated[str, Query(max_length=1000)] = "",
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
) -> Questions:
    """What waits for a person in the decisions that stand, the longest waiting first."""
    response.headers.update(VARY)
    return Questions.of(await services.kept.list_reviews(after, limit))
