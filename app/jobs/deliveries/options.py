"""Owns the options that every source may have, whatever its CMS."""

from datetime import timedelta
from typing import Final

from app.cms.adapters.github import OURS
from app.domain.source import Source
from app.errors import BadInput

OPTIONS: Final[dict[str, str]] = {
    "actor": "who writes our tags, as the CMS names it in its webhooks; what comes from there is an echo of our own",
    "callback_private": "yes or no: whether the callback may go to a private network or to this machine (no)",
    "reconcile_minutes": "how often the CMS is asked what changed, in minutes, 0 for never (15)",
    "tag_names": "id or title: what a tag of ours is called in the CMS (id)",
}
"""Each with its meaning."""

_DEFAULT_MINUTES = 15
_MOST_MINUTES = 7 * 24 * 60


def check_options(options: dict[str, str]) -> None:
    """Pass values that can be used.

    Raises:
        BadInput: one cannot; the text names it.
    """
    _read_minutes(options)
    for name, allowed in (("callback_private", ("yes", "no")), ("tag_names", ("id", "title"))):
        if options.get(name, allowed[0]) not in allowed:
            raise BadInput(
                f"The option {name}={options[name]!r} cannot be used. Give {allowed[0]!r} or {allowed[1]!r}."
            )


def is_ours(source: Source, actor: str | None) -> bool:
    """Whether it is us who wrote, by what the CMS calls us."""
    if actor is None:
        return False
    if source.cms == "github" and actor == OURS:
        return True
    ours = source.options.get("actor", "").strip()
    return bool(ours) and actor.strip().casefold() == ours.casefold()


def allows_private(source: Source) -> bool:
    """Whether the callback may go to a private network."""
    return source.options.get("callback_private") == "yes"


def names_titles(source: Source) -> bool:
    """Whether tags go by the categories' titles in the CMS, and not by their ids."""
    return source.options.get("tag_names") == "title"


def get_pause(source: Source) -> timedelta | None:
    """How long from one look at the CMS's list to the next; None: it is not looked at.

    Raises:
        BadInput: the option is no number of minutes.
    """
    minutes = _read_minutes(source.options)
    return timedelta(minutes=minutes) if minutes else None


def _read_minutes(options: dict[str, str]) -> int:
    told = options.get("reconcile_minutes", str(_DEFAULT_MINUTES))
    if not (told.isascii() and told.isdecimal() and int(told[:9]) <= _MOST_MINUTES):
        raise BadInput(
            f"The option reconcile_minutes={told[:40]!r} cannot be used. "
            f"Give whole minutes from 0 to {_MOST_MINUTES:,}."
        )
    return int(told)
