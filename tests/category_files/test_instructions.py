"""Owns the tests of Instructions: which words are scope, topics, exclusions and summary."""

import pytest

from app.category_files.instructions import read_instructions


def topics_of(text: str) -> list[str]:
    return [item.text for item in read_instructions(text).topics]


def exclusions_of(text: str) -> list[str]:
    return [item.text for item in read_instructions(text).exclusions]


@pytest.mark.parametrize(
    "heading",
    [
        pytest.param("**Strictly exclude:**", id="strictly exclude"),
        pytest.param("**Strictly Exclude:**  ", id="capitals and trailing spaces"),
        pytest.param("**Explicit Exclusions:**", id="explicit exclusions"),
        pytest.param("**Strict Exclusions**:", id="colon outside the bold"),
        pytest.param("__Explicitly Exclude:__", id="underscores"),
        pytest.param("*Exclusions:*", id="italics"),
        pytest.param("**Exclude content that:**", id="exclude content that"),
        pytest.param("### Explicit exclusions", id="markdown heading"),
        pytest.param("## 3. Exclusions ##", id="numbered markdown heading"),
        pytest.param("Explicit Exclusions:", id="plain with colon"),
        pytest.param("**Out of scope**", id="out of scope"),
        pytest.param("**What this category is not**", id="what it is not"),
        pytest.param("Do not use this category for:", id="do not use"),
        pytest.param("Don’t use this tag for:", id="curly apostrophe"),
        pytest.param("**Explicit Exclusions:**\nDo not use this category for:", id="heading and lead-in"),
        pytest.param("**Strictly exclude** the following:", id="bold lead-in"),
        pytest.param("Content should not be tagged with this if it:", id="passive lead-in"),
        pytest.param("**Strictly exclude:** any of the following", id="run-in lead-in"),
    ],
)
@pytest.mark.parametrize("mark", ["-", "*", "+", "•", "1.", "2)"])
def test_bullets_under_an_exclusion_heading_are_exclusions_word_for_word(heading: str, mark: str) -> None:
    text = f"About rivers.\n\n{heading}\n\n{mark} Floods without **any** river.\n{mark} “Lakes” in general\n"
    assert exclusions_of(text) == ["Floods without **any** river.", "“Lakes” in general"]
    assert topics_of(text) == []


@pytest.mark.parametrize(
    "heading",
    [
        pytest.param("**Key Topics:**", id="key topics"),
        pytest.param("**Key topics that should be discussed under this category include:**", id="a whole clause"),
        pytest.param("**Key Topics to Include**", id="no colon"),
        pytest.param("**Include content that discusses:**", id="include content"),
        pytest.param("#### Relevant topics", id="markdown heading"),
        pytest.param("This category covers:", id="plain with colon"),
        pytest.param("**In scope:**", id="in scope"),
        pytest.param("Use this tag for:", id="use this tag for"),
    ],
)
def test_bullets_under_a_topics_heading_are_topics(heading: str) -> None:
    text = f"About rivers.\n\n{heading}\n- Deltas, and their silt\n- Sources"
    assert topics_of(text) == ["Deltas, and their silt", "Sources"]
    assert read_instructions(text).scope == "About rivers."


@pytest.mark.parametrize(
    ("text", "scope"),
    [
        pytest.param("Use this category only for rivers.\n\nIt is about water.", "rivers.\n\nIt is", id="unlabelled"),
        pytest.param("**Scope and Intent:**  \nIt is about water.", "It is about water.", id="scope and intent"),
        pytest.param("Scope and Purpose: It is about water.", "It is about water.", id="plain run-in"),
        pytest.param("**Purpose:** It is about water.", "It is about water.", id="bold run-in"),
        pytest.param(
            "**Alignment with Recognized Authorities:**\n1. **Hydrology** as taught", "**Hydrology**", id="list"
        ),
        pytest.param("**Use this category only for rivers.**  \nWater.", "only for rivers. Water.", id="bold opener"),
        pytest.param(
            "**Use this category only for discussions on rivers**\nWater.", "Water.", id="opener without stop"
        ),
    ],
)
def test_scope_is_what_stands_under_its_heading_or_under_none(text: str, scope: str) -> None:
    instructions = read_instructions(text)
    assert scope in instructions.scope
    assert (instructions.topics, instructions.exclusions, instructions.summary) == ((), (), "")
    assert instructions.remarks == ()


@pytest.mark.parametrize(
    ("sentence", "exclusion"),
    [
        pytest.param(
            "**Strictly exclude** discussions that praise floods.", "discussions that praise floods.", id="bold"
        ),
        pytest.param("Strictly exclude any content on lakes.", "any content on lakes.", id="plain"),
        pytest.param("Exclude lakes, e.g. Lake Geneva.", "lakes, e.g. Lake Geneva.", id="abbreviation"),
        pytest.param("Please exclude lakes.", "lakes.", id="polite"),
        pytest.param("Do not use this category for lakes.", "Do not use this category for lakes.", id="do not use"),
        pytest.param("Omit lakes.", "Omit lakes.", id="omit"),
        pytest.param("Avoid content that is on lakes.", "Avoid content that is on lakes.", id="avoid"),
        pytest.param("Lakes should also be avoided.", "Lakes should also be avoided.", id="passive"),
    ],
)
def test_a_prohibition_in_running_text_is_an_exclusion(sentence: str, exclusion: str) -> None:
    for text in (sentence, f"Rivers flow. {sentence}", f"**Key Topics:**\n- Deltas\n\n{sentence}"):
        assert exclusions_of(text) == [exclusion]


def test_a_sentence_that_follows_an_inline_exclusion_is_its_own_item_word_for_word() -> None:
    text = "Rivers.\n\n**Strictly exclude** praise of floods. Avoid what is merely wet. Never mind ponds.\n"
    assert exclusions_of(text) == ["praise of floods.", "Avoid what is merely wet.", "Never mind ponds."]


