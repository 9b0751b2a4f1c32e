"""Tests of telling whether a process is gone."""

import os
import subprocess
import sys

import pytest

from app.jobs.working.liveness import BOOT, is_gone, tell_place

here = tell_place(os.getpid())
needs_places = pytest.mark.skipif(not BOOT.exists(), reason="this system does not say which start of it this is")


def make_ended_process() -> int:
    with subprocess.Popen([sys.executable, "-c", ""]) as process:
        process.wait()
    return process.pid


@needs_places
def test_a_process_that_ended_is_gone() -> None:
    assert is_gone(tell_place(make_ended_process()), here)


@needs_places
def test_a_process_that_runs_is_not_gone() -> None:
    assert not is_gone(tell_place(os.getppid()), here)


@needs_places
def test_another_with_our_own_id_was_before_us() -> None:
    assert is_gone(here, here)


@pytest.mark.parametrize(
    "place",
    [
        pytest.param("another-boot pid:[1] 999999999", id="another-machine"),
        pytest.param("999999999", id="not-told"),
        pytest.param("", id="empty"),
        pytest.param(f"{here.rpartition(' ')[0]} x", id="no-number"),
    ],
)
def test_what_cannot_be_compared_is_not_gone(place: str) -> None:
    assert not is_gone(place, here)
