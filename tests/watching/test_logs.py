"""The log of a process: its two forms, whose lines are in it, and what never is."""

import io
import json
import logging
from typing import Any, Literal

import pytest
import sqlalchemy as sa
from structlog.contextvars import bound_contextvars

from app.watching.logs import LogLevel, logging_to

ARTICLE = "The mayor of Swordfish was seen in a bakery."
OURS = logging.getLogger("app.somewhere")


def _write(work: Any, form: Literal["text", "json"] = "json", level: LogLevel = "info") -> str:  # noqa: ANN401 - any work
    stream = io.StringIO()
    with logging_to(stream, form, level):
        work()
    return stream.getvalue()


def test_a_line_for_programs_is_one_object_with_its_fields_and_the_ids_that_are_bound() -> None:
    def work() -> None:
        with bound_contextvars(request="r-1"):
            OURS.info("decided", extra={"decision": "d-1", "tags": 2, "cost_usd": 0.5})

    line = json.loads(_write(work))
    assert line.pop("timestamp").endswith("Z")
    assert line == {
        "level": "info", "event": "decided", "logger": "app.somewhere", "request": "r-1", "decision": "d-1",
        "tags": 2, "cost_usd": 0.5,
    }  # fmt: skip


def test_a_line_for_people_says_the_same_in_words() -> None:
    said = _write(lambda: OURS.info("decided", extra={"decision": "d-1", "ms": 12.5, "note": "two words"}), "text")
    assert said.split(" ", 1)[1] == 'info    decided  decision=d-1 ms=12.5 note="two words"\n'


@pytest.mark.parametrize("form", ["text", "json"])
def test_nothing_that_is_logged_can_end_its_line_or_steer_a_terminal(form: Literal["text", "json"]) -> None:
    bad = "a\nlevel=error forged\x1b[2J\u202e"
    said = _write(lambda: OURS.warning("name %s", bad, extra={"name_of": bad}), form)
    assert said.count("\n") == 1
    assert not set(said) & {"\x1b", "\u202e", "\r"}


@pytest.mark.parametrize(
    ("level", "logger", "at", "heard"),
    [
        pytest.param("info", "app.x", logging.INFO, True, id="ours at the level"),
        pytest.param("info", "app.x", logging.DEBUG, False, id="ours below it"),
        pytest.param("debug", "app.x", logging.DEBUG, True, id="ours where more is asked for"),
        pytest.param("warning", "app.x", logging.INFO, False, id="ours where less is asked for"),
        pytest.param("info", "httpx", logging.INFO, False, id="a library that tells addresses"),
        pytest.param("debug", "openai", logging.DEBUG, False, id="a library that tells what it sends"),
        pytest.param("debug", "httpcore", logging.ERROR, True, id="a library that failed"),
        pytest.param("error", "sqlalchemy.pool", logging.WARNING, False, id="a library where little is asked for"),
    ],
)
def test_who_is_heard(level: LogLevel, logger: str, at: int, heard: bool) -> None:
    assert bool(_write(lambda: logging.getLogger(logger).log(at, "something"), level=level)) is heard


def _fail_in_the_database() -> None:
    engine = sa.create_engine("sqlite://")
    try:
        with engine.connect() as connection:
            connection.execute(sa.text("INSERT INTO nowhere VALUES (:body)"), {"body": ARTICLE})
    except sa.exc.OperationalError:
        OURS.exception("it failed")
    finally:
        engine.dispose()


@pytest.mark.parametrize("form", ["text", "json"])
def test_an_exception_is_told_without_the_values_that_it_quotes(form: Literal["text", "json"]) -> None:
    said = _write(_fail_in_the_database, form)
    assert "OperationalError" in said
    assert "no such table" in said
    assert "_fail_in_the_database" in said
    assert "Swordfish" not in said


def _fail_twice() -> None:
    try:
        int("inner")
    except ValueError as error:
        raise RuntimeError("outer") from error


def test_a_cause_is_told_after_what_it_led_to() -> None:
    def work() -> None:
        try:
            _fail_twice()
        except RuntimeError:
            OURS.exception("it failed")

    told = json.loads(_write(work))["error"]
    assert told[0] == "RuntimeError: outer"
    assert any(line.startswith("after ValueError: invalid literal") for line in told)


def test_what_was_set_up_before_comes_back() -> None:
    root = logging.getLogger()
    before = root.handlers[:], root.level, logging.getLogger("app").level
    _write(lambda: None, level="debug")
    assert (root.handlers, root.level, logging.getLogger("app").level) == before
