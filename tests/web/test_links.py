"""Addresses of what is kept survive ids with slashes, blanks and marks that mean something in an address."""

import pytest

from app.web.links import get_decision_url, get_history_url, get_review_url, get_word_url


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        pytest.param(get_decision_url("a b"), "/classifications/a%20b", id="a decision"),
        pytest.param(get_decision_url("x", "c/d#"), "/classifications/x#category-c%2Fd%23", id="one of its categories"),
        pytest.param(get_word_url("../x"), "/classifications/..%2Fx/feedback/page", id="a word"),
        pytest.param(get_history_url("/posts/é?.md"), "/articles/%2Fposts%2F%C3%A9%3F.md/history", id="a history"),
        pytest.param(get_review_url(), "/review", id="the list"),
        pytest.param(get_review_url("7:a&b"), "/review?after=7%3Aa%26b", id="a place in the list"),
        pytest.param(get_review_url("", said="x", about="y"), "/review?said=x&about=y", id="the list after a word"),
    ],
)
def test_an_address_is_quoted(url: str, expected: str) -> None:
    assert url == expected
