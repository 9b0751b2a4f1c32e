"""Whoever gives a key or a source a budget that pays for nothing is told at once, and it is made all the same."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from app.cli.program import program

_PAID = {"OPENAI_API_KEY": "sk-none", "SCOPENOTE_MODEL": "gpt-6-luna", "COLUMNS": "200"}
_WARNING = "is less than any one request to gpt-6-luna may cost"


def _call(folder: Path, *arguments: str) -> Result:
    return CliRunner().invoke(program, arguments, env={**_PAID, "SCOPENOTE_DATABASE_URL": f"sqlite:///{folder}/s.db"})


@pytest.mark.parametrize(
    "arguments", [("keys", "create", "desk"), ("sources", "add", "blog", "--cms", "standard")], ids=["key", "source"]
)
@pytest.mark.parametrize(("budget", "is_told"), [("0.00001", True), ("5", False)])
def test_a_budget_is_told_to_be_too_small(
    tmp_path: Path, arguments: tuple[str, ...], budget: str, is_told: bool
) -> None:
    made = _call(tmp_path, *arguments, "--budget-day", budget)
    assert (made.exit_code, _WARNING in " ".join(made.output.split())) == (0, is_told)
    (kept,) = json.loads(_call(tmp_path, arguments[0], "list", "--json").stdout)
    assert kept["budget_day_usd"] == float(budget)