def test_what_is_no_prohibition_stays_scope_when_it_follows_an_inline_exclusion() -> None:
    instructions = read_instructions("Strictly exclude lakes. Rivers flow into seas.")
    assert [item.text for item in instructions.exclusions] == ["lakes."]
    assert instructions.scope == "Rivers flow into seas."


def test_a_paragraph_under_an_exclusion_heading_is_one_item_per_sentence() -> None:
    text = "**Strictly exclude:**  \nTalk of lakes, such as ponds. This includes pools. Praise of floods."
    assert exclusions_of(text) == ["Talk of lakes, such as ponds. This includes pools.", "Praise of floods."]


@pytest.mark.parametrize(
    "bullet",
    ["Do not include lakes", "Exclude lakes", "Omit lakes", "Avoid lakes", "Praises lakes without depth"],
)
def test_imperative_and_verb_led_bullets_are_kept_word_for_word(bullet: str) -> None:
    assert exclusions_of(f"**Exclude content that:**\n- {bullet}") == [bullet]


def test_a_summary_that_excludes_stays_summary() -> None:
    text = "**Exclusions:**\n- Lakes\n\n**Summary:**  \nClassify rivers. Exclude content that is unrelated.\n\nThat is all."
    instructions = read_instructions(text)
    assert [item.text for item in instructions.exclusions] == ["Lakes"]
    assert instructions.summary == "Classify rivers. Exclude content that is unrelated.\nThat is all."


def test_a_quick_test_is_summary() -> None:
    assert read_instructions("**Quick Test:** Does it flow? If yes, include.").summary.startswith("Does it flow?")


@pytest.mark.parametrize(
    ("text", "topics"),
    [
        pytest.param(
            "**Key Topics:**\n\n1. **Course of a river:**  \n   - Source\n   - Mouth\n2. **Water:**\n   - Silt",
            ["Course of a river: Source", "Course of a river: Mouth", "Water: Silt"],
            id="numbered groups",
        ),
        pytest.param(
            "**Key Topics:**\n\n**Scope and courses**\n- Source\n\n**Water**\n- Silt",
            ["Scope and courses: Source", "Water: Silt"],
            id="bold labels",
        ),
        pytest.param(
            "**Key Topics:**\n- **Silt**: what it is\n- Mouth", ["**Silt**: what it is", "Mouth"], id="labels"
        ),
        pytest.param(
            "**Key Topics:**\n- A long bullet that says all that there is to say about it\n  - Mouth",
            ["A long bullet that says all that there is to say about it", "Mouth"],
            id="a sentence is no label",
        ),
        pytest.param("Topics: silt, mouths (deltas, fords), and sources.", None, id="one sentence"),
        pytest.param("**Topics:**  \nSilt  \nMouths (deltas, fords)  \nSources  ", None, id="lines"),
        pytest.param(
            "Topics:\n- Silt\n  in water\n- Mouths\nand fords", ["Silt in water", "Mouths and fords"], id="wrapped"
        ),
    ],
)
def test_topics_come_in_groups_labels_sentences_and_lines(text: str, topics: list[str] | None) -> None:
    expected = topics or ["silt", "mouths (deltas, fords)", "sources"]
    assert [topic if topics else topic.lower() for topic in topics_of(text)] == expected


def test_a_label_that_carries_on_is_joined_to_its_bullets() -> None:
    assert exclusions_of("**Exclusions:**\n- Content that:\n  - praises lakes") == ["Content that praises lakes"]


def test_a_group_label_among_exclusions_does_not_end_them() -> None:
    text = "**Strictly exclude:**\n\n**Still water**\n- Lakes\n\n**Including:**\n- Ponds"
    assert exclusions_of(text) == ["Still water: Lakes", "Including: Ponds"]


def test_a_definition_that_is_one_numbered_list_has_its_parts() -> None:
    text = "1. **Key Topics**\n   - Silt\n   - Fords\n2. **Exclude**\n   - Lakes\n3. **Summary:** Rivers."
    instructions = read_instructions(text)
    assert (topics_of(text), exclusions_of(text), instructions.summary) == (["Silt", "Fords"], ["Lakes"], "Rivers.")


def test_a_repeated_bullet_is_kept_once_with_a_remark_on_its_line() -> None:
    instructions = read_instructions("Topics:\n- Silt\n- Fords\n- silt.\n")
    assert [item.text for item in instructions.topics] == ["Silt", "Fords"]
    assert [(remark.line, "second time" in remark.message) for remark in instructions.remarks] == [(3, True)]


@pytest.mark.parametrize(
    ("text", "line", "kept"),
    [
        pytest.param(
            "Topics:\n- Silt\n\n## Anchor texts\nA river ran.", 3, "Anchor texts:\n\nA river ran.", id="heading"
        ),
        pytest.param("Exclusions:\n- Lakes\n\nUse it with care.", 3, "Use it with care.", id="text behind exclusions"),
    ],
)
def test_what_is_not_recognised_is_scope_with_a_remark(text: str, line: int, kept: str) -> None:
    instructions = read_instructions(text)
    assert kept in instructions.scope
    assert [remark.line for remark in instructions.remarks] == [line]


def test_a_prohibition_among_topics_or_in_the_scope_is_read_as_an_exclusion_with_a_remark() -> None:
    instructions = read_instructions("- Do not use this for lakes.\n\nTopics:\n- Silt\n- Exclude ponds\n")
    assert [item.text for item in instructions.exclusions] == ["Do not use this for lakes.", "Exclude ponds"]
    assert [remark.line for remark in instructions.remarks] == [0, 4]
