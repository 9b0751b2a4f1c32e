"""Owns what is watched while a command runs on and on: one form for all that it says, and a witness of what it does."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

import typer

from app.bootstrap.watching import open_witness
from app.cli.exits import FAILURES, find_exit_code
from app.cli.terminal import say
from app.errors import ScopenoteError
from app.settings import Settings, load_log_settings
from app.watching.logs import logging_to
from app.watching.strays import logging_strays
from app.watching.witness import Witness

INTERRUPTED: Final = 130
"""The exit code of what Ctrl-C ends, as shells give it."""
STOPPING: Final = "Finishing what was begun."
STOPPED: Final = "Stopped."

_LOG = logging.getLogger(__name__)


@contextmanager
def reporting() -> Iterator[None]:
    """Have all that is logged go to standard error in the form that the settings ask for, from the first line on.

    What cannot be begun, and what breaks off, is told in that form too: a program that reads JSON
    meets nothing else. To people an error of ours is told as by any command.
    """
    settings = load_log_settings()
    with logging_to(None, settings.log_format, settings.log_level), logging_strays():
        try:
            yield
        except typer.Exit:
            raise
        except KeyboardInterrupt:
            raise typer.Exit(INTERRUPTED) from None
        except ScopenoteError as error:
            if settings.log_format == "text":
                raise
            _LOG.error("The command ends", extra={"reason": str(error)})
            raise typer.Exit(find_exit_code(error)) from error
        except Exception as error:
            _LOG.critical("The command breaks off", exc_info=error)
            raise typer.Exit(FAILURES) from error


@contextmanager
def witnessing(settings: Settings) -> Iterator[Witness]:
    """A witness of what is done meanwhile.

    Raises:
        BadSetting: traces are to be sent to an address that cannot be used.
    """
    witness = open_witness(settings)
    try:
        yield witness
    finally:
        witness.tracing.close()


def announce(settings: Settings, text: str) -> None:
    """Tell whoever started the command how it goes: in words, or by a line of the log where programs read it."""
    if settings.log_format == "json":
        _LOG.info(text)
    else:
        say(text)
