"""The sample that a second judge looks at: about a tenth, and always the same articles."""

from app.judges.second_opinion import is_sampled
from tests.articles import build_article

ARTICLES = [build_article(f"Article number {number}.") for number in range(400)]


def test_about_a_tenth_is_sampled() -> None:
    assert 0.05 < sum(map(is_sampled, ARTICLES)) / len(ARTICLES) < 0.16


def test_an_article_is_in_the_sample_or_not_wherever_it_comes_from() -> None:
    moved = [article.model_copy(update={"id": "elsewhere", "url": "https://example.org"}) for article in ARTICLES]
    assert [is_sampled(article) for article in moved] == [is_sampled(article) for article in ARTICLES]


def test_all_and_none_are_samples_too() -> None:
    assert all(is_sampled(article, 1.0) for article in ARTICLES)
    assert not any(is_sampled(article, 0.0) for article in ARTICLES)
