"""Holds what callers may hand in."""

import pytest
from pydantic import ValidationError

from app.parsing.submission import Offer, Submission


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        pytest.param({}, "none was given", id="nothing"),
        pytest.param({"url": "https://example.org/a"}, "none was given", id="an-address-alone"),
        pytest.param({"text": "a", "html": "b"}, "text and html were given", id="two-bodies"),
        pytest.param({"text": "a", "url": "javascript:alert(1)"}, "must begin with http", id="script-url"),
        pytest.param({"text": "a", "url": "//evil.example"}, "must begin with http", id="other-site"),
        pytest.param({"text": "a", "url": "/a b"}, "must begin with http", id="space-in-url"),
        pytest.param({"text": "a", "id": ""}, "at least 1 character", id="empty-id"),
        pytest.param({f"f{i}": "a" for i in range(101)}, "101 fields", id="many-fields"),
        pytest.param({"text": "a", "colour": "red"}, "Extra inputs", id="unknown-field"),
    ],
)
def test_a_bad_submission_says_what_is_wrong(fields: dict[str, str], said: str) -> None:
    with pytest.raises(ValidationError, match=said):
        Submission.model_validate(fields)


@pytest.mark.parametrize("url", ["https://example.org/a", "HTTP://EXAMPLE.ORG", "/news/a"])
def test_web_addresses_are_kept(url: str) -> None:
    assert Submission(text="a", url=url).url == url


def test_lone_surrogates_are_read_as_replacement_characters() -> None:
    assert Submission(text="a\ud800b", title="\udfff").source == "a\ufffdb"


def test_an_empty_body_is_a_body() -> None:
    assert Submission(html="").source == ""


def test_an_offer_may_be_an_address_alone() -> None:
    offer = Offer(url="https://example.org/a", title="A")
    assert offer.is_address_alone
    with pytest.raises(ValidationError, match="none was given"):
        offer.to_submission()


def test_an_offer_with_an_article_is_that_submission() -> None:
    offer = Offer(html="<p>a</p>", url="/a", id="7", title="A")
    assert not offer.is_address_alone
    assert offer.to_submission() == Submission(html="<p>a</p>", url="/a", id="7", title="A")


@pytest.mark.parametrize("fields", [{}, {"url": "/a"}, {"text": "a", "markdown": "b"}, {"url": "data:text/html,a"}])
def test_an_offer_of_nothing_is_none(fields: dict[str, str]) -> None:
    with pytest.raises(ValidationError):
        Offer.model_validate(fields)
