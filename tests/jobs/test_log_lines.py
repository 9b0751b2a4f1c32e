"""Tests of what the log says for the queues."""

import logging
from collections.abc import Iterator

import pytest

from app.jobs.working.log_lines import shorten_log


@pytest.fixture
def dbos_logger() -> Iterator[logging.Logger]:
    """The logger of the queues' library as ours, put back afterwards."""
    logger = logging.getLogger("dbos")
    before = (list(logger.handlers), logger.propagate, logger.level)
    logger.handlers = []
    shorten_log()
    yield logger
    logger.handlers, logger.propagate, logger.level = before


def find_said(caplog: pytest.LogCaptureFixture) -> list[logging.LogRecord]:
    """What came through; pytest also listens to the library's logger itself."""
    return [record for record in caplog.records if record.name != "dbos"]


def test_only_the_first_line_is_said(dbos_logger: logging.Logger, caplog: pytest.LogCaptureFixture) -> None:
    dbos_logger.error("It failed: x\nTraceback:\n  many lines", exc_info=ValueError("no"))
    (record,) = find_said(caplog)
    assert record.getMessage().endswith("It failed: x")
    assert record.levelno == logging.ERROR
    assert record.exc_info is None


def test_the_like_is_said_once_a_minute(dbos_logger: logging.Logger, caplog: pytest.LogCaptureFixture) -> None:
    for attempt in range(5):
        dbos_logger.warning("Connection failed. Retrying in %s s (attempt %d)", 0.5 * attempt, attempt)
    dbos_logger.warning("Something else")
    assert len(find_said(caplog)) == 2


def test_small_talk_is_not_said(dbos_logger: logging.Logger, caplog: pytest.LogCaptureFixture) -> None:
    dbos_logger.info("DBOS launched")
    assert find_said(caplog) == []


def test_doing_it_twice_says_nothing_twice(dbos_logger: logging.Logger, caplog: pytest.LogCaptureFixture) -> None:
    shorten_log()
    dbos_logger.warning("Something")
    assert len(find_said(caplog)) == 1
