"""Owns the plan: how an article will be asked about, and what that costs, before anything is spent."""

from typing import Literal

from pydantic import NonNegativeInt, PositiveInt

from app.domain.value import Value
from app.domain.verdict import Candidate

Strategy = Literal["local", "together", "chunks", "nearest_chunks", "shortlist"]


class Part(Value):
    """The sentences of an article that are read together, by their numbers, in reading order."""

    sentences: tuple[PositiveInt, ...]


class Plan(Value):
    """Which categories are asked about in which calls, with what they will cost.

    local: on this machine, no call. together: all definitions in one prompt that stays the same
    from article to article. chunks: the same in several prompts of fixed membership.
    nearest_chunks: of several prompts of fixed membership, each about categories that are alike,
    only the few that are nearest to the article. shortlist: only the categories that words and
    vectors put closest, each by itself.

    `batches` holds the candidates of one prompt each; every batch is asked about every one of
    `parts`, so there are batches times parts calls. Tokens are summed over all calls:
    `cached_tokens` is the part of `input_tokens` that a provider's cache is expected to hold once
    warm, `output_tokens` is what replies are expected to take; `exact` says whether they were
    counted or estimated. `cost_usd` is what is expected with a warm cache, `most_usd` with a cold
    one, the longest replies and every one of them repaired; both are None where the model's price
    is not known. `notes` say what a reader of the result should know: a part of the article that
    is not read, for one.
    """

    strategy: Strategy
    reason: str
    batches: tuple[tuple[Candidate, ...], ...]
    parts: tuple[Part, ...]
    calls: NonNegativeInt = 0
    input_tokens: NonNegativeInt = 0
    cached_tokens: NonNegativeInt = 0
    output_tokens: NonNegativeInt = 0
    exact: bool = True
    cost_usd: float | None = 0.0
    most_usd: float | None = 0.0
    prices_as_of: str | None = None
    notes: tuple[str, ...] = ()
    kept: tuple[Candidate, ...] = ()

    @property
    def candidates(self) -> tuple[Candidate, ...]:
        """Every candidate of every batch, then those whose verdicts are kept."""
        return self.asked + self.kept

    @property
    def asked(self) -> tuple[Candidate, ...]:
        """The candidates that the judge is asked about."""
        return tuple(candidate for batch in self.batches for candidate in batch)
