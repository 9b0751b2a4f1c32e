"""Owns the frame of a benchmark: its options, told by --help, and the one JSON object that is its last line."""

import argparse
import json
from collections.abc import Mapping


def make_parser(name: str, words: str | None) -> argparse.ArgumentParser:
    """Options of `python -m NAME`, told with the words of its module as they were written."""
    return argparse.ArgumentParser(
        prog=f"python -m {name}", description=words, formatter_class=argparse.RawDescriptionHelpFormatter
    )


def end(figures: Mapping[str, object]) -> None:
    """Print the last line.

    Raises:
        ValueError: a figure is no number, which JSON cannot say.
    """
    print(json.dumps(figures, allow_nan=False))


def skip(reason: str) -> None:
    """End without a figure, because what is measured or measured by is not here."""
    print(f"skipped: {reason}")
    end({"skipped": reason})
