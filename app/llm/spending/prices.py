"""Owns prices: what a model's tokens cost, as data with a date."""

import re
import tomllib
from collections.abc import Iterator, Mapping
from datetime import date
from pathlib import Path
from typing import Annotated
from urllib.parse import urlsplit

from pydantic import Field, JsonValue, PositiveInt, ValidationError

from app.domain.attempt import Tokens
from app.domain.value import Value
from app.errors import BadFile

SHIPPED = Path(__file__).with_name("prices.toml")
MAX_BYTES = 1_000_000
_PER = 1_000_000
_DATED = re.compile(r"-\d{4}-?\d{2}-?\d{2}$")
_REMEDY = "See app/llm/spending/prices.toml for the form (names with dots in quotes), or unset SCOPENOTE_PRICES."

_Amount = Annotated[float, Field(ge=0, allow_inf_nan=False)]


class Price(Value):
    """What one model charges, in USD per million tokens, as it stood on a day.

    `cached` and `written` are None where such tokens cost as much as any other input. Above
    `long_from` input tokens the two factors apply to all tokens of a call. `hosts` are the
    servers that the price holds for; empty means wherever the model is served.
    """

    input: _Amount
    cached: _Amount | None = None
    written: _Amount | None = None
    output: _Amount
    long_from: PositiveInt | None = None
    long_input_factor: _Amount = 1.0
    long_output_factor: _Amount = 1.0
    hosts: tuple[str, ...] = ()
    as_of: str

    def compute_cost(self, tokens: Tokens) -> float:
        """What these tokens of one call cost, in USD."""
        cached = self.input if self.cached is None else self.cached
        written = self.input if self.written is None else self.written
        ordinary = max(0, tokens.input - tokens.cached - tokens.written)
        put_in = ordinary * self.input + tokens.cached * cached + tokens.written * written
        given_out = tokens.output * self.output
        if self.long_from is not None and tokens.input > self.long_from:
            put_in, given_out = put_in * self.long_input_factor, given_out * self.long_output_factor
        return (put_in + given_out) / _PER

    def compute_most(self, input_tokens: int, output_tokens: int) -> float:
        """What a call of this size costs at most: nothing read from a cache, all of it written where that is dearer."""
        written = input_tokens if (self.written or 0) > self.input else 0
        return self.compute_cost(Tokens(input=input_tokens, written=written, output=output_tokens))


class PriceList:
    """Prices by the names of models."""

    def __init__(self, prices: Mapping[str, Price]) -> None:
        self._prices = {name.lower(): price for name, price in prices.items()}

    def find(self, model: str, server: str | None = None) -> Price | None:
        """The price of a model, also under a provider's prefix or with a date at its end; None where unknown.

        `server` is the base URL it is served at: a price that holds for some hosts only is not found without it.
        """
        host = (urlsplit(server).hostname or "") if server else ""
        for name in _spell(model.lower()):
            price = self._prices.get(name)
            if price is not None and (not price.hosts or host in price.hosts):
                return price
        return None


class _File(Value):
    """A price file as it is written: one date for all that it names."""

    as_of: Annotated[str, Field(min_length=1)] | date
    models: dict[str, dict[str, JsonValue]]


def load_prices(path: Path | None = None) -> PriceList:
    """The shipped prices, with those of a file of the user's put over them.

    Raises:
        BadFile: a file cannot be read as prices; names the field and what to do.
    """
    prices = _read_prices(SHIPPED)
    if path is not None:
        prices |= _read_prices(path)
    return PriceList(prices)


def _read_prices(path: Path) -> dict[str, Price]:
    file = _read_file(path)
    prices: dict[str, Price] = {}
    for model, fields in file.models.items():
        try:
            prices[model.lower()] = Price.model_validate({**fields, "as_of": str(file.as_of)})
        except ValidationError as error:
            raise _as_bad_file(path, error, f"models.{model}") from error
    return prices


def _read_file(path: Path) -> _File:
    try:
        with path.open("rb") as handle:
            content = handle.read(MAX_BYTES + 1)
    except OSError as error:
        raise BadFile(path, f"cannot be read: {error.strerror or error}", _REMEDY) from error
    if len(content) > MAX_BYTES:
        raise BadFile(path, f"is longer than {MAX_BYTES:,} bytes", _REMEDY)
    try:
        return _File.model_validate(tomllib.loads(content.decode()))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, RecursionError) as error:
        raise BadFile(path, f"is not TOML: {error}", _REMEDY) from error
    except ValidationError as error:
        raise _as_bad_file(path, error) from error


def _as_bad_file(path: Path, error: ValidationError, place: str = "") -> BadFile:
    # What does not belong there explains what is missing: a misspelt field, a name taken apart at its dots.
    first = min(error.errors(), key=lambda found: found["type"] != "extra_forbidden")
    field = ".".join([place, *map(str, first["loc"])] if place else map(str, first["loc"]))
    return BadFile(path, f"{first['msg']}, got {first['input']!r:.80}", _REMEDY, field=field)


def _spell(model: str) -> Iterator[str]:
    """The name as it is, then without what is put before and after it."""
    parts = model.split("/")
    for start in range(len(parts)):
        name = "/".join(parts[start:])
        yield name
        if (undated := _DATED.sub("", name)) != name:
            yield undated
