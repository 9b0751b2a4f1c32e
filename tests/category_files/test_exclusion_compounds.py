"""Owns the proof that each part of a compound exclusion keeps its own redirect and condition."""

import pytest

from app.category_files.exclusions.grammar import compile_exclusion
from app.domain.exclusion import ExclusionRule

Part = tuple[str, tuple[str, ...], tuple[str, ...]]


def read(text: str) -> ExclusionRule:
    return compile_exclusion(text, rule_id="c#x1", category_title="Transport")


def outline(rule: ExclusionRule) -> list[Part]:
    return [(check.kind, check.subjects, check.redirect_to) for check in rule.checks]


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        pytest.param(
            "Trams (belongs to Rail), and coach tours that do not name a route",
            [("redirect", ("Trams",), ("Rail",)), ("absence", ("coach tours",), ())],
            id="first",
        ),
        pytest.param(
            "Trams (goes under Rail), ferries and boats (use Water instead) and bridges",
            [
                ("redirect", ("Trams",), ("Rail",)),
                ("redirect", ("ferries", "boats"), ("Water",)),
                ("topic", ("bridges",), ()),
            ],
            id="several",
        ),
        pytest.param(
            "Trams, unrelated crafts, or misrepresentations of buses (see Rail)",
            [("topic", ("Trams",), ()), ("absence", ("crafts",), ()), ("redirect", ("buses",), ("Rail",))],
            id="last",
        ),
        pytest.param(
            "Trams or misrepresentations of buses; use Rail instead",
            [("redirect", ("Trams",), ("Rail",)), ("redirect", ("buses",), ("Rail",))],
            id="without brackets to all",
        ),
        pytest.param(
            "Trams (belongs to Rail) that do not run at night, unless they are historic",
            [("redirect", ("Trams",), ("Rail",))],
            id="one prohibition around it",
        ),
        pytest.param("Trams; (see Rail)", [("redirect", ("Trams",), ("Rail",))], id="on its own"),
        pytest.param(
            "Trams, job offers, and articles in which buses are discussed without a timetable",
            [("topic", ("Trams", "job offers"), ()), ("absence", ("buses",), ())],
            id="a clause that begins anew",
        ),
        pytest.param(
            "Articles or posts in which trams are shown", [("topic", ("trams",), ())], id="two nouns for texts"
        ),
    ],
)
def test_a_redirect_goes_to_the_part_that_it_follows(text: str, parts: list[Part]) -> None:
    assert outline(read(text)) == parts


def test_the_rule_keeps_the_union_of_its_parts_redirects() -> None:
    rule = read("Trams (see Rail), ferries (belongs to Water), and rowing boats (see Water)")
    assert rule.redirect_to == ("Rail", "Water")
    assert [part.redirect_to for part in rule.parts] == [("Rail",), ("Water",), ("Water",)]


def test_a_condition_behind_a_redirect_in_a_list_is_not_shared_with_what_stands_before() -> None:
    first, second = read("Trams (belongs to Rail), and coach tours that do not name a route").parts
    assert first.condition is None
    assert second.condition is not None
    assert second.condition.phrases == ("route",)
