"""The blocks of a stream as HTML."""

import pytest
from pydantic import JsonValue

from app.cms.sites.streams import write_stream


@pytest.mark.parametrize(
    ("value", "html"),
    [
        pytest.param("<p>Rich <b>text</b></p>", "<p>Rich <b>text</b></p>", id="rich-text"),
        pytest.param("1 < 2", "<p>1 &lt; 2</p>", id="plain-text"),
        pytest.param([{"type": "heading", "value": "Why", "id": "x"}], "<h2>Why</h2>", id="a-heading"),
        pytest.param([{"type": "quote", "value": "So"}], "<blockquote>So</blockquote>", id="a-quote"),
        pytest.param([{"type": "image", "value": 7, "id": "x"}], "", id="a-picture"),
        pytest.param(
            [{"type": "card", "value": {"heading": "A", "text": "<p>b</p>", "list": ["c", "d"]}}],
            "<p>A</p>\n<p>b</p>\n<p>c</p>\n<p>d</p>",
            id="a-block-of-the-site",
        ),
        pytest.param(None, "", id="nothing"),
    ],
)
def test_a_field_is_written(value: JsonValue, html: str) -> None:
    assert write_stream(value) == html


def test_a_stream_without_end_is_cut() -> None:
    assert len(write_stream(["a"] * 100_000)) < 200_000
