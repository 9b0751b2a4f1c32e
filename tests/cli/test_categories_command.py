"""`scopenote categories`: list, show and lint."""

import json

from typer.testing import CliRunner

from app.cli.program import program


def _run(*arguments: str) -> tuple[int, str, str]:
    result = CliRunner().invoke(program, ["categories", *arguments])
    return result.exit_code, result.stdout, result.stderr


def test_the_shipped_categories_are_listed() -> None:
    code, out, _ = _run("list", "--json")
    assert code == 0
    assert "operating-model" in {row["id"] for row in json.loads(out)["categories"]}
    assert "operating-model" in _run("list")[1]


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
    assert "scopenote categories list" in err


def test_lint_reports_and_is_strict_only_when_asked() -> None:
    code, out, _ = _run("lint", "--json")
    assert code == 0
    findings = json.loads(out)
    strict = _run("lint", "--strict")[0]
    assert strict == int(any(finding["severity"] != "info" for finding in findings))
