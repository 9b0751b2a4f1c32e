"""Tests of the names of what the queues run."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.jobs.working.rows import Subject, read_name, write_name


@given(st.text(min_size=1), st.none() | st.integers(0, 10**9), st.integers(0, 50))
def test_a_name_is_read_as_it_was_written(job: str, number: int | None, count: int) -> None:
    assert read_name(write_name(Subject(job, number), count)) == Subject(job, number)


@pytest.mark.parametrize("name", ["", "job", "item:j:1", "item:j:x:0", "else:j:0", "0b7c"])
def test_a_name_that_is_not_ours_means_nothing(name: str) -> None:
    assert read_name(name) is None
