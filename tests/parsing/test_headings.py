"""Holds which lines of plain text are headings."""

import pytest

from app.parsing.headings import find_headings

BODY = "A line of text that says something at length and ends as sentences do."


@pytest.mark.parametrize(
    ("lines", "found"),
    [
        pytest.param(["Title", BODY], [True, False], id="short-then-long"),
        pytest.param(["What is it?", BODY], [True, False], id="question"),
        pytest.param(["Title", "Section", BODY], [True, True, False], id="title-and-section"),
        pytest.param(["We found three things:", BODY], [False, False], id="introduction"),
        pytest.param(["He left.", BODY], [False, False], id="sentence"),
        pytest.param([BODY, "Last words"], [False, False], id="nothing-follows"),
        pytest.param(["- an item", BODY], [False, False], id="list-item"),
        pytest.param(["1) an item", BODY], [False, False], id="numbered-item"),
        pytest.param(["***", BODY], [False, False], id="rule"),
        pytest.param(
            ["milk", "bread", "eggs", "tea", "salt", BODY], [False, False, True, True, True, False], id="list"
        ),
        pytest.param(["apples", "pears and plums"], [False, False], id="short-lines"),
        pytest.param(["word " * 20, BODY * 3], [False, False], id="long-line"),
    ],
)
def test_headings(lines: list[str], found: list[bool]) -> None:
    assert find_headings(lines) == found
