"""Owns the background: what articles that are about nothing in particular here look like."""

from pathlib import Path

BACKGROUND: tuple[str, ...] = tuple(
    line.strip()
    for line in Path(__file__).with_name("background.txt").read_text(encoding="utf-8").splitlines()
    if line.strip() and not line.startswith("#")
)
"""Short sentences over all walks of life: how near each lies to a category says how near anything does."""
