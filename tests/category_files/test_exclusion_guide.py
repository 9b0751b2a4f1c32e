"""Owns the proof that exclusions are understood as the editors' guide says."""

import re
from pathlib import Path

import pytest

from app.category_files.exclusions.grammar import compile_exclusion
from app.domain.exclusion import ExclusionKind

GUIDE = Path(__file__).parents[2] / "categories/README.md"

WORDINGS: list[tuple[str, ExclusionKind]] = [
    ("Flowcharts that do not record times or queues", "absence"),
    ("Trams without timetables", "absence"),
    ("Journey maps unless they are set against a value stream map", "rescue"),
    ("Passing mentions of Scrum", "depth"),
    ("Superficial mentions of Scrum", "depth"),
    ("Bare mentions of Scrum", "depth"),
    ("Mere mentions of Scrum", "depth"),
    ("Sprints (belongs to Scrum)", "redirect"),
    ("Coaching (use the parent Leadership category instead)", "redirect"),
    ("Household budgets, pensions and private investment portfolios", "topic"),
    ("Articles that promote agile as a cure", "stance"),
    ("Articles that misread agile", "stance"),
    ("Articles that praise agile", "stance"),
    ("Unrelated or generic content", "vague"),
    ("Day trains unless they are compared with a night connection.", "rescue"),
    ("Luxury rail cruises without scheduled transport (belongs to Rail Cruises).", "redirect"),
]


@pytest.mark.parametrize(("text", "kind"), [pytest.param(*row, id=row[0]) for row in WORDINGS])
def test_a_wording_of_the_guide_has_the_kind_that_it_names(text: str, kind: ExclusionKind) -> None:
    assert compile_exclusion(text, rule_id="c#x1", category_title="Night Trains").kind == kind


def test_every_kind_of_the_guides_table_is_tried() -> None:
    section = GUIDE.read_text(encoding="utf-8").partition("## How exclusions are understood")[2].partition("\n## ")[0]
    kinds = re.findall(r"^\|.*?\| `(\w+)` \|", section, re.MULTILINE)
    assert kinds
    assert set(kinds) == {kind for _, kind in WORDINGS}


def test_quality_can_only_be_felt() -> None:
    assert compile_exclusion(
        "Low-quality articles about trains", rule_id="c#x1", category_title="Night Trains"
    ).needs_judgement


def test_a_redirect_in_plain_words_keeps_the_condition_before_it() -> None:
    text = "Luxury rail cruises without scheduled transport (belongs to Rail Cruises)."
    rule = compile_exclusion(text, rule_id="c#x1", category_title="Night Trains")
    assert (rule.kind, rule.also, rule.redirect_to) == ("redirect", ("absence",), ("Rail Cruises",))
    assert rule.condition is not None
    assert rule.condition.phrases == ("scheduled transport",)
