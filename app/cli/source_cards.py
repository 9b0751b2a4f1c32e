"""Owns how sources and their deliveries are printed for people."""

from collections.abc import Mapping, Sequence

from pydantic import SecretStr
from rich.console import Group, RenderableType
from rich.panel import Panel
from rich.table import Table
from rich.text import Text

from app.cli.source_hints import HINTS
from app.cli.terminal import join_words, open_console
from app.cli.told_source import ToldSecret, ToldSource
from app.domain.source import Use
from app.store.callbacks import Callback
from app.webhooks.deliveries import ToldDelivery, ToldOutcome

SAID = {
    "verify": "Secret to enter in the CMS",
    "callback": "Secret that your callback verifies by",
    "write": "Secret for the CMS",
}
MODES = {
    "off": "nothing is written back",
    "suggest": "nothing is written back; decisions are told",
    "draft": "tags are written to drafts",
    "apply": "tags are written to what is published",
}
STYLES = {"waiting": "yellow", "working": "cyan", "done": "green", "parked": "red"}


def print_source(told: ToldSource) -> None:
    """Print one source with what to do in its CMS."""
    lines: list[RenderableType] = [
        join_words((f"{told.name} ", "bold"), told.cms),
        join_words(("address to enter in the CMS: ", "dim"), told.address),
        *([] if told.is_public else [Text("Set SCOPENOTE_PUBLIC_URL to what the CMS reaches this service by.", "dim")]),
        join_words(("mode: ", "dim"), f"{told.mode}, {MODES[told.mode]}"),
    ]
    details = {"site": told.site, "callback": told.callback}
    lines += [join_words((f"{name}: ", "dim"), value) for name, value in details.items() if value]
    fields = ", ".join(f"{kind} to {name}" for kind, name in told.fields.model_dump().items() if name)
    lines.append(join_words(("fields: ", "dim"), fields or "none"))
    lines += [join_words((f"option {name}: ", "dim"), value) for name, value in sorted(told.options.items())]
    lines += [join_words(("secret: ", "dim"), _say_secret(secret)) for secret in told.secrets]
    steps = [join_words(f"{n}. {hint.replace('NAME`', f'{told.name}`')}") for n, hint in enumerate(HINTS[told.cms], 1)]
    console = open_console()
    console.print(Panel(Group(*lines), title="Source", title_align="left", padding=(1, 2)))
    for step in steps:
        console.print(step)


def print_made(made: Mapping[Use, SecretStr]) -> None:
    """Print secrets that were made, whole and on lines of their own, to be copied now."""
    console = open_console()
    for use, value in made.items():
        console.print()
        console.print(join_words((f"{SAID[use]}, shown this once:", "bold")))
        console.print(value.get_secret_value(), soft_wrap=True, markup=False)


def print_sources(told: Sequence[ToldSource]) -> None:
    """Print sources as a table."""
    table = Table(box=None, header_style="bold")
    for name in ("source", "cms", "mode", "address"):
        table.add_column(name, overflow="fold")
    for one in told:
        table.add_row(*(join_words(word) for word in (one.name, one.cms, one.mode, one.address)))
    open_console().print(table if told else "No sources yet; `scopenote sources add` makes one.")


def print_deliveries(told: Sequence[ToldDelivery]) -> None:
    """Print deliveries as a table, each with what became of its articles."""
    table = Table(box=None, header_style="bold")
    for name in ("delivery", "state", "outcome"):
        table.add_column(name, overflow="fold")
    for one in told:
        table.add_row(
            Group(join_words(one.delivery), Text(f"{one.received_at:%Y-%m-%d %H:%M:%S}", "dim")),
            join_words((one.state, STYLES[one.state])),
            Group(*([join_words(one.reason)] if one.reason else []), *map(_say_outcome, one.outcomes)),
        )
    open_console().print(table if told else "No deliveries yet.")


def print_callbacks(callbacks: Sequence[Callback]) -> None:
    """Print callbacks as a table."""
    table = Table(box=None, header_style="bold")
    for name in ("callback", "state", "tries", "reason"):
        table.add_column(name, overflow="fold")
    for one in callbacks:
        head = Group(join_words(one.id), Text(f"{one.created_at:%Y-%m-%d %H:%M:%S}", "dim"))
        table.add_row(
            head, join_words((one.state, STYLES.get(one.state, "red"))), str(one.tries), join_words(one.reason)
        )
    open_console().print(table if callbacks else "No callbacks yet.")


def _say_secret(secret: ToldSecret) -> str:
    end = f", until {secret.until:%Y-%m-%d %H:%M} UTC" if secret.until else ""
    return f"{secret.use}, since {secret.added_at:%Y-%m-%d %H:%M} UTC{end}"


def _say_outcome(outcome: ToldOutcome) -> Text:
    reason = f": {outcome.reason}" if outcome.reason else ""
    written = f", written: {', '.join(outcome.written) or 'no tags'}" if outcome.written is not None else ""
    return join_words((outcome.fate, "bold"), f" {outcome.article}{reason}{written}")
