"""What breaks off a command that goes on and on: it is told in the form of its log, and by its exit code."""

import json

import pytest
import typer
from typer.testing import CliRunner

from app.cli.program import program
from app.cli.watched import reporting
from app.errors import BadSetting

ARTICLE = "The mayor of Swordfish was seen in a bakery."


def _break_off(error: BaseException) -> int:
    """The exit code of a command in which this happens."""
    with pytest.raises(typer.Exit) as left, reporting():
        raise error
    return int(left.value.exit_code)


@pytest.mark.parametrize("form", ["json", "text"])
def test_an_error_that_nobody_foresaw_is_told_without_what_it_quotes(
    form: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("SCOPENOTE_LOG_FORMAT", form)
    assert _break_off(ValueError(f"cannot be\n{ARTICLE}")) == 1
    said = capsys.readouterr().err
    assert "ValueError: cannot be" in said
    assert "test_reporting.py" in said
    assert "Swordfish" not in said
    if form == "json":
        (line,) = [json.loads(text) for text in said.splitlines()]
        assert (line["level"], line["event"]) == ("critical", "The command breaks off")


def test_an_error_of_ours_is_a_line_for_programs(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("SCOPENOTE_LOG_FORMAT", "json")
    assert _break_off(BadSetting("Mend it.")) == 2
    line = json.loads(capsys.readouterr().err)
    assert (line["level"], line["event"], line["reason"]) == ("error", "The command ends", "Mend it.")


def test_who_stops_it_before_it_has_begun_is_told_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    assert _break_off(KeyboardInterrupt()) == 130
    assert capsys.readouterr().err == ""


@pytest.mark.parametrize("command", ["serve", "worker"])
@pytest.mark.parametrize(
    ("environment", "words"),
    [
        pytest.param({"SCOPENOTE_MAX_TAGS": "many"}, "SCOPENOTE_MAX_TAGS", id="another setting"),
        pytest.param({"SCOPENOTE_JUDGE": "llm", "SCOPENOTE_DATABASE_URL": "nonsense"}, "nonsense", id="no store"),
        pytest.param({"SCOPENOTE_LOG_LEVEL": "loud"}, "SCOPENOTE_LOG_LEVEL='loud'", id="the log's own level"),
    ],
)
def test_settings_that_cannot_be_used_are_told_in_json(command: str, environment: dict[str, str], words: str) -> None:
    options = ["--port", "0"] if command == "serve" else []
    result = CliRunner().invoke(program, [command, *options], env=environment | {"SCOPENOTE_LOG_FORMAT": "json"})
    (line,) = [json.loads(text) for text in result.stderr.splitlines()]
    assert result.exit_code == 2
    assert words in line["reason"]


def test_a_log_format_that_there_is_not_is_told_in_words() -> None:
    result = CliRunner().invoke(program, ["worker"], env={"SCOPENOTE_LOG_FORMAT": "xml"})
    assert result.exit_code == 2
    assert result.stderr.startswith("scopenote: SCOPENOTE_LOG_FORMAT='xml'")


@pytest.mark.parametrize(
    ("options", "words"),
    [
        pytest.param(["--metrics-host", "0.0.0.0", "--metrics-port", "0"], "scopenote keys create", id="open to all"),  # noqa: S104 - refused
        pytest.param(["--metrics-host", "256.0.0.1", "--metrics-port", "0"], "scopenote keys create", id="nowhere"),
    ],
)
def test_a_workers_figures_are_this_machines_alone_without_keys(options: list[str], words: str) -> None:
    result = CliRunner().invoke(program, ["worker", *options])
    assert result.exit_code == 2
    assert words in result.stderr
