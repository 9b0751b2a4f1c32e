"""What Python itself would write to standard error: it is in the log, and nowhere else."""

import io
import json
import sys
import threading
import warnings
from collections.abc import Callable
from typing import Any

import pytest

from app.watching.logs import logging_to
from app.watching.strays import logging_strays

ARTICLE = "The mayor of Swordfish was seen in a bakery."


class Unfinished:
    """Fails where nobody can be told."""

    def __del__(self) -> None:
        raise RuntimeError(f"it is over\n{ARTICLE}")


def _warn() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("always")
        warnings.warn(f"it is old\n{ARTICLE}", UserWarning, stacklevel=1)


def _fail_in_thread() -> None:
    def fail() -> None:
        raise ValueError(f"it is broken\n{ARTICLE}")

    thread = threading.Thread(target=fail, name="the-thread")
    thread.start()
    thread.join()


def _fail_at_the_end() -> None:
    Unfinished()


@pytest.mark.parametrize(
    ("work", "known"),
    [
        pytest.param(
            _warn, {"level": "warning", "event": "Python warns: it is old", "kind": "UserWarning"}, id="warns"
        ),
        pytest.param(
            _fail_in_thread,
            {"level": "error", "event": "A thread broke off", "thread_name": "the-thread"},
            id="an error in a thread",
        ),
        pytest.param(
            _fail_at_the_end, {"level": "error", "event": "What nobody waits for failed"}, id="an error at the end"
        ),
    ],
)
def test_what_nobody_logs_is_logged(
    work: Callable[[], None], known: dict[str, Any], capfd: pytest.CaptureFixture[str]
) -> None:
    stream = io.StringIO()
    with logging_to(stream, "json", "info"), logging_strays():
        work()
    (line,) = [json.loads(text) for text in stream.getvalue().splitlines()]
    assert known.items() <= line.items()
    assert "Swordfish" not in stream.getvalue()
    assert capfd.readouterr().err == ""


def test_what_was_there_before_comes_back() -> None:
    before = warnings.showwarning, threading.excepthook, sys.unraisablehook
    with logging_strays():
        assert threading.excepthook is not before[1]
    assert (warnings.showwarning, threading.excepthook, sys.unraisablehook) == before
