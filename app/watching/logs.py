"""Owns the log of a process: who may write to it from what level on, and in which form it is written."""

import logging
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final, Literal, TextIO

import structlog
from structlog.stdlib import ExtraAdder, ProcessorFormatter, add_log_level, add_logger_name

from app.watching.log_lines import LogFormat, drop_echoes, tell_exception, write_json, write_text

LogLevel = Literal["debug", "info", "warning", "error"]

OURS: Final = "app"
"""The logger above all of ours."""
OTHERS: Final = logging.WARNING
"""From what level on libraries are heard: below it some of them log what they send, and that is articles and keys."""


@contextmanager
def logging_to(stream: TextIO | None, form: LogFormat, level: LogLevel) -> Iterator[None]:
    """Have all that is logged meanwhile written to a stream, None for standard error.

    What was set up before comes back at the end. Libraries log through the same handler. A line
    carries the ids that are bound where it is logged (`structlog.contextvars`): of the request, the
    delivery, the job.
    """
    handler = logging.StreamHandler(sys.stderr if stream is None else stream)
    handler.setFormatter(_make_formatter(form))
    others = max(OTHERS, _read_level(level))
    # Some libraries set a level of their own, or are given one by a variable in the environment.
    handler.addFilter(lambda record: record.levelno >= others or record.name.partition(".")[0] == OURS)
    root, ours = logging.getLogger(), logging.getLogger(OURS)
    before = root.handlers[:], root.level, ours.level
    root.handlers = [*root.handlers, handler]
    root.setLevel(others)
    ours.setLevel(_read_level(level))
    try:
        yield
    finally:
        root.handlers = before[0]
        root.setLevel(before[1])
        ours.setLevel(before[2])
        handler.close()


def _make_formatter(form: LogFormat) -> ProcessorFormatter:
    return ProcessorFormatter(
        foreign_pre_chain=[
            structlog.contextvars.merge_contextvars,
            ExtraAdder(),
            add_log_level,
            add_logger_name,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            drop_echoes,
            tell_exception,
        ],
        processors=[
            ProcessorFormatter.remove_processors_meta,
            write_json if form == "json" else write_text,
        ],
    )


def _read_level(level: LogLevel) -> int:
    return logging.getLevelNamesMapping()[level.upper()]
