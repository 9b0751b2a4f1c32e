"""Owns the advice about a file whose bytes have to be changed by hand before tags can be written to it."""

from collections.abc import Iterator
from contextlib import contextmanager

from app.errors import BadFile


@contextmanager
def advising() -> Iterator[None]:
    """Say of what is wrong with a file's bytes that another run has to read them when they are mended.

    To retry the item would be refused: the file is then not as it was when the job was planned.
    """
    try:
        yield
    except BadFile as error:
        remedy = f"{error.remedy.rstrip('. ')}, then run reclassify again."
        raise BadFile(error.path, error.problem, remedy, line=error.line, field=error.field) from error
