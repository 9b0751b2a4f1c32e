"""Owns `scopenote sources`: who may send webhooks, where tags go back to, and what was delivered."""

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated

import typer

from app.cli.exits import FAILURES, telling_errors
from app.cli.source_terms import Terms, agree, check_name
from app.cli.source_writes import look_over, undo
from app.cli.terminal import say, write_json
from app.domain.delivery import DeliveryState
from app.domain.source import CMS, Mode, Source, Use
from app.errors import BadInput
from app.settings import load_settings

if TYPE_CHECKING:
    from app.cli.source_desk import Given

program = typer.Typer(no_args_is_help=True, help="CMSs that send webhooks: add them, see them, change their secrets.")

Name = Annotated[str, typer.Argument(metavar="NAME", help="the source's name")]
AsJson = Annotated[bool, typer.Option("--json", help="for programs")]
SiteGiven = Annotated[str | None, typer.Option("--site", metavar="URL", help="the CMS, or a git repository")]
OptionsGiven = Annotated[
    list[str] | None, typer.Option("--option", metavar="K=V", help="of this CMS; a wrong one is told those there are")
]
ModeGiven = Annotated[
    Mode | None,
    typer.Option("--mode", help="off: nothing goes back (default); suggest: it is told only; draft, apply: written"),
]
CallbackGiven = Annotated[str | None, typer.Option("--callback", metavar="URL", help="where decisions are told")]
FieldsGiven = Annotated[
    list[str] | None, typer.Option("--field", metavar="KIND=FIELD", help="the CMS's field for a kind of category")
]
BudgetGiven = Annotated[
    str | None,
    typer.Option(
        "--budget-day", metavar="USD", help="what its articles may cost in a UTC day; none: no cap of its own"
    ),
]
LISTED = 50


@program.command("add")
def add(
    name: Annotated[str, typer.Argument(metavar="NAME", help="small letters, digits and hyphens")],
    *,
    cms: Annotated[CMS, typer.Option("--cms", help="what sends the webhooks")],
    site: SiteGiven = None,
    option: OptionsGiven = None,
    mode: ModeGiven = None,
    callback: CallbackGiven = None,
    field: FieldsGiven = None,
    budget_day: BudgetGiven = None,
) -> None:
    """Let a CMS send webhooks, and see what to enter there.

    The secret is read from SCOPENOTE_SOURCE_SECRET, made and shown once where its form is ours, else asked for.
    """
    with telling_errors():
        from app.cli.source_desk import add_source

        terms = Terms(
            site=site, options=tuple(option or ()), mode=mode, callback=callback, fields=tuple(field or ()),
            budget_day=budget_day,
        )  # fmt: skip
        plain = Source(name="new", cms=cms, created_at=datetime.now(UTC))
        _show_given(add_source(load_settings(), agree(check_name(name, plain), terms)))


@program.command("change")
def change(
    name: Name,
    *,
    site: SiteGiven = None,
    option: OptionsGiven = None,
    mode: ModeGiven = None,
    callback: CallbackGiven = None,
    field: FieldsGiven = None,
    budget_day: BudgetGiven = None,
) -> None:
    """Change what is given, and nothing else; `none` takes a URL, an option or a field away."""
    with telling_errors():
        from app.cli.source_desk import change_source

        terms = Terms(
            site=site, options=tuple(option or ()), mode=mode, callback=callback, fields=tuple(field or ()),
            budget_day=budget_day,
        )  # fmt: skip
        if terms == Terms():
            names = "--mode, --site, --option, --callback, --field or --budget-day"
            raise BadInput(f"Nothing is to be changed. Name what: {names}.")
        _show_given(change_source(load_settings(), name, terms))


@program.command("list")
def list_sources(as_json: AsJson = False) -> None:
    """List the sources, and where each has to send."""
    with telling_errors():
        from app.cli.source_desk import tell_sources

        told = tell_sources(load_settings())
        if as_json:
            write_json("[" + ",".join(one.model_dump_json() for one in told) + "]")
        else:
            from app.cli.source_cards import print_sources

            print_sources(told)


