"""Owns the proof that an exclusion is divided into its prohibitions and freed from its order."""

import pytest

from app.category_files.exclusions.clauses import split_clauses, strip_order


@pytest.mark.parametrize(
    "order",
    [
        "Do not include",
        "Do not use this tag for",
        "Don't use for",
        "Never use this category for",
        "Strictly exclude",
        "Please avoid",
        "Omit",
        "Excludes",
        "Not for",
        "Not intended for",
        "This category does not cover",
        "This tag should not be used for",
        "Out of scope:",
        "Do not classify",
    ],
)
def test_orders_are_stripped(order: str) -> None:
    assert strip_order(f"{order} trams") == "trams"


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("Non-stop trams", id="non"),
        pytest.param("Exclude", id="nothing but an order"),
        pytest.param("Notices at stops", id="a longer word"),
    ],
)
def test_other_words_are_no_order(text: str) -> None:
    assert strip_order(text) == text


@pytest.mark.parametrize(
    ("text", "clauses"),
    [
        pytest.param("Trams, buses or unrelated ships", ["Trams, buses", "unrelated ships"], id="unrelated"),
        pytest.param("Unrelated ships or boats", ["Unrelated ships or boats"], id="unrelated throughout"),
        pytest.param(
            "Trams or misinterpretations of fares", ["Trams", "misinterpretations of fares"], id="another kind"
        ),
        pytest.param(
            "posts that promote trams, or that mock buses", ["posts that promote trams", "that mock buses"], id="verbs"
        ),
        pytest.param(
            "Trams, unrelated ships, or boats not tied to ports",
            ["Trams, unrelated ships, or boats not tied to ports"],
            id="one operator rules all",
        ),
        pytest.param("Exclude trams. Avoid ships.", ["trams", "ships"], id="sentences"),
    ],
)
def test_prohibitions_are_told_apart(text: str, clauses: list[str]) -> None:
    assert split_clauses(text) == clauses
