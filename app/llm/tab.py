"""Owns the tab: what the classification of one article has run up so far."""

from app.domain.verdict import Usage

DECIMALS = 9
"""Of a dollar: a token of the cheapest model costs ten of the last one."""


class Tab:
    """Adds up usage as it is spent, so that what a failed call cost is counted like any other.

    One tab serves one classification. A cost that is not known makes the sum unknown. What calls
    under way will need at most is held beside it, by the attempt's id, until they are settled.
    """

    def __init__(self) -> None:
        self.usage = Usage()
        self._held: dict[str, tuple[int, float]] = {}

    def add(self, usage: Usage) -> None:
        """Put one call, or several, on the tab."""
        so_far = self.usage
        known = so_far.cost_usd is not None and usage.cost_usd is not None
        self.usage = Usage(
            calls=so_far.calls + usage.calls,
            input_tokens=so_far.input_tokens + usage.input_tokens,
            cached_tokens=so_far.cached_tokens + usage.cached_tokens,
            output_tokens=so_far.output_tokens + usage.output_tokens,
            cost_usd=round((so_far.cost_usd or 0.0) + (usage.cost_usd or 0.0), DECIMALS) if known else None,
            prices_as_of=usage.prices_as_of or so_far.prices_as_of,
        )

    def hold(self, attempt_id: str, tokens: int, cost_usd: float) -> None:
        """Reserve what an attempt needs at most, before it is sent."""
        self._held[attempt_id] = (tokens, cost_usd)

    def release(self, attempt_id: str) -> None:
        """Hold nothing for an attempt any more, because it is not going to be sent."""
        self._held.pop(attempt_id, None)

    def settle(self, attempt_id: str, usage: Usage) -> None:
        """Put on the tab what an attempt took, in place of what was held for it."""
        self._held.pop(attempt_id, None)
        self.add(usage)

    @property
    def has_held(self) -> bool:
        """Whether calls are under way that may turn out to need less."""
        return bool(self._held)

    @property
    def tokens(self) -> int:
        """Tokens used and held."""
        return self.usage.input_tokens + self.usage.output_tokens + sum(tokens for tokens, _ in self._held.values())

    @property
    def cost_usd(self) -> float:
        """Money spent and held, as far as prices are known."""
        return (self.usage.cost_usd or 0.0) + sum(cost for _, cost in self._held.values())
