"""What a log is told of a reason: all but what is quoted of a payload."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.quotes import LEFT_OUT, LONGEST, leave_out_quotes


@pytest.mark.parametrize(
    ("reason", "told"),
    [
        pytest.param("data.id must be an id, not 'x y'.", f"data.id must be an id, not {LEFT_OUT}.", id="a value"),
        pytest.param("It is \"x's\", not 'y'.", f"It is {LEFT_OUT}, not {LEFT_OUT}.", id="both kinds of marks"),
        pytest.param("not 'x", f"not {LEFT_OUT}", id="cut off in the middle"),
        pytest.param("The webhook's body is not JSON.", "The webhook's body is not JSON.", id="an apostrophe"),
    ],
)
def test_what_is_quoted_is_left_out(reason: str, told: str) -> None:
    assert leave_out_quotes(reason) == told


@given(st.text(max_size=200))
def test_no_value_comes_through(value: str) -> None:
    assert leave_out_quotes(f"title must be a moment, not {value!r}.") == f"title must be a moment, not {LEFT_OUT}."


def test_a_reason_has_an_end() -> None:
    assert len(leave_out_quotes("x" * 5_000)) == LONGEST
