"""Owns how an exact amount of money is written."""

from decimal import Decimal


def write_usd(usd: float) -> str:
    """The amount in plain decimals without a sign, as "0.00001" and "1.5"; as exact as it was given."""
    text = f"{Decimal(repr(usd)):f}"
    return text.rstrip("0").rstrip(".") if "." in text else text
