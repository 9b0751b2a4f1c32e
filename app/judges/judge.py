"""Owns the protocol that every judge keeps."""

from typing import Protocol

from app.domain.article import Article
from app.domain.verdict import Candidate, Judgement


class Judge(Protocol):
    """Whoever turns an article and candidates into verdicts."""

    async def judge(self, article: Article, candidates: tuple[Candidate, ...]) -> Judgement:
        """One verdict per candidate, in their order.

        Raises:
            Unavailable: the judge cannot be asked; nothing is decided.
        """
        ...
