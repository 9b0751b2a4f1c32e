"""Owns having a CMS told of decisions that came to stand without a call of its own: by an editor's word, say."""

import hashlib
from datetime import UTC, datetime, timedelta
from typing import Final

from sqlalchemy import Connection

from app.domain.article import Article
from app.domain.article_event import ArticleEvent
from app.domain.decision import Decision
from app.domain.delivery import OWN, Delivery
from app.domain.source import Source
from app.store.cms_articles import find_cms_article
from app.store.decisions import load_decision
from app.store.deliveries import find_delivery, keep_delivery
from app.store.sources import find_source
from app.store.surveying import find_articles
from app.store.words import find_words

SOON: Final = timedelta(seconds=8)
"""The longest that a CMS is told later, so that an editor who goes through a list brings about one write."""


def tell_source(c: Connection, key: str, now: datetime) -> bool:
    """Keep a delivery of our own for an article, by its key, so that its CMS gets the decision that stands.

    What is said within the same moments comes to one delivery, as long as nobody works on it. False,
    and nothing kept, where such a one waits, the article is of no source (or was last heard of before
    the CMS's own names were noted), or its source wants to know nothing.
    """
    known = find_cms_article(c, key)
    source = find_source(c, known.source) if known else None
    if known is None or known.cms_id is None or source is None or not _wants_to_know(source):
        return False
    since = datetime.fromtimestamp(0, UTC)
    until = since + ((now - since) // SOON + 1) * SOON
    told = f"{OWN}{_digest(key)}:{until:%Y%m%dT%H%M%S}"
    event = ArticleEvent(what="updated", id=known.cms_id, locale=known.locale)
    delivery = _build(source, told, event, now, until)
    if keep_delivery(c, delivery):
        return True
    kept = find_delivery(c, source.name, told)  # held by now: no worker takes it before this is kept
    if kept is None or kept.state == "waiting":
        return False
    return keep_delivery(c, _build(source, f"{told}:{now:%Y%m%dT%H%M%S.%f}", event, now, until))


def is_own(delivery: Delivery) -> bool:
    """Whether it is ours, and not a call of the CMS."""
    return delivery.key.startswith(OWN)


def find_whole(c: Connection, article: Article) -> Decision | None:
    """The decision that stands for an article with just this text; None where it is still to be made.

    It is where there is none, where a stand-in made it, and where an editor had a word since.
    """
    stored = find_articles(c, [article.key]).get(article.key)
    if stored is None or stored.decision is None:
        return None
    decision = load_decision(c, stored.decision)
    is_of_text = decision.article.digest == article.digest and not decision.judge.degraded
    is_heard = all(word.at <= decision.created_at for word in find_words(c, article.key))
    return decision if is_of_text and is_heard else None


def _wants_to_know(source: Source) -> bool:
    return source.mode in {"draft", "apply"} or source.callback is not None


def _build(source: Source, key: str, event: ArticleEvent, now: datetime, due_at: datetime) -> Delivery:
    id_ = _digest(f"{source.name} {key}")
    return Delivery(id=id_, source=source.name, key=key, received_at=now, events=(event,), due_at=due_at)


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode(errors="replace")).hexdigest()[:32]
