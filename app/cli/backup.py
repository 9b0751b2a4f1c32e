"""Owns `scopenote backup`: a copy of the store that is whole, made while others go on writing."""

from pathlib import Path
from typing import Annotated

import typer

from app.cli.exits import telling_errors
from app.cli.terminal import say
from app.settings import load_settings


def backup(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="the copy; what is there already is not overwritten")],
    force: Annotated[bool, typer.Option("--force", help="replace FILE if it is an earlier copy of a store")] = False,
) -> None:
    """Copy the store to a file, also while Scopenote runs. For PostgreSQL it names the tool that does."""
    with telling_errors():
        from app.bootstrap.store_place import find_database_url
        from app.store.backup import backup_database

        backup_database(find_database_url(load_settings()), file, replaces=force)
        say(f"The store is copied to {str(file)!r}.")
