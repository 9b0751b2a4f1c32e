"""Owns the tests of the lines that notes about a definition's text name."""

from pathlib import Path

import pytest

from app.category_files.loading import load_taxonomy
from app.category_files.source_lines import find_source_lines


@pytest.mark.parametrize(
    ("text", "line"),
    [
        pytest.param("---\ntitle: A\nInstructions: |-\n  Topics:\n  - a\n  - b\n  - a\n---\n", 7, id="literal block"),
        pytest.param("---\ntitle: A\nInstructions: |\n\n\n  Topics:\n  - a\n  - a\n---\n", 8, id="blank lines first"),
        pytest.param('---\ntitle: A\nInstructions: "Topics:\n\n  - a\n\n  - a"\n---\n', 7, id="quoted"),
        pytest.param('+++\ntitle = "A"\nInstructions = """\nTopics:\n- a\n- a\n"""\n+++\n', 6, id="toml"),
        pytest.param('{"title": "A",\n"Instructions": "Topics:\\n- a\\n- a"}\n', 2, id="json"),
    ],
)
def test_a_note_about_the_instructions_names_the_line_of_the_file(tmp_path: Path, text: str, line: int) -> None:
    (tmp_path / "a.md").write_text(text)
    (note,) = load_taxonomy(tmp_path).notes
    assert "second time" in note.message
    assert (note.file, note.line) == ("a.md", line)


def test_lines_that_begin_alike_are_told_apart_by_their_order() -> None:
    assert find_source_lines("- a\n- a\n- a", [0, 2], "---\nx: |\n  - a\n  - a\n  - a\n", 2) == {0: 3, 2: 5}
