"""Owns the tests of Instructions in general: nothing is lost, and nothing takes long."""

import re
import time

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from app.category_files.instructions import Instructions, read_instructions

WORD = st.text("abcdefghäé", min_size=2, max_size=6)
SENTENCE = st.lists(WORD, min_size=1, max_size=9).map(lambda words: " ".join(words).capitalize() + ".")
BULLET = st.tuples(
    st.sampled_from(["- ", "* ", "• ", "1. ", "  - ", "   * "]),
    st.sampled_from(["", "Exclude ", "Do not include ", "**Bold** ", "Content that "]),
    SENTENCE,
).map("".join)
HEADING = st.sampled_from(
    [
        "**Key Topics:**",
        "**Strictly exclude:**",
        "## Scope",
        "Summary:",
        "**Strange Words**",
        "### Others",
        "Omit:",
        "***",
    ]
)
PARAGRAPH = st.lists(st.one_of(SENTENCE, SENTENCE.map("Strictly exclude {}".format)), min_size=1, max_size=3).map(
    " ".join
)
LINE = st.one_of(st.just(""), BULLET, HEADING, PARAGRAPH, PARAGRAPH.map("{}  ".format), SENTENCE.map("**{}**".format))
MARKS = re.compile(r"^(?:[-*•+–—]|\d+[.)]|#+)$")
HEADING_WORDS = set("key topics strictly exclude scope summary omit and or".split())


def _words(text: str) -> set[str]:
    return {word.strip("*_:;,.#()") for word in text.casefold().split()} - {""}


def _kept(instructions: Instructions) -> set[str]:
    items = [item.text for item in (*instructions.topics, *instructions.exclusions)]
    return set().union(*map(_words, [instructions.scope, instructions.summary, *items]))


@example("**Key Topics:**\n**Strange Words**\n- Exclude Aa.")
@given(st.lists(LINE, max_size=14).map("\n".join))
def test_every_word_ends_up_somewhere_or_is_a_known_heading(text: str) -> None:
    lost = _words(" ".join(word for word in text.split() if not MARKS.match(word))) - _kept(read_instructions(text))
    assert lost - HEADING_WORDS - {"1"} == set()


@given(st.text(st.sampled_from("ab AB-*#_:.;,(\n\t•1“”’"), max_size=80))
def test_no_letter_of_any_text_is_lost(text: str) -> None:
    instructions = read_instructions(text)
    kept = "".join([instructions.scope, instructions.summary])
    kept += "".join(item.text for item in (*instructions.topics, *instructions.exclusions))
    lost = {letter for letter in "abAB" if letter in text} - set(kept)
    assert not lost


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("x " * 100_000, id="one line"),
        pytest.param("**" * 50_000, id="emphasis"),
        pytest.param("- a\n" * 30_000, id="bullets"),
        pytest.param("Exclude a. " * 20_000, id="exclusions"),
        pytest.param("should be excluded " * 10_000, id="passives"),
        pytest.param(":" * 100_000, id="colons"),
        pytest.param("a: " * 50_000, id="labels"),
        pytest.param("(" * 50_000 + ", a" * 20_000, id="brackets"),
        pytest.param("Topics:\n" + ", a (b" * 30_000, id="list in one sentence"),
        pytest.param("- " * 60_000, id="dashes"),
        pytest.param("\n".join(" " * n + "- a" for n in range(500)), id="deep bullets"),
    ],
)
def test_hostile_texts_are_read_in_bounded_time(text: str) -> None:
    start = time.perf_counter()
    read_instructions(text)
    assert time.perf_counter() - start < 3
