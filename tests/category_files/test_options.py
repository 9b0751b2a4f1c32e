"""Owns the tests of the `scopenote:` block: what an editor may set, and what is refused."""

import pytest

from app.category_files.fields import Fields
from app.category_files.options import Options, read_options
from app.domain.exclusion import Condition
from app.errors import BadFile
from app.parsing.front_matter import read_front_matter


def read(block: str) -> Options:
    indented = "".join(f"  {line}\n" for line in block.splitlines())
    front = read_front_matter(f"---\ntitle: Rivers\nscopenote:\n{indented}---\n", "rivers.md")
    return read_options(Fields(front.fields, "rivers.md", front.pointers), "rivers")


FULL = r"""aliases: [streams]
synonyms: [watercourse]
broader: water
never_with: [lakes, seas]
threshold: 0.7
examples:
  - text: The river burst its banks.
    applies: true
    reason: It is about a river.
  - {text: The lake froze., applies: no}
exclusions:
  - id: floods
    text: Floods
    when: {any: ["flood", "re:\\bspate(s)?\\b"]}
    unless: {any: [river]}
    min_share: 0.2
    action: review
  - id: x2
    text: Ponds
    when: {any: [pond]}
"""


def test_everything_that_can_be_set_is_read() -> None:
    options = read(FULL.replace("applies: no", "applies: false"))
    assert (options.aliases, options.synonyms, options.broader) == (("streams",), ("watercourse",), ("water",))
    assert (options.never_with, options.threshold) == (("lakes", "seas"), 0.7)
    assert [(example.applies, example.reason) for example in options.examples] == [
        (True, "It is about a river."),
        (False, ""),
    ]


def test_a_pinned_rule_says_what_its_author_wrote() -> None:
    floods, ponds = read(FULL.replace("applies: no", "applies: false")).pinned
    assert (floods.id, floods.text, floods.kind, floods.origin) == ("rivers#floods", "Floods", "rescue", "explicit")
    assert floods.subjects == ("flood", r"re:\bspate(s)?\b")
    assert floods.condition == Condition(type="unless", phrases=("river",))
    assert floods.pinned
    assert (floods.pinned.min_share, floods.pinned.action) == (0.2, "review")
    assert (ponds.kind, ponds.condition) == ("topic", None)
    assert ponds.pinned
    assert (ponds.pinned.min_share, ponds.pinned.action, ponds.pinned.unless) == (0.0, "exclude", None)


def test_without_a_block_nothing_is_set() -> None:
    assert read_options(Fields({"title": "x"}, "a.md", {}), "x") == Options()


RULE = "exclusions:\n  - id: a\n    text: b\n    when: {any: [c]}\n"


@pytest.mark.parametrize(
    ("block", "field", "line", "problem"),
    [
        pytest.param("treshold: 1", "scopenote.treshold", 4, "Use one of: aliases, synonyms, broader", id="unknown"),
        pytest.param("threshold: 2", "scopenote.threshold", 4, "from 0 to 1", id="not a share"),
        pytest.param("threshold: true", "scopenote.threshold", 4, "truth value", id="truth for a number"),
        pytest.param("broader: {a: b}", "scopenote.broader", 4, "list of texts", id="mapping for a list"),
        pytest.param("broader: [a, [b]]", "scopenote.broader[2]", 4, "a list", id="list in a list"),
        pytest.param("broader: [1.5]", "scopenote.broader[1]", 4, "the number 1.5", id="fraction for a text"),
        pytest.param("aliases: [a b]", "scopenote.aliases", 4, "cannot be an id", id="alias with a space"),
        pytest.param("examples: yes", "scopenote.examples", 4, "where a list", id="text for a list"),
        pytest.param("examples:\n  - text: a", "scopenote.examples[1].applies", 5, "true or false", id="no verdict"),
        pytest.param("examples:\n  - applies: true", "scopenote.examples[1].text", 5, "is missing", id="no text"),
        pytest.param("examples:\n  - text: a\n    verdict: x", "scopenote.examples[1].verdict", 6, "known", id="typo"),
        pytest.param("examples:\n  -", "scopenote.examples[1]", 5, "is empty", id="empty entry"),
        pytest.param("exclusions: floods", "scopenote.exclusions", 4, "where a list", id="rules not in a list"),
        pytest.param(RULE + "    unles: {any: [d]}", "scopenote.exclusions[1].unles", 8, "unless", id="typo in a rule"),
        pytest.param(RULE.replace("id: a", "id: a b"), "scopenote.exclusions[1].id", 5, "cannot be an id", id="bad id"),
        pytest.param(RULE.replace("id: a", "id:"), "scopenote.exclusions[1].id", 5, "is missing", id="no id"),
        pytest.param(RULE.replace("text: b", "text:"), "scopenote.exclusions[1].text", 6, "is missing", id="no text"),
        pytest.param(RULE + RULE[12:], "scopenote.exclusions[2].id", 8, "taken", id="same id twice"),
        pytest.param(
            "exclusions:\n  - id: a\n    text: b", "scopenote.exclusions[1].when", 5, "is missing", id="no when"
        ),
        pytest.param(RULE.replace("[c]", "[]"), "scopenote.exclusions[1].when", 7, "names no phrases", id="no phrases"),
        pytest.param(RULE.replace("any", "all"), "scopenote.exclusions[1].when.all", 7, "one of: any", id="all"),
        pytest.param(
            RULE.replace("{any: [c]}", "c"), "scopenote.exclusions[1].when", 7, "fields are", id="bare phrase"
        ),
        pytest.param(RULE + "    action: delete", "scopenote.exclusions[1].action", 8, "not an action", id="action"),
        pytest.param(RULE + "    min_share: 20%", "scopenote.exclusions[1].min_share", 8, "number from", id="per cent"),
        pytest.param(RULE.replace("[c]", "['re:(']"), "scopenote.exclusions[1].when.any", 7, "missing )", id="pattern"),
        pytest.param(
            RULE.replace("[c]", "['re:a*']"), "scopenote.exclusions[1].when.any", 7, "empty text", id="all texts"
        ),
        pytest.param(
            RULE.replace("[c]", r"['re:(a)\1']"), "scopenote.exclusions[1].when.any", 7, "RE2", id="reference"
        ),
        pytest.param(
            RULE.replace("[c]", f"['re:{'a' * 600}']"), "scopenote.exclusions[1].when.any", 7, "600", id="long"
        ),
        pytest.param(
            RULE.replace("[c]", "['re:((a{99}){99}){99}']"), "scopenote.exclusions[1].when.any", 7, "RE2", id="bomb"
        ),
    ],
)
def test_a_wrong_block_is_refused_with_line_field_and_remedy(block: str, field: str, line: int, problem: str) -> None:
    with pytest.raises(BadFile) as refused:
        read(block)
    assert (refused.value.path, refused.value.field, refused.value.line) == ("rivers.md", field, line)
    assert problem in str(refused.value)
    assert refused.value.remedy


def test_a_block_that_is_no_mapping_is_refused() -> None:
    with pytest.raises(BadFile, match="scopenote"):
        read_options(Fields({"scopenote": "x"}, "a.md", {"/scopenote": 2}), "x")
