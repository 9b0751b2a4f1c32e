"""Owns what Python itself would write to standard error: it goes to the log, in the log's form."""

import logging
import sys
import threading
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final, TextIO

LONGEST: Final = 300
"""Characters of what a warning says."""

_LOG = logging.getLogger(__name__)


@contextmanager
def logging_strays() -> Iterator[None]:
    """Log warnings, and the errors of threads and finalizers, which nobody can be told of; as before at the end."""
    before = warnings.showwarning, threading.excepthook, sys.unraisablehook
    warnings.showwarning = _log_warning
    threading.excepthook = _log_thread
    sys.unraisablehook = _log_unraisable
    try:
        yield
    finally:
        warnings.showwarning, threading.excepthook, sys.unraisablehook = before


def _log_warning(  # noqa: PLR0917 - as Python calls it
    message: Warning | str,
    category: type[Warning],
    filename: str,
    lineno: int,
    file: TextIO | None = None,  # noqa: ARG001 - Python's to give
    line: str | None = None,  # noqa: ARG001 - likewise
) -> None:
    said = (str(message).strip().splitlines() or [""])[0][:LONGEST]
    _LOG.warning("Python warns: %s", said, extra={"kind": category.__name__, "at": f"{filename}:{lineno}"})


def _log_thread(failed: threading.ExceptHookArgs) -> None:
    name = failed.thread.name if failed.thread else ""
    _LOG.error("A thread broke off", exc_info=failed.exc_value, extra={"thread_name": name})


def _log_unraisable(failed: "sys.UnraisableHookArgs") -> None:
    _LOG.error("What nobody waits for failed", exc_info=failed.exc_value)
