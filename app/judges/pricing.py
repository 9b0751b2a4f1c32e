"""Owns what calls are expected to cost, and the most that they can."""

from collections.abc import Iterable, Sequence

from pydantic import NonNegativeInt

from app.domain.attempt import Tokens
from app.domain.category import Category
from app.domain.value import Value
from app.judges.sizing import FULL, TURNS, Sizes, bound_output, expect_output
from app.llm.server.caching import PrefixCache
from app.llm.spending.prices import Price

REPAIR = 400
"""Tokens of the words that ask for a repair."""
QUOTED_REPLY = 3_000
"""Tokens of a faulty reply that are sent back with them, at most."""
LONGER = 2
"""How many times the tokens a reply may take the second time, where the first stopped for length."""


class Call(Value):
    """One call's sizes in tokens. `stays` says that `shared` is the same from article to article."""

    shared: NonNegativeInt
    article: NonNegativeInt
    output: NonNegativeInt
    most_output: NonNegativeInt
    stays: bool

    @property
    def input(self) -> int:
        """All tokens that are sent."""
        return self.shared + self.article + TURNS


class Tariff(Value):
    """What tokens cost at one server, as far as it is known, and how it treats a prefix that stays."""

    price: Price | None = None
    cache: PrefixCache = PrefixCache(mode="none")

    @property
    def ratio(self) -> float:
        """What a cached token costs, in uncached ones; 1 where nothing is known of cheaper ones."""
        price = self.price
        if not self.cache.is_cheaper or price is None or price.cached is None or price.input == 0:
            return 1.0
        return price.cached / price.input


class Estimate(Value):
    """Sums over the calls of one article. `equivalent` is input with cached tokens at their share of the price."""

    calls: NonNegativeInt
    input: NonNegativeInt
    cached: NonNegativeInt
    output: NonNegativeInt
    equivalent: NonNegativeInt
    cost_usd: float | None
    most_usd: float | None

    @property
    def weight(self) -> float:
        """What plans are compared by: money, or input where the price is not known."""
        return self.equivalent if self.cost_usd is None else self.cost_usd


def list_calls(
    groups: Sequence[Sequence[Category]], parts: Sequence[int], sizes: Sizes, *, stays: bool
) -> tuple[Call, ...]:
    """The calls that ask about every group for every part of an article; `parts` are the tokens of their messages."""
    full = FULL / max(1, len(groups))
    return tuple(
        Call(
            shared=sizes.count_shared(batch) + sizes.count_schema(batch),
            article=part,
            output=expect_output(batch, min(len(batch), full)),
            most_output=bound_output(batch),
            stays=stays,
        )
        for batch in groups
        for part in parts
    )


def estimate(calls: Iterable[Call], tariff: Tariff) -> Estimate:
    """What these calls come to: as expected with a warm cache, and at most."""
    made = tuple(calls)
    put_in, held = sum(call.input for call in made), sum(count_cached(call, tariff) for call in made)
    price = tariff.price
    return Estimate(
        calls=len(made),
        input=put_in,
        cached=held,
        output=sum(call.output for call in made),
        equivalent=round(put_in - held * (1 - tariff.ratio)),
        cost_usd=None if price is None else sum(_expect_cost(call, tariff, price) for call in made),
        most_usd=None if price is None else sum(bound_cost(call, price) for call in made),
    )


def count_cached(call: Call, tariff: Tariff) -> int:
    """The tokens of a call that a warm cache holds: the part that stays, if it is long enough."""
    cache = tariff.cache
    if not call.stays or cache.mode == "none" or call.shared < cache.min_prefix:
        return 0
    return call.shared - call.shared % cache.step


def bound_cost(call: Call, price: Price) -> float:
    """What one call costs at most, in USD: nothing cached, the longest reply, and one repair of it."""
    again = call.input + QUOTED_REPLY + REPAIR
    return price.compute_most(call.input, call.most_output) + price.compute_most(again, LONGER * call.most_output)


def _expect_cost(call: Call, tariff: Tariff, price: Price) -> float:
    cached = count_cached(call, tariff) if tariff.cache.is_cheaper else 0
    return price.compute_cost(Tokens(input=call.input, cached=cached, output=call.output))
