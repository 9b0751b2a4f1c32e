"""`scopenote categories`: list, show and lint."""

import json

import pytest
from rich.console import Console
from typer.testing import CliRunner

from app.cli import category_tables
from app.cli.program import program
from app.domain.category import Category, Taxonomy
from app.linting.findings import LintFinding


def _run(*arguments: str) -> tuple[int, str, str]:
    result = CliRunner().invoke(program, ["categories", *arguments])
    return result.exit_code, result.stdout, result.stderr


def test_the_shipped_categories_are_listed() -> None:
    code, out, _ = _run("list", "--json")
    assert code == 0
    assert "operating-model" in {row["id"] for row in json.loads(out)["categories"]}
    assert "operating-model" in _run("list")[1]


@pytest.mark.parametrize("width", [20, 40, 60, 200])
def test_ids_are_whole_however_narrow_the_terminal(
    width: int, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    long = "a-long-id-that-somebody-may-want-to-copy-whole"
    taxonomy = Taxonomy(categories=(Category(id=long, title="Long", source="a/folder/_index.md"),), version="v")
    terminal = Console(width=width, force_terminal=True, color_system=None)
    monkeypatch.setattr(category_tables, "open_console", lambda: terminal)
    category_tables.print_list(taxonomy)
    first_words = [line.split(" ")[0] for line in capsys.readouterr().out.splitlines()[1:]]
    assert "".join(first_words) == long


def test_a_pipe_gets_rows_in_full(capsys: pytest.CaptureFixture[str]) -> None:
    title = "words " * 40 + "end"
    category_tables.print_list(Taxonomy(categories=(Category(id="x", title=title, source="x.md"),), version="v"))
    assert f"x   {title}  tags" in capsys.readouterr().out


@pytest.mark.parametrize(("number", "told"), [(1, "0 errors and 1 warning, 0 notes."), (2, "0 errors and 2 warnings")])
def test_findings_are_counted(number: int, told: str, capsys: pytest.CaptureFixture[str]) -> None:
    finding = LintFinding(category_id="x", severity="warning", code="L1", file="x.md", line=None, message="Odd.")
    category_tables.print_findings([finding] * number)
    assert told in capsys.readouterr().out


def test_show_prints_how_each_exclusion_was_understood() -> None:
    code, out, _ = _run("show", "operating-model")
    assert code == 0
    assert "Exclusions, as understood" in out
    assert "operating-model#x1" in out


def test_show_as_json_has_the_compiled_rules() -> None:
    _, out, _ = _run("show", "scrum", "--json")
    rules = json.loads(out)["exclusions"]
    assert {"derived", "explicit"} == {rule["origin"] for rule in rules}


def test_an_unknown_category_says_how_to_list_them() -> None:
    code, _, err = _run("show", "nope")
    assert code == 2
    assert "`categories list`" in err


def test_lint_reports_and_is_strict_only_when_asked() -> None:
    code, out, _ = _run("lint", "--json")
    assert code == 0
    findings = json.loads(out)
    strict = _run("lint", "--strict")[0]
    assert strict == int(any(finding["severity"] != "info" for finding in findings))
