"""An amount of money is written exactly, and as people write numbers."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.money import write_usd


@pytest.mark.parametrize(
    ("usd", "written"), [(1e-05, "0.00001"), (20.0, "20"), (1.50, "1.5"), (0.00099, "0.00099"), (1e16, "1" + "0" * 16)]
)
def test_an_amount_is_written_in_plain_decimals(usd: float, written: str) -> None:
    assert write_usd(usd) == written


@given(st.floats(min_value=0, max_value=1e12, allow_nan=False))
def test_nothing_of_an_amount_is_lost(usd: float) -> None:
    text = write_usd(usd)
    assert (Decimal(text), "e" in text.lower()) == (Decimal(repr(usd)), False)
