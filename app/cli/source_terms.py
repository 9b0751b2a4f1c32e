"""Owns how a source is described on the command line: what was given, over what was there."""

from collections.abc import Sequence
from typing import Final

from pydantic import ValidationError

from app.domain.job import Fields
from app.domain.source import Mode, Source
from app.domain.value import Value
from app.errors import BadInput

NONE: Final = "none"
"""Takes away an address, a field or an option's value that was there."""


class Terms(Value):
    """What the options of a command say; None or empty: nothing."""

    site: str | None = None
    options: tuple[str, ...] = ()
    mode: Mode | None = None
    callback: str | None = None
    fields: tuple[str, ...] = ()
    budget_day: str | None = None


def agree(source: Source, terms: Terms) -> Source:
    """The source with what the terms say.

    Raises:
        BadInput: an option or a field is not in its form.
    """
    changed = {
        "site": _choose(terms.site, source.site),
        "mode": terms.mode or source.mode,
        "callback": _choose(terms.callback, source.callback),
        "options": _read_options(terms.options, source.options),
        "fields": _read_fields(terms.fields, source.fields),
        "budget_day_usd": _read_budget(terms.budget_day, source.budget_day_usd),
    }
    return source.model_copy(update=changed)


def check_name(name: str, source: Source) -> Source:
    """The source under that name.

    Raises:
        BadInput: it cannot stand in an address.
    """
    try:
        return Source.model_validate(source.model_dump() | {"name": name})
    except ValidationError as error:
        raise BadInput(
            f"A source cannot be called {name!r}: use small letters, digits and hyphens, at most 63."
        ) from error


def _choose(given: str | None, before: str | None) -> str | None:
    if given is None:
        return before
    return None if given == NONE else given


def _read_budget(given: str | None, before: float | None) -> float | None:
    if given is None or given == NONE:
        return before if given is None else None
    try:
        budget = float(given)
    except ValueError:
        budget = 0.0
    if not 0 < budget < float("inf"):
        raise BadInput(f"--budget-day takes a number of dollars above 0, or {NONE!r} to take the cap away.")
    return budget


def _read_options(given: Sequence[str], before: dict[str, str]) -> dict[str, str]:
    chosen = dict(before)
    for pair in given:
        name, equals, value = pair.partition("=")
        if not name or not equals:
            raise BadInput(f"--option {pair!r} is not NAME=VALUE; VALUE may be {NONE!r} to take it away.")
        chosen[name] = value
    return {name: value for name, value in chosen.items() if value != NONE}


def _read_fields(given: Sequence[str], before: Fields) -> Fields:
    chosen: dict[str, str | None] = before.model_dump()
    for pair in given:
        kind, equals, name = pair.partition("=")
        if kind not in Fields.model_fields or not equals or not name:
            kinds = ", ".join(Fields.model_fields)
            raise BadInput(f"--field {pair!r} is not KIND=FIELD with a kind of {kinds}; FIELD may be {NONE!r}.")
        chosen[kind] = None if name == NONE else name
    return Fields.model_validate(chosen)
