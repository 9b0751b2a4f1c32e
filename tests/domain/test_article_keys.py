"""The keys under which articles are kept: no two share one, and those of ordinary ids are as plain as can be."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from app.domain.article_event import ArticleEvent, name_article

IDS = st.text("a1@%2405-:/ é", min_size=1, max_size=12)
LOCALES = st.none() | st.text("de@%-_25", min_size=1, max_size=6)
ARTICLES = st.tuples(st.sampled_from(["blog", "blog-a"]), IDS, LOCALES)


def _name(article: tuple[str, str, str | None]) -> str:
    source, id_, locale = article
    return name_article(source, ArticleEvent(what="published", id=id_, locale=locale))


@given(one=ARTICLES, other=ARTICLES)
@example(one=("blog", "a@de", None), other=("blog", "a", "de"))
@example(one=("blog", "a@de", None), other=("blog", "a%40de", None))
@example(one=("blog", "%2540", None), other=("blog", "%40", None))
@example(one=("blog", "a", "d@e"), other=("blog", "a@d", "e"))
def test_two_articles_never_share_a_key(one: tuple[str, str, str | None], other: tuple[str, str, str | None]) -> None:
    assert (_name(one) == _name(other)) == (one == other)


@given(id_=IDS, locale=LOCALES)
def test_the_id_can_be_read_back_from_the_key(id_: str, locale: str | None) -> None:
    """By the rule of percent-encoding alone, for the two characters that are written so."""
    rest, _, found = _name(("blog", id_, locale)).removeprefix("blog:").partition("@")
    parts = [part.replace("%40", "@") for part in rest.split("%25")]
    assert ("%".join(parts), found or None) == (id_, locale)


@pytest.mark.parametrize(
    ("id_", "locale", "key"),
    [
        pytest.param("17", None, "blog:17", id="a number"),
        pytest.param("2f1c-77aa", "en-GB", "blog:2f1c-77aa@en-GB", id="a UUID with a locale"),
        pytest.param("content/posts/a b.md", None, "blog:content/posts/a b.md", id="a path"),
        pytest.param("100%-wool", None, "blog:100%-wool", id="a percent sign"),
        pytest.param("talk:3", None, "blog:talk:3", id="a colon"),
    ],
)
def test_ordinary_ids_stand_in_their_keys_as_they_are(id_: str, locale: str | None, key: str) -> None:
    assert _name(("blog", id_, locale)) == key
