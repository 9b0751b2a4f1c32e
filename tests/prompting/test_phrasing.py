"""The wording of exclusions: descriptions of articles, and nothing of what the author said is lost."""

import json
import re
from pathlib import Path

import pytest

from app.category_files.exclusions.grammar import compile_exclusion
from app.category_files.loading import load_taxonomy
from app.domain.exclusion import ExclusionRule
from app.prompting.describing import cut_redirect, describe, is_prohibition
from app.prompting.phrasing import phrase_exclusion

ROOT = Path(__file__).parents[2]
GOLD = ROOT.parent / "shared" / "data" / "exclusions" / "gold.jsonl"
SHIPPED = [
    rule
    for category in load_taxonomy(ROOT / "categories").categories
    for rule in category.exclusions
    if not rule.pinned
]


def _compile(text: str, title: str = "Pottery") -> ExclusionRule:
    return compile_exclusion(text, rule_id="pottery#x1", category_title=title)


@pytest.mark.parametrize(
    ("text", "wording"),
    [
        pytest.param(
            "Exclude strategy documents without figures or rules.",
            "Mainly about strategy documents, silent on figures and rules",
            id="absence",
        ),
        pytest.param(
            "Omit marketing and sales topics unless directly tied to clay.",
            "Mainly about marketing and sales topics, unconnected with clay",
            id="rescue",
        ),
        pytest.param(
            "Choices of glazes, unless they are discussed for what they do to clay.",
            "Choices of glazes, where they are not discussed for what they do to clay",
            id="a condition that is a clause",
        ),
        pytest.param(
            "Discussions unrelated to Pottery or kilns.",
            "Mainly about something other than Pottery or kilns",
            id="any content",
        ),
        pytest.param("Do not use this tag for recipes.", "Recipes", id="topic"),
        pytest.param("Roof tiles (belongs to Building).", "Roof tiles (a case for Building)", id="redirect"),
        pytest.param("Use the parent Crafts tag instead.", "An article that fits Crafts better", id="redirect alone"),
        pytest.param("Content that mocks amateurs.", "Content that mocks amateurs", id="stance"),
        pytest.param(
            "General discussions of methods (e.g., coiling) that do not address firing.",
            "General discussions of methods (e.g., coiling) that do not address firing",
            id="examples stay examples",
        ),
        pytest.param(
            "Do not confuse with porcelain.",
            'An article that this forbids: "Do not confuse with porcelain."',
            id="nothing but a prohibition",
        ),
    ],
)
def test_an_exclusion_is_worded_as_a_description(text: str, wording: str) -> None:
    assert phrase_exclusion(_compile(text)) == wording


def test_each_part_of_a_compound_is_worded_with_its_own_target() -> None:
    text = "workshops that end with one map (use Mapping instead), and tool reviews that do not show a kiln."
    assert phrase_exclusion(_compile(text)) == (
        "Workshops that end with one map (a case for Mapping); or tool reviews that do not show a kiln"
    )


@pytest.mark.parametrize(
    ("text", "description"),
    [
        pytest.param("Never apply this tag to obituaries", "Obituaries", id="never"),
        pytest.param("Please do not include recipes.", "Recipes.", id="please"),
        pytest.param("Avoid using this tag for jokes", "Jokes", id="avoid using"),
        pytest.param("Not suitable for job ads", "Job ads", id="not"),
        pytest.param("No product news", "Product news", id="no"),
        pytest.param("This tag does not cover horses", "Horses", id="does not cover"),
        pytest.param("Obituaries should not be tagged.", "Obituaries", id="should not"),
        pytest.param("Sport is excluded", "Sport", id="is excluded"),
        pytest.param("No-code tools", "No-code tools", id="no as a part of a word"),
        pytest.param("Not-for-profit bodies", "Not-for-profit bodies", id="not as a part of a word"),
        pytest.param("Skip lists in databases", "Skip lists in databases", id="a noun like an opener"),
        pytest.param("X unless it applies to Y", "X, where it does not apply to Y", id="unless it applies"),
        pytest.param("X unless they also tie in Y", "X, where they do not also tie in Y", id="unless they also"),
        pytest.param("X unless clearly tied to Y", "X, not clearly tied to Y", id="unless tied"),
        pytest.param(
            "X unless a team reports on Y", "X, with nothing of this: a team reports on Y", id="unless a clause"
        ),
        pytest.param("X except when it is about Y", "X, where it is not about Y", id="except when"),
        pytest.param("Do not tag", "", id="nothing left"),
    ],
)
def test_describe(text: str, description: str) -> None:
    assert describe(text) == description


@pytest.mark.parametrize(
    ("text", "left"),
    [
        pytest.param("Measures (belongs to Flow Metrics).", "Measures.", id="in brackets"),
        pytest.param("Measures: use Flow Metrics instead.", "Measures.", id="after a colon"),
        pytest.param("Measures, which belong to Flow Metrics, unless Y", "Measures, unless Y", id="before a condition"),
        pytest.param("Measures (of flow)", "Measures (of flow)", id="other brackets"),
    ],
)
def test_cut_redirect(text: str, left: str) -> None:
    assert cut_redirect(text) == left


def _check(rule: ExclusionRule) -> None:
    wording = phrase_exclusion(rule)
    assert not is_prohibition(wording)
    conditions = [part.condition for part in rule.checks if part.condition]
    said = set(re.findall(r"\w+", f"{wording} {rule.text}".casefold()))
    told = set(re.findall(r"\w+", wording.casefold()))
    for phrase in (phrase for condition in conditions for phrase in condition.phrases):
        # What the compiler added (the category's title) need not be told; what the author wrote must be.
        words = set(re.findall(r"\w+", phrase.casefold())) & said & set(re.findall(r"\w+", rule.text.casefold()))
        assert words <= told | {"or", "and", "the", "a"}


@pytest.mark.parametrize("rule", SHIPPED, ids=lambda rule: rule.id)
def test_a_shipped_exclusion_begins_with_no_prohibition_and_keeps_its_condition(rule: ExclusionRule) -> None:
    _check(rule)


@pytest.mark.skipif(not GOLD.is_file(), reason="the hand-made readings of exclusions are not there")
def test_other_publishers_exclusions_begin_with_no_prohibition_and_keep_their_condition() -> None:
    rows = [json.loads(line) for line in GOLD.read_text(encoding="utf-8").splitlines() if line.strip()]
    assert rows
    for row in rows:
        _check(_compile(row["text"], row["category_title"]))
