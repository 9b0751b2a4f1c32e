"""What a server's headers say about its limits, and how long it asks to wait."""

import httpx2
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.llm.server.rate_headers import find_duration_s, find_wait_s, read_limits
from app.llm.wire import RateLimits

DATE = "Sun, 22 Nov 2026 10:00:00 GMT"


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        pytest.param("1s", 1, id="seconds"),
        pytest.param("6m0s", 360, id="minutes and seconds"),
        pytest.param("120ms", 0.12, id="milliseconds"),
        pytest.param("2m59.56s", 179.56, id="fractions"),
        pytest.param("1h2m3s", 3_723, id="hours"),
        pytest.param("1d", 86_400, id="a day"),
        pytest.param("17", 17, id="a plain number"),
        pytest.param(" 0.5 ", 0.5, id="a plain fraction"),
        pytest.param("31536000", 31_536_000, id="a year, as it says"),
        pytest.param("", None, id="empty"),
        pytest.param("soon", None, id="a word"),
        pytest.param("-3", None, id="negative"),
        pytest.param("1s or so", None, id="something behind it"),
        pytest.param("nan", None, id="not a number"),
        pytest.param("1e999", None, id="infinite"),
        pytest.param("9" * 5_000, None, id="endless"),
    ],
)
def test_a_duration(text: str, seconds: float | None) -> None:
    assert find_duration_s(text) == (None if seconds is None else pytest.approx(seconds))


def test_limits_are_read_from_the_headers() -> None:
    headers = httpx2.Headers(
        {
            "X-RateLimit-Limit-Requests": "500",
            "x-ratelimit-remaining-requests": "499",
            "x-ratelimit-reset-requests": "120ms",
            "x-ratelimit-limit-tokens": "200000",
            "x-ratelimit-remaining-tokens": "0",
            "x-ratelimit-reset-tokens": "6m0s",
        }
    )
    assert read_limits(headers) == RateLimits(
        limit_requests=500,
        remaining_requests=499,
        reset_requests_s=0.12,
        limit_tokens=200_000,
        remaining_tokens=0,
        reset_tokens_s=360.0,
    )


def test_a_projects_tokens_count_where_no_others_are_named() -> None:
    headers = {"x-ratelimit-remaining-project-tokens": "12", "x-ratelimit-reset-project-tokens": "1s"}
    assert read_limits(headers) == RateLimits(remaining_tokens=12, reset_tokens_s=1.0)


@pytest.mark.parametrize("value", ["-1", "many", "", "1e5", "99999999999999999999", "0x10"])
def test_garbage_counts_as_unsaid(value: str) -> None:
    assert read_limits({"x-ratelimit-remaining-requests": value}) == RateLimits()


@pytest.mark.parametrize(
    ("headers", "message", "seconds"),
    [
        pytest.param({"retry-after-ms": "1500", "retry-after": "9"}, "", 1.5, id="milliseconds go first"),
        pytest.param({"retry-after": "9"}, "try again in 2s", 9, id="then seconds"),
        pytest.param(
            {"retry-after": "Sun, 22 Nov 2026 10:00:30 GMT", "date": DATE}, "", 30, id="a date, by the server's clock"
        ),
        pytest.param({"retry-after": "Sun, 22 Nov 2026 09:00:00 GMT", "date": DATE}, "", 0, id="a date gone by"),
        pytest.param({"retry-after": "Sun, 22 Nov 2026 10:00:30 GMT"}, "", None, id="a date and no clock"),
        pytest.param({"retry-after": "later", "date": DATE}, "", None, id="garbage"),
        pytest.param({"retry-after": "31536000"}, "", 31_536_000, id="a year"),
        pytest.param({}, "Rate limit reached. Please try again in 1m2.5s. Visit", 62.5, id="in words only"),
        pytest.param(
            {"x-ratelimit-remaining-tokens": "0", "x-ratelimit-reset-tokens": "7s"},
            "",
            7,
            id="until used-up tokens are back",
        ),
        pytest.param(
            {"x-ratelimit-remaining-tokens": "5", "x-ratelimit-reset-tokens": "7s"}, "", None, id="not used up"
        ),
        pytest.param({}, "", None, id="unsaid"),
    ],
)
def test_how_long_to_wait(headers: dict[str, str], message: str, seconds: float | None) -> None:
    assert find_wait_s(headers, message) == seconds


@given(value=st.text(max_size=60), message=st.text(max_size=60))
def test_no_header_does_harm(value: str, message: str) -> None:
    names = ("retry-after", "retry-after-ms", "date", "x-ratelimit-reset-tokens", "x-ratelimit-remaining-tokens")
    wait_s = find_wait_s(dict.fromkeys(names, value), message)
    assert wait_s is None or wait_s >= 0
