"""Prompt templates: every fault in one is told at start, with its place."""

from pathlib import Path

import pytest

from app.errors import BadFile
from app.prompting.composing import Composer

PROMPTS = Path(__file__).parents[2] / "prompts"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for source in PROMPTS.glob("*.j2"):
        (tmp_path / source.name).write_text(source.read_text())
    return tmp_path


@pytest.mark.parametrize(
    ("name", "text", "message"),
    [
        pytest.param("article.j2", "{% if %}", r"article\.j2:1: not a template", id="broken"),
        pytest.param("repair.j2", None, "is missing", id="missing"),
        pytest.param(
            "definition.j2",
            "{{ id }}\n{{ topics }}{{ exclusions }}{{ colour }}",
            "j2:2: asks for 'colour'",
            id="unknown",
        ),
        pytest.param("article.j2", "{{ sentences }}", "no placeholder 'nonce'", id="without a fence"),
        pytest.param("instructions.j2", "Judge!", "no placeholder 'definitions'", id="without definitions"),
        pytest.param(
            "article.j2",
            "{{ nonce }}{% for sentence in sentences %}{{ sentence.words }}{% endfor %}",
            "cannot be filled: .*words",
            id="unknown field",
        ),
        pytest.param("repair.j2", "{{ fault / 2 }}", "cannot be filled", id="wrong use"),
        pytest.param("repair.j2", "{{ fault }}{% include fault %}", "name is computed", id="computed include"),
        pytest.param("repair.j2", "{{ fault }}{% include 'gone.j2' %}", r"gone\.j2: is missing", id="missing include"),
        pytest.param("repair.j2", b"\xff{{ fault }}", "not UTF-8", id="not UTF-8"),
    ],
)
def test_a_bad_prompt_file_is_named_at_start(folder: Path, name: str, text: str | bytes | None, message: str) -> None:
    if text is None:
        (folder / name).unlink()
    else:
        (folder / name).write_bytes(text if isinstance(text, bytes) else text.encode())
    with pytest.raises(BadFile, match=message):
        Composer(folder, secret=b"")


def test_a_branch_that_no_article_takes_is_looked_at_too(folder: Path) -> None:
    (folder / "repair.j2").write_text("{{ fault }}{% if fault == 'never' %}{{ nobody_fills_this }}{% endif %}")
    with pytest.raises(BadFile, match="nobody_fills_this"):
        Composer(folder, secret=b"")


def test_an_included_file_counts_in_the_version(folder: Path) -> None:
    (folder / "repair.j2").write_text("{{ fault }}{% include 'tone.j2' %}")
    (folder / "tone.j2").write_text("Politely.")
    first = Composer(folder, secret=b"")
    (folder / "tone.j2").write_text("Firmly.")
    second = Composer(folder, secret=b"")
    assert first.version != second.version
    assert second.compose_repair("Bad.", ()) == "Bad.Firmly."
