"""Owns where a source's secret comes from: made here, typed without being shown, or set; never the command line."""

import secrets
import sys
from base64 import b64decode, b64encode
from typing import Final

import typer
from pydantic import SecretStr

from app.domain.source import CMS, Source, Use
from app.errors import BadInput
from app.settings import Settings

OURS: Final[frozenset[CMS]] = frozenset({"standard", "wordpress", "wagtail"})
"""Those whose webhooks are signed as Standard Webhooks: the secret has a form, and is made here."""
LEAST, MOST = 24, 64
"""Bytes of a secret of Standard Webhooks."""
_PREFIX: Final = "whsec_"
_BYTES: Final = 32


def find_secret(source: Source, use: Use, settings: Settings) -> tuple[SecretStr, bool]:
    """The secret of a source for this use, and whether it was made here and has yet to be shown.

    SCOPENOTE_SOURCE_SECRET comes first; else one is made where its form is ours, or asked for.

    Raises:
        BadInput: there is nobody to ask, or what was given cannot be used.
    """
    if settings.source_secret is not None:
        return _check(settings.source_secret.get_secret_value(), source, use), False
    if _is_ours(source, use):
        return make_secret(), True
    if not has_terminal():
        raise BadInput(
            f"The {use} secret of source {source.name!r} is needed, and there is no terminal to ask on. "
            "Give it in SCOPENOTE_SOURCE_SECRET."
        )
    typed = _ask(use)
    if use == "verify" and not typed:
        return make_secret(), True
    return _check(typed, source, use), False


def has_terminal() -> bool:
    """Whether somebody is there to be asked."""
    return sys.stdin.isatty()


def make_secret() -> SecretStr:
    """A new secret in the form of Standard Webhooks, which any CMS takes as a word."""
    return SecretStr(_PREFIX + b64encode(secrets.token_bytes(_BYTES)).decode())


def _is_ours(source: Source, use: Use) -> bool:
    return use == "callback" or (use == "verify" and source.cms in OURS)


def _ask(use: Use) -> str:
    """What somebody types; a secret of their own choice twice, a token that they were given once."""
    if use == "write":
        return str(typer.prompt("Token or password for the CMS (not shown)", hide_input=True, err=True))
    words = "Secret of the webhook (not shown; empty: one is made)"
    return str(typer.prompt(words, default="", show_default=False, hide_input=True, confirmation_prompt=True, err=True))


def _check(given: str, source: Source, use: Use) -> SecretStr:
    value = given.strip()
    if not value or not value.isprintable():
        raise BadInput("The secret is empty, or holds characters that cannot be seen. Give it again.")
    if _is_ours(source, use) and not _is_standard(value):
        raise BadInput(
            f"A secret for {use} is whsec_ and base64 of 24 to 64 bytes here. "
            "Unset SCOPENOTE_SOURCE_SECRET to have one made."
        )
    return SecretStr(value)


def _is_standard(value: str) -> bool:
    try:
        size = len(b64decode(value.removeprefix(_PREFIX), validate=True))
    except ValueError:
        return False
    return value.startswith(_PREFIX) and LEAST <= size <= MOST
