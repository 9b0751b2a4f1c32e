"""Owns `scopenote keys`: make keys, list them, revoke and rotate them."""

import secrets
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Annotated

import typer

from app.cli.exits import FAILURES, telling_errors
from app.cli.terminal import join_words, open_console, say, write_json
from app.domain.key import Scope
from app.errors import BadInput
from app.settings import load_settings

if TYPE_CHECKING:
    from collections.abc import Sequence

    from app.domain.key import Key
    from app.door.key_text import NewKey

program = typer.Typer(no_args_is_help=True, help="Make, list, revoke and rotate keys: who may use the service.")

Named = Annotated[
    str,
    typer.Argument(metavar="ID|NAME", help="its id or at least 4 characters that it begins with, or its name"),
]
AsJson = Annotated[bool, typer.Option("--json", help="for programs: the key and what it allows, this once")]
LEARNT_IN = "A running service goes by it within 5 seconds."


@program.command("create")
def create(
    name: Annotated[str, typer.Argument(metavar="NAME", help="whose it is; an editor's words are kept under it")],
    *,
    scope: Annotated[
        Scope,
        typer.Option("--scope", help="classify; review: also say what is right; admin: all; watch: /metrics alone"),
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
    as_json: AsJson = False,
) -> None:
    """Make a key and show it, this once. From the first one on every request needs a key."""
    with telling_errors():
        from app.bootstrap.affording import warn_too_little
        from app.cli.key_desk import Terms, create_key, keep_new
        from app.cli.store import opening_store

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
        now = _now()
        key, made = create_key(terms, now, secrets.token_bytes)
        settings = load_settings()
        warning = warn_too_little(settings, budget_day)
        with opening_store(settings) as database:
            database.write_now(lambda c: keep_new(c, key, now))
        _show(key, made, now, as_json=as_json)
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
def revoke(named: Named, yes: Annotated[bool, typer.Option("--yes", help="do not ask")] = False) -> None:
    """End a key at once, with the sessions of browsers that have shown it; by a name all that hold."""
    with telling_errors():
        from app.cli.key_desk import end_keys
        from app.cli.key_names import find_all
        from app.cli.store import opening_store

        now = _now()
        with opening_store(load_settings()) as database:
            meant = database.read_now(lambda c: find_all(c, named, now))
            if len(meant) > 1:
                _confirm(named, meant, is_sure=yes)
            database.write_now(lambda c: end_keys(c, meant, now))
        for key in meant:
            say(f"The key {key.id} ({key.name}) is revoked.")
        say(LEARNT_IN)


@program.command("rotate")
def rotate(
    named: Named,
    keep: Annotated[
        float, typer.Option("--keep", metavar="HOURS", min=0, max=8760, help="how long the old one still holds")
    ] = 24.0,
    as_json: AsJson = False,
) -> None:
    """Make a key that allows what an old one does, show it, and let the old one end a while later."""
    with telling_errors():
        from app.cli.key_cards import tell_rotated
        from app.cli.key_desk import rotate_key
        from app.cli.key_names import find_latest
        from app.cli.store import opening_store
        from app.door.key_text import make_key

        now = _now()
        with opening_store(load_settings()) as database:
            old = database.read_now(lambda c: find_latest(c, named, now))
            made = make_key(old.scope, secrets.token_bytes)
            old, new = database.write_now(lambda c: rotate_key(c, old.id, made, now, timedelta(hours=keep)))
        if not as_json:
            say(tell_rotated(old, new))
        _show(new, made, now, replaces=old, as_json=as_json)


def _show(key: "Key", made: "NewKey", now: datetime, *, replaces: "Key | None" = None, as_json: bool) -> None:
    """The key alone to standard output, so that it can go into a file or another command."""
    if as_json:
        from app.cli.key_desk import show_key

        write_json(show_key(key, made.text, now, replaces).model_dump_json())
        return
    say(f"Key {key.id} ({key.name}), scope {key.scope}. It is shown this once; only its SHA-256 is kept. It works now.")
    open_console().print(join_words(made.text), soft_wrap=True)


def _confirm(named: str, meant: "Sequence[Key]", *, is_sure: bool) -> None:
    """Say which keys are to end, and ask.

    Raises:
        BadInput: nobody is there who could be asked.
        Exit: they are to stay.
    """
    from app.cli.key_names import tell_key
    from app.cli.source_secrets import has_terminal

    say(f"{len(meant)} keys have the name {named!r} and hold:")
    for key in meant:
        say(f"  {key.id} ({tell_key(key)})")
    if is_sure:
        return
    if not has_terminal():
        raise BadInput("Ending several keys has to be confirmed, and there is no terminal to ask on. Give --yes.")
    if not typer.confirm("End them all?", err=True):
        say("No key was ended.")
        raise typer.Exit(FAILURES)


def _now() -> datetime:
    return datetime.now(UTC)