@program.command("show")
def show(name: Name, as_json: AsJson = False) -> None:
    """Show one source: the address to enter in the CMS, how to set it up there, and which secrets count."""
    with telling_errors():
        from app.cli.source_desk import tell_source

        told = tell_source(load_settings(), name)
        if as_json:
            write_json(told.model_dump_json())
        else:
            from app.cli.source_cards import print_source

            print_source(told)


@program.command("rotate")
def rotate(
    name: Name,
    use: Annotated[Use, typer.Option("--use", help="verify: webhooks; write: tags; callback: what is told")] = "verify",
    keep: Annotated[
        float | None,
        typer.Option("--keep", metavar="HOURS", min=0, max=8760, help="how long the old one counts (24; for write 0)"),
    ] = None,
) -> None:
    """Give a source a new secret; the old one counts on for a while, since both sides cannot change at once."""
    with telling_errors():
        from app.cli.source_desk import rotate_secret

        _show_given(rotate_secret(load_settings(), name, use, keep))


@program.command("remove")
def remove(name: Name, yes: Annotated[bool, typer.Option("--yes", help="do not ask")] = False) -> None:
    """Let a source send nothing more, and forget its secrets. What came of its deliveries stays."""
    with telling_errors():
        from app.cli.source_desk import count_waiting, remove_source
        from app.cli.source_secrets import has_terminal

        settings = load_settings()
        waiting = count_waiting(settings, name)
        if not yes:
            if not has_terminal():
                raise BadInput(
                    f"Removing {name!r} has to be confirmed, and there is no terminal to ask on. Give --yes."
                )
            say(f"Its secrets go, and its deliveries that wait ({waiting}) will be parked.")
            say("The decisions stay here, and the tags in the CMS; they cannot be undone from here any more.")
            if not typer.confirm(f"Remove {name}?", err=True):
                say("Nothing was removed.")
                raise typer.Exit(FAILURES)
        remove_source(settings, name)
        say(f"Source {name!r} is removed. Its deliveries that wait ({waiting}) will be parked.")


@program.command("deliveries")
def list_deliveries(
    name: Name,
    state: Annotated[DeliveryState | None, typer.Option("--state", help="only those in this state")] = None,
    again: Annotated[
        str | None, typer.Option("--again", metavar="ID", help="have one worked on now that is parked or waits")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """List the newest deliveries of a source, and what became of each."""
    with telling_errors():
        from app.cli.source_desk import find_deliveries, work_on_again
        from app.cli.told_source import find_address
        from app.webhooks.deliveries import tell_delivery

        settings = load_settings()
        if again is not None:
            work_on_again(settings, name, again)
        address = find_address(settings)
        told = [tell_delivery(one, address) for one in find_deliveries(settings, name, state, LISTED)]
        if as_json:
            write_json("[" + ",".join(one.model_dump_json() for one in told) + "]")
        else:
            from app.cli.source_cards import print_deliveries

            print_deliveries(told)


@program.command("callbacks")
def list_callbacks(
    name: Name,
    again: Annotated[
        str | None, typer.Option("--again", metavar="ID", help="send one now that was given up, or waits")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """List the newest callbacks of a source: what was told to its callback, what waits, what was given up."""
    with telling_errors():
        from app.cli.source_desk import find_callbacks, send_callback_again

        settings = load_settings()
        if again is not None:
            send_callback_again(settings, name, again)
        found = find_callbacks(settings, name, LISTED)
        if as_json:
            write_json("[" + ",".join(one.model_dump_json() for one in found) + "]")
        else:
            from app.cli.source_cards import print_callbacks

            print_callbacks(found)


program.command("undo")(undo)
program.command("reconcile")(look_over)


def _show_given(given: "Given") -> None:
    """What there is now, and the secrets that are shown this once: those that were given are known to whoever did."""
    from app.cli.source_cards import print_made, print_source

    print_source(given.told)
    print_made(given.made)
