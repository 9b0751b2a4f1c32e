"""Owns what is printed about keys for people."""

from collections.abc import Sequence
from datetime import datetime

from rich.console import Group
from rich.table import Table
from rich.text import Text

from app.cli.key_desk import ToldKey
from app.cli.terminal import join_words, open_console
from app.domain.key import Key
from app.domain.money import write_usd

STYLES = {"valid": "green", "replaced": "yellow", "expired": "yellow", "revoked": "dim"}


def print_keys(told: Sequence[ToldKey]) -> None:
    """Print keys as a table, in the order that they are given in."""
    table = Table(box=None, header_style="bold")
    for heading in ("key", "name", "scope", "state", "last used"):
        table.add_column(heading, overflow="fold")
    for key in told:
        bounds = _tell_bounds(key, has_end=key.state != "replaced")
        name = join_words(key.name)
        table.add_row(
            Text(key.id),
            Group(name, join_words((bounds, "dim"))) if bounds else name,
            Text(key.scope),
            Text(_tell_state(key), style=STYLES[key.state]),
            Text(_tell(key.last_used_at) if key.last_used_at else "never"),
        )
    open_console().print(table if told else "No keys yet; `scopenote keys create NAME` makes one.")


def tell_rotated(old: Key, new: Key) -> str:
    """What became of a key and of the one that follows it."""
    kept = ", ".join(filter(None, (f"scope {new.scope}", _tell_bounds(new, has_end=True))))
    end = old.expires_at
    until = "is over" if end is None or end <= new.created_at else f"holds until {_tell(end)} UTC, then it ends"
    return f"The new key of {new.name} allows what the old one does: {kept}. The old one, {old.id}, {until}."


def _tell_state(key: ToldKey) -> str:
    """A key's state; of one that another follows, until when it still holds."""
    if key.state == "replaced" and key.expires_at:
        return f"replaced, until {_tell(key.expires_at)}"
    return key.state


def _tell_bounds(key: ToldKey | Key, *, has_end: bool) -> str:
    """What bounds a key beside its scope, with its end or without."""
    is_over = isinstance(key, ToldKey) and key.state == "revoked"
    bounds = [f"until {_tell(key.expires_at)}"] if has_end and key.expires_at and not is_over else []
    bounds += [f"for pages of {origin}" for origin in key.origins]
    bounds += [f"{key.per_minute:,} a minute"] if key.per_minute else []
    bounds += [f"${write_usd(key.budget_day_usd)} a day"] if key.budget_day_usd else []
    return ", ".join(bounds)


def _tell(moment: datetime) -> str:
    return f"{moment:%Y-%m-%d %H:%M}"
