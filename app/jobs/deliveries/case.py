"""Owns the case: one event of a delivery, with what is known of its article."""

from datetime import datetime

from app.domain.article_event import ArticleEvent
from app.domain.delivery import Delivery, Fate, Outcome
from app.domain.source import Source
from app.domain.value import Value
from app.store.cms_articles import CmsArticle


class Case(Value):
    """`key` is what the article is kept under, `moment` puts its events in order."""

    source: Source
    delivery: Delivery
    event: ArticleEvent
    key: str
    moment: datetime
    known: CmsArticle | None


def end(case: Case, fate: Fate, reason: str = "") -> Outcome:
    """The outcome of a case in which nothing was decided."""
    return Outcome(article=case.key, fate=fate, reason=reason)
