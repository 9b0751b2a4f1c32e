"""Owns the address of a store: which database a URL means, and how it is told without its password."""

import re
from pathlib import Path
from urllib.parse import quote

import sqlalchemy as sa

from app.errors import BadSetting

SETTING = "SCOPENOTE_DATABASE_URL"

_REMEDY = (
    "Write sqlite:////path/to/store.db for a file (three slashes where the path is relative), "
    "or postgresql://user:password@host/name for a server."
)
_POSTGRESQL = frozenset({"postgresql", "postgres", "postgresql+psycopg"})
_SQLITE = frozenset({"sqlite", "sqlite+pysqlite"})
_SECRETS = frozenset({"password", "sslpassword"})
"""What may be secret among the options of a URL."""


def read_address(url: str) -> sa.URL:
    """The database that a URL means, with the driver that we use and, for a file, its whole path.

    Raises:
        BadSetting: no database that can be used; the text quotes the URL without its password.
    """
    try:
        address = sa.make_url(url)
    except (sa.exc.ArgumentError, ValueError) as error:
        raise BadSetting(f"{SETTING}={_mask(url)!r} is not the URL of a database. {_REMEDY}") from error
    if address.drivername in _SQLITE:
        return _read_file_address(address)
    if address.drivername in _POSTGRESQL:
        return address.set(drivername="postgresql+psycopg")
    raise BadSetting(
        f"{SETTING}={tell_address(address)!r}: Scopenote keeps its store in SQLite or PostgreSQL, "
        f"not by {address.drivername!r}. {_REMEDY}"
    )


def make_file_url(path: Path) -> str:
    """The URL of a store in a file, whatever characters its path has."""
    return f"sqlite:///{quote(str(path))}"


def find_queues(url: str) -> str:
    """The URL of the queues of jobs: a file of their own beside a store in a file, else the same database.

    Raises:
        BadSetting: as `read_address`.
    """
    address = read_address(url)
    if address.get_backend_name() != "sqlite":
        return address.render_as_string(hide_password=False)
    store = Path(address.database or "")
    return make_file_url(store.with_name(f"{store.stem}-jobs.db"))


def tell_address(address: sa.URL) -> str:
    """The address for a message: a file's path, or a server's URL with its password masked."""
    if address.get_backend_name() == "sqlite" and address.database:
        return address.database
    options = {name: "***" if name in _SECRETS else value for name, value in address.query.items()}
    return address.set(drivername=address.get_backend_name(), query=options).render_as_string(hide_password=True)


def _read_file_address(address: sa.URL) -> sa.URL:
    wrong = None
    if not address.database or address.database == ":memory:":
        wrong = "it names no file, and what is only in memory is not kept"
    elif address.host or address.query:
        wrong = "a file takes neither host nor options"
    if wrong:
        raise BadSetting(f"{SETTING}={address.render_as_string()!r}: {wrong}. {_REMEDY}")
    return address.set(drivername="sqlite", database=str(Path(address.database or "").absolute()))


def _mask(url: str) -> str:
    """A URL that cannot be parsed, without what may be a password."""
    return re.sub(r":[^:/@]*@", ":***@", re.sub(r"://.*@", "://***@", url, flags=re.DOTALL))
