"""Owns the result as the outside sees it: the body of `POST /classify` and of `classify --json`."""

from datetime import UTC, datetime
from typing import Self

from app.domain.article import Article
from app.domain.decision import Assignment, Decision
from app.domain.telling import tell_absence
from app.domain.value import Value
from app.domain.verdict import JudgeName, Usage


class ArticleSummary(Value):
    """The article without its text. `digest` is the same for the same title and text."""

    id: str | None
    title: str
    url: str | None
    digest: str
    words: int
    sentences: int

    @classmethod
    def of(cls, article: Article) -> Self:
        """The summary of an article."""
        return cls(
            id=article.id,
            title=article.title,
            url=article.url,
            digest=article.digest,
            words=article.words,
            sentences=len(article.sentences),
        )


class Classification(Value):
    """A decision as it is told. `tag` and `rationale` are the first assigned category's.

    `start` and `end` of evidence are code-point offsets into the article's normal-form text,
    which for plain text without invisible characters is the text as submitted.
    """

    id: str
    created_at: datetime
    article: ArticleSummary
    tag: str | None
    rationale: str
    tags: tuple[str, ...]
    assignments: tuple[Assignment, ...]
    judge: JudgeName
    taxonomy_version: str
    prompt_version: str
    rules_version: str
    usage: Usage
    cached: bool
    warnings: tuple[str, ...]
    took_ms: float

    @classmethod
    def of(cls, decision: Decision, *, considered_only: bool = False) -> Self:
        """The classification that tells a decision; `considered_only` leaves out what was not put forward."""
        first = decision.first
        return cls(
            id=decision.id,
            created_at=decision.created_at.astimezone(UTC),
            article=ArticleSummary.of(decision.article),
            tag=first.category if first else None,
            rationale=first.rationale if first else tell_absence(decision.assignments),
            tags=decision.tags,
            assignments=tuple(
                a for a in decision.assignments if not (considered_only and a.status == "not_considered")
            ),
            judge=decision.judge,
            taxonomy_version=decision.taxonomy_version,
            prompt_version=decision.prompt_version,
            rules_version=decision.rules_version,
            usage=decision.usage,
            cached=decision.cached,
            warnings=decision.warnings,
            took_ms=decision.took_ms,
        )
