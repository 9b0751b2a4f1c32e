"""Owns the tests of loading what nobody wrote in good faith: a refusal, or a taxonomy, and soon."""

import json
import time
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.category_files.loading import load_taxonomy
from app.domain.category import Taxonomy
from app.errors import BadFile

quick = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
LINES = st.lists(
    st.sampled_from(
        [
            "title: A", "slug: ''", "slug: [x]", "broader: a", "Instructions: |-", "  Topics:", "  - a", "  **Exclusions:**",
            "  - b unless c", "scopenote:", "  exclusions:", "    - id: x1", "      when: {any: [a]}", "weight: 3",
            "Title: B", "date: 2020-01-01", "abstract: >", "    folded", "'quoted': \"x\\ty\"", "- item", "---", "...", "",
        ]
    ),
    max_size=14,
)  # fmt: skip


def load_or_refuse(path: Path) -> Taxonomy | BadFile:
    try:
        return load_taxonomy(path)
    except BadFile as refused:
        return refused


@quick
@given(LINES)
def test_any_definition_gives_a_taxonomy_or_a_refusal_that_names_the_file(tmp_path: Path, lines: list[str]) -> None:
    (tmp_path / "a.md").write_text("\n".join(["---", *lines, "---", ""]))
    outcome = load_or_refuse(tmp_path)
    assert outcome.version if isinstance(outcome, Taxonomy) else outcome.remedy in str(outcome)


@quick
@given(st.binary(max_size=120))
def test_any_bytes_give_a_taxonomy_or_a_refusal(tmp_path: Path, data: bytes) -> None:
    for name in ("a.md", "b.yaml", "c.json"):
        (tmp_path / name).write_bytes(data if name != "a.md" else b"---\ntitle: " + data + b"\n---\n")
        outcome = load_or_refuse(tmp_path / name)
        assert isinstance(outcome, Taxonomy) or name in outcome.path


@quick
@given(st.text(st.characters(exclude_categories=["Cs"]), max_size=120))
def test_any_instructions_are_read(tmp_path: Path, text: str) -> None:
    (tmp_path / "a.json").write_text(
        json.dumps([{"id": "a", "title": "A", "instructions": text, "exclusions": [text]}])
    )
    outcome = load_or_refuse(tmp_path)
    assert isinstance(outcome, Taxonomy) or "character U+00" in outcome.problem


@pytest.mark.parametrize(
    "instructions",
    [
        pytest.param("Exclude " + "a, " * 1200, id="commas"),
        pytest.param("Exclude " + "that do not " * 300, id="operators"),
        pytest.param("Exclude " + "(" * 3000, id="brackets"),
        pytest.param("Exclusions:\n" + "\n".join(f"- a{n} unless b{n}" for n in range(300)), id="300 exclusions"),
        pytest.param("specialised " * 9000 + "such as A, B", id="specialised"),
        pytest.param("specialised x such as " + "A, " * 9000, id="many names"),
        pytest.param("use the parent " * 9000, id="parents"),
        pytest.param("[" * 60_000, id="links"),
        pytest.param("[a]({{< ref " * 9000, id="shortcodes"),
        pytest.param("Topics: " + "x" * 60_000, id="a long topic"),
    ],
)
def test_hostile_definitions_are_read_or_refused_in_bounded_time(tmp_path: Path, instructions: str) -> None:
    indented = "".join(f"  {line}\n" for line in instructions.splitlines())
    (tmp_path / "a.md").write_text(f"---\ntitle: A\nInstructions: |\n{indented}---\n{instructions}\n")
    start = time.perf_counter()
    outcome = load_or_refuse(tmp_path)
    assert isinstance(outcome, Taxonomy) or "more than 4000" in outcome.problem
    assert time.perf_counter() - start < 5


def test_200_definitions_of_the_usual_size_load_in_seconds(tmp_path: Path) -> None:
    bullets = "".join(f"  - Topic {n} and what it means for teams, workflows and (e.g.) tools\n" for n in range(10))
    rules = "".join(f"  - Talk of thing {n} without reference to any topic {n} or its use\n" for n in range(5))
    text = f"  Use it only so.\n\n  **Key Topics:**\n{bullets}\n  **Strictly exclude:**\n{rules}"
    for number in range(200):
        body = "words " * 1500
        (tmp_path / f"c{number}.md").write_text(f"---\ntitle: C {number}\nInstructions: |-\n{text}---\n{body}")
    start = time.perf_counter()
    assert len(load_taxonomy(tmp_path).categories) == 200
    assert time.perf_counter() - start < 5
