"""Owns what is watched while a command runs on and on: its log is set up, and a witness sees what it does."""

from collections.abc import Iterator
from contextlib import contextmanager

from app.bootstrap.watching import open_witness
from app.settings import Settings
from app.watching.logs import logging_to
from app.watching.witness import Witness


@contextmanager
def watching(settings: Settings) -> Iterator[Witness]:
    """A witness, while all that is logged goes to standard error in the form that the settings ask for.

    Raises:
        BadSetting: traces are to be sent to an address that cannot be used.
    """
    with logging_to(None, settings.log_format, settings.log_level):
        witness = open_witness(settings)
        try:
            yield witness
        finally:
            witness.tracing.close()
