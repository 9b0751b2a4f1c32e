"""Owns exit codes: what each error means to whoever called the command."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import typer

from app.cli.terminal import say_error
from app.errors import BadInput, ScopenoteError, Unavailable

DONE, FAILURES, BAD_INPUT, UNAVAILABLE = 0, 1, 2, 3

CODES: dict[type[ScopenoteError], int] = {
    BadInput: BAD_INPUT,
    Unavailable: UNAVAILABLE,
    ScopenoteError: FAILURES,
}
"""The exit code of each error; a class that is not named here has its nearest parent's."""


def find_exit_code(error: ScopenoteError) -> int:
    """The exit code of an error by its class, the nearest parent first."""
    return next(CODES[parent] for parent in type(error).__mro__ if parent in CODES)


def sum_up(codes: Sequence[int]) -> int:
    """The exit code of a run over files that left with these: of its one file, or of all where they agree.

    Several files that cannot be used are failures of a run that worked.
    """
    if len(codes) == 1 or set(codes) in ({DONE}, {UNAVAILABLE}):
        return codes[0]
    return FAILURES


@contextmanager
def telling_errors() -> Iterator[None]:
    """Say an error of ours on stderr in one line and leave with its exit code."""
    try:
        yield
    except ScopenoteError as error:
        say_error(error)
        raise typer.Exit(find_exit_code(error)) from error
