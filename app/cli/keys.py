"""Owns `scopenote keys`: make keys, list them, revoke and rotate them."""

import secrets
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Annotated

import typer

from app.cli.exits import telling_errors
from app.cli.terminal import join_words, open_console, say, write_json
from app.domain.key import Scope
from app.settings import load_settings

if TYPE_CHECKING:
    from app.domain.key import Key
    from app.door.key_text import NewKey

program = typer.Typer(no_args_is_help=True, help="Make, list, revoke and rotate keys: who may use the service.")

Named = Annotated[
    str,
    typer.Argument(metavar="ID|NAME", help="its id or at least 4 characters that it begins with, or its name"),
]
LEARNT_IN = "A running service goes by it within 5 seconds."


@program.command("create")
def create(
    name: Annotated[str, typer.Argument(metavar="NAME", help="whose it is; an editor's words are kept under it")],
    *,
    scope: Annotated[
        Scope,
        typer.Option("--scope", help="classify; review: also say what is right; admin: also jobs and definitions"),
    ] = "classify",
    expires: Annotated[
        int | None, typer.Option("--expires", metavar="DAYS", min=1, max=3650, help="end it after so many days")
    ] = None,
    origin: Annotated[
        list[str] | None, typer.Option("--origin", metavar="URL", help="a page elsewhere that may use it in browsers")
    ] = None,
    per_minute: Annotated[
        int | None, typer.Option("--per-minute", metavar="N", min=1, help="requests a minute, instead of the setting")
    ] = None,
    budget_day: Annotated[
        float | None, typer.Option("--budget-day", metavar="USD", help="what it may spend on an LLM in a UTC day")
    ] = None,
) -> None:
    """Make a key and show it, this once. From the first one on every request needs a key."""
    with telling_errors():
        from app.bootstrap.affording import warn_too_little
        from app.cli.key_desk import Terms, create_key
        from app.cli.store import opening_store
        from app.errors import BadInput
        from app.store.keys import keep_key

        if budget_day is not None and not 0 < budget_day < float("inf"):
            raise BadInput("--budget-day takes a number of dollars above 0.")
        terms = Terms(
            name=name,
            scope=scope,
            days=expires,
            origins=tuple(origin or ()),
            per_minute=per_minute,
            budget_day_usd=budget_day,
        )
        key, made = create_key(terms, _now(), secrets.token_bytes)
        settings = load_settings()
        warning = warn_too_little(settings, budget_day)
        with opening_store(settings) as database:
            database.write_now(lambda c: keep_key(c, key))
        _show(key, made)
        if warning:
            say(warning)


@program.command("list")
def list_all(as_json: Annotated[bool, typer.Option("--json", help="for programs")] = False) -> None:
    """List every key that there ever was: what it allows, and when it was used last."""
    with telling_errors():
        from app.cli.key_desk import tell_keys
        from app.cli.store import opening_store
        from app.store.keys import list_keys

        with opening_store(load_settings()) as database:
            told = tell_keys(database.read_now(list_keys), _now())
        if as_json:
            write_json("[" + ",".join(key.model_dump_json() for key in told) + "]")
        else:
            from app.cli.key_cards import print_keys

            print_keys(told)


@program.command("revoke")
def revoke(named: Named) -> None:
    """End a key at once, with the sessions of browsers that have shown it."""
    with telling_errors():
        from app.cli.key_desk import end_key, find_named
        from app.cli.store import opening_store

        now = _now()
        with opening_store(load_settings()) as database:
            key = database.write_now(lambda c: end_key(c, find_named(c, named, now).id, now))
        say(f"The key {key.id} ({key.name}) is revoked. {LEARNT_IN}")


@program.command("rotate")
def rotate(
    named: Named,
    keep: Annotated[
        float, typer.Option("--keep", metavar="HOURS", min=0, max=8760, help="how long the old one still holds")
    ] = 24.0,
) -> None:
    """Make a key that allows what an old one does, show it, and let the old one end a while later."""
    with telling_errors():
        from app.cli.key_cards import tell_rotated
        from app.cli.key_desk import find_named, rotate_key
        from app.cli.store import opening_store
        from app.door.key_text import make_key

        now = _now()
        with opening_store(load_settings()) as database:
            old = database.read_now(lambda c: find_named(c, named, now))
            made = make_key(old.scope, secrets.token_bytes)
            old, new = database.write_now(lambda c: rotate_key(c, old.id, made, now, timedelta(hours=keep)))
        say(tell_rotated(old, new))
        _show(new, made)


def _show(key: "Key", made: "NewKey") -> None:
    """The key alone to standard output, so that it can go into a file or another command."""
    say(f"Key {key.id} ({key.name}), scope {key.scope}. It is shown this once; only its SHA-256 is kept. It works now.")
    open_console().print(join_words(made.text), soft_wrap=True)


def _now() -> datetime:
    return datetime.now(UTC)
