"""Owns the forms that secrets have, by CMS and use: a wrong one is told at once, with where the right one is found."""

import re
from base64 import b64decode
from collections.abc import Callable, Mapping
from typing import Final

from app.cms.opening import SITE_OPTIONS
from app.domain.source import CMS, Source, Use
from app.errors import BadInput

OURS: Final[frozenset[CMS]] = frozenset({"standard", "wordpress", "wagtail"})
"""Those whose webhooks are signed as Standard Webhooks: the secret has a form, and is made here."""
PREFIX: Final = "whsec_"
LEAST, MOST = 24, 64
"""Bytes of a secret of Standard Webhooks."""
SHORTEST: Final = 16
"""Characters of a secret that somebody made up: whoever guesses it may deliver what they like."""
GIVEN: Final[frozenset[CMS]] = frozenset({"contentful"})
"""Those that make the secret of their webhooks themselves."""

_SCHEME: Final = re.compile(r"(?:bearer|basic|ghost|token)\s", re.IGNORECASE)
_APPLICATION_PASSWORD: Final = re.compile(r"[A-Za-z0-9]{4}(?: ?[A-Za-z0-9]{4}){5}")
_ADMIN_KEY: Final = re.compile(r"[0-9a-fA-F]{24}:[0-9a-fA-F]{64}")
_WAGTAIL_TOKEN: Final = re.compile(r"wagtail_[!-~]{16,}")
_WORD: Final = re.compile(r"[!-~]{8,}")
_CONTENTFUL: Final = re.compile(r"[0-9A-Za-z+/=_-]{64}")
_WORDPRESS: Final = (
    _APPLICATION_PASSWORD,
    "an application password is six groups of four letters and digits. WordPress shows it once, in Users, Profile, "
    "Application Passwords; the password that the user logs in with is another",
)
_WRITE: Final[Mapping[CMS, tuple[re.Pattern[str], str]]] = {
    "wordpress": _WORDPRESS,
    "wp-webhooks": _WORDPRESS,
    "ghost": (
        _ADMIN_KEY,
        "an Admin API key is 24 hexadecimal digits, a colon and 64 more. Ghost shows it in Settings, Integrations, in "
        "the custom integration; the Content API key, without a colon, cannot write",
    ),
    "strapi": (
        _WORD,
        "an API token is one word of letters and digits. Strapi shows it once, in Settings, API Tokens",
    ),
    "directus": (
        _WORD,
        "a static token is one word. Directus generates it on the page of the user, at Token; save the user then",
    ),
    "wagtail": (
        _WAGTAIL_TOKEN,
        "an API token begins with wagtail_. Wagtail shows it once, where the token is made",
    ),
    "github": (
        _WORD,
        "a token is one word. GitHub shows it once, in Settings, Developer settings, Personal access tokens, and it "
        "needs to read and write the repository's contents",
    ),
}


def check_form(value: str, source: Source, use: Use) -> None:
    """Pass a secret that has the form of its use; the value is not told.

    Raises:
        BadInput: it cannot be one, and where the right one is found.
    """
    if not value or not value.isprintable():
        raise BadInput("The secret is empty, or holds characters that cannot be seen. Give it again.")
    _CHECKS[use](value, source)


def check_writable(source: Source) -> None:
    """Pass a source that a secret for writing is of use to.

    Raises:
        BadInput: its CMS is not written to.
    """
    if source.cms not in SITE_OPTIONS:
        raise BadInput(
            f"Tags are not written back to {source.cms}, so that source {source.name!r} takes no secret for it. "
            "Let it tell a callback: --mode suggest --callback URL."
        )


def _check_verify(value: str, source: Source) -> None:
    if source.cms in OURS:
        _check_standard(value, source)
    if source.cms == "contentful" and not _CONTENTFUL.fullmatch(value):
        raise BadInput(
            "That is no secret of Contentful: it has 64 characters, and Contentful shows it once, in Settings, "
            "Webhooks, Settings, when request verification is enabled."
        )
    if len(value) < SHORTEST:
        raise BadInput(
            f"The secret is too short to be safe: give one of {SHORTEST} characters or more. Or have one made: unset "
            "SCOPENOTE_SOURCE_SECRET, run this on a terminal, and press Enter where the secret is asked for."
        )


def _check_standard(value: str, _: Source) -> None:
    try:
        size = len(b64decode(value.removeprefix(PREFIX), validate=True))
    except ValueError:
        size = 0
    if not value.startswith(PREFIX) or not LEAST <= size <= MOST:
        raise BadInput(
            f"A secret of Standard Webhooks is {PREFIX} and base64 of {LEAST} to {MOST} bytes. "
            "Unset SCOPENOTE_SOURCE_SECRET to have one made."
        )


def _check_write(value: str, source: Source) -> None:
    check_writable(source)
    form, told = _WRITE[source.cms]
    if _SCHEME.match(value):
        raise BadInput("Give the token alone, without the word before it that stands in the header.")
    if not form.fullmatch(value):
        raise BadInput(f"That is no secret for writing to {source.cms}: {told}.")


_CHECKS: Final[Mapping[Use, Callable[[str, Source], None]]] = {
    "verify": _check_verify,
    "write": _check_write,
    "callback": _check_standard,
}
