"""Owns how sources and their deliveries are printed for people."""

from collections.abc import Mapping, Sequence

from pydantic import SecretStr
from rich.console import Group, RenderableType
from rich.panel import Panel
from rich.table import Table
from rich.text import Text

from app.cli.source_hints import list_steps
from app.cli.terminal import join_words, open_console
from app.cli.told_source import ToldSecret, ToldSource
from app.domain.money import write_usd
from app.domain.source import Use
from app.domain.telling import tell_count
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
    details = {"site": told.site, "callback": told.callback, "budget": _say_budget(told)}
    lines += [join_words((f"{name}: ", "dim"), value) for name, value in details.items() if value]
    fields = ", ".join(f"{kind} to {name}" for kind, name in told.fields.model_dump().items() if name)
    lines.append(join_words(("fields: ", "dim"), fields or "none"))
    lines += [join_words(("secret: ", "dim"), _say_secret(secret)) for secret in told.secrets]
    console = open_console()
    console.print(Panel(Group(*lines, _list_options(told)), title="Source", title_align="left", padding=(1, 2)))
    for gap in told.gaps:
        console.print(join_words(("! ", "bold yellow"), gap))
    for number, step in enumerate(list_steps(told.cms, told.name), 1):
        console.print(join_words(f"{number}. {step}"))


def _list_options(told: ToldSource) -> Table:
    """The options in force: what was given is bold, what counts without is not."""
    table = Table(box=None, header_style="dim", padding=(0, 2, 0, 0))
    for name in ("option", "in force", "meaning"):
        table.add_column(name, overflow="fold")
    for one in told.in_force:
        value = (one.value or "-", "bold" if one.is_set else "")
        table.add_row(join_words(one.name), join_words(value), join_words((one.meaning, "dim")))
    return table


def _say_budget(told: ToldSource) -> str | None:
    return None if told.budget_day_usd is None else f"${write_usd(told.budget_day_usd)} a day"


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
    for name in ("source", "cms", "mode", "budget", "address"):
        table.add_column(name, overflow="fold")
    for one in told:
        cells = (one.name, one.cms, one.mode, _say_budget(one) or "-", one.address)
        table.add_row(*(join_words(cell) for cell in cells))
    console = open_console()
    console.print(table if told else "No sources yet; `scopenote sources add` makes one.")
    for one in told:
        if one.gaps:
            lacking = tell_count(len(one.gaps), "thing")
            words = f"{one.name} lacks {lacking}, which `scopenote sources show {one.name}` tells."
            console.print(join_words(("! ", "bold yellow"), words))


def print_deliveries(told: Sequence[ToldDelivery]) -> None:
    """Print deliveries as a table, each with what became of its articles."""
    table = Table(box=None, header_style="bold")
    for name in ("delivery", "state", "outcome"):
        table.add_column(name, overflow="fold")
    for one in told:
        table.add_row(
            Group(join_words(one.delivery), Text(f"{one.received_at:%Y-%m-%d %H:%M:%S}", "dim")),
            join_words((_say_state(one), STYLES[one.state])),
            Group(*([join_words(one.reason)] if one.reason else []), *map(_say_outcome, one.outcomes)),
        )
    open_console().print(table if told else "No deliveries yet.")


def _say_state(told: ToldDelivery) -> str:
    return "waiting for another try" if told.state == "waiting" and told.tries else told.state


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
