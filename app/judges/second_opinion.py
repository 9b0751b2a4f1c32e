"""Owns the choice of the articles that a second judge looks at as well."""

from app.domain.article import Article

SAMPLED = 0.1
"""The part of all articles that "sample" stands for."""


def is_sampled(article: Article, share: float = SAMPLED) -> bool:
    """Whether this article is in the sample: by its digest, so that the same article always or never is."""
    drawn = int(article.digest.removeprefix("sha256:")[:8], 16)
    return drawn < share * 0x1_0000_0000
