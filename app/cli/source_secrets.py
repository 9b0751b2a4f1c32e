"""Owns where a source's secret comes from: made here, typed without being shown, or set; never the command line."""

import secrets
import sys
from base64 import b64encode
from typing import Final

import typer
from pydantic import SecretStr

from app.cli.source_forms import GIVEN, OURS, PREFIX, check_form, check_writable
from app.domain.source import Source, Use
from app.errors import BadInput
from app.settings import Settings

_BYTES: Final = 32


def find_secret(source: Source, use: Use, settings: Settings) -> tuple[SecretStr, bool]:
    """The secret of a source for this use, and whether it was made here and has yet to be shown.

    SCOPENOTE_SOURCE_SECRET comes first; else one is made where its form is ours, or asked for.

    Raises:
        BadInput: there is nobody to ask, or what was given cannot be used.
    """
    if use == "write":
        check_writable(source)
    if settings.source_secret is not None:
        return _check(settings.source_secret.get_secret_value(), source, use), False
    if _is_ours(source, use):
        return make_secret(), True
    if not has_terminal():
        raise BadInput(
            f"The {use} secret of source {source.name!r} is needed, and there is no terminal to ask on. "
            "Give it in SCOPENOTE_SOURCE_SECRET."
        )
    can_make = use == "verify" and source.cms not in GIVEN
    typed = _ask(source, can_make=can_make)
    if can_make and not typed:
        return make_secret(), True
    return _check(typed, source, use), False


def has_terminal() -> bool:
    """Whether somebody is there to be asked."""
    return sys.stdin.isatty()


def make_secret() -> SecretStr:
    """A new secret in the form of Standard Webhooks, which any CMS takes as a word."""
    return SecretStr(PREFIX + b64encode(secrets.token_bytes(_BYTES)).decode())


def _is_ours(source: Source, use: Use) -> bool:
    return use == "callback" or (use == "verify" and source.cms in OURS)


def _ask(source: Source, *, can_make: bool) -> str:
    """What somebody types; a secret of their own choice twice, one that they were given once."""
    if not can_make:
        return str(typer.prompt(f"Secret that {source.cms} shows for this (not shown)", hide_input=True, err=True))
    words = "Secret of the webhook (not shown; empty: one is made)"
    return str(typer.prompt(words, default="", show_default=False, hide_input=True, confirmation_prompt=True, err=True))


def _check(given: str, source: Source, use: Use) -> SecretStr:
    value = given.strip()
    check_form(value, source, use)
    return SecretStr(value)
