"""Owns the forecast of what deciding comes to: the plans of articles summed up, of all or of a sample."""

import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

from app.domain.job import JobPlan
from app.domain.plan import Plan
from app.domain.telling import tell_count
from app.store.decisions import Standing

SPREAD: Final = 3.0
"""Standard errors that the upper bound of a sample leaves room for."""
NAMED: Final = 12
"""Categories that a note lists by name."""


@dataclass
class Forecast:
    """Sums over the plans of articles.

    `known` counts, by category, the questions about articles whose text was decided about before:
    what is new there is the category.
    """

    planned: int = 0
    free: int = 0
    asked: int = 0
    calls: int = 0
    input_tokens: int = 0
    cached_tokens: int = 0
    output_tokens: int = 0
    cost_usd: float = 0.0
    most_usd: float = 0.0
    most_squared: float = 0.0
    is_priced: bool = True
    is_counted: bool = True
    prices_as_of: str | None = None
    by_category: Counter[str] = field(default_factory=Counter)
    known: Counter[str] = field(default_factory=Counter)
    same_text: int = 0
    may_gain: int = 0
    may_lose: int = 0

    def add(self, plan: Plan, digest: str, standing: Standing | None) -> None:
        """Count an article of this digest, for which that stands now."""
        asked = () if plan.strategy == "local" else plan.asked
        self.planned += 1
        self.asked += bool(asked)
        self.free += not asked
        self._add_spending(plan)
        self.by_category.update(candidate.category.id for candidate in asked)
        if standing and standing.digest == digest:
            self.same_text += 1
            self.known.update(candidate.category.id for candidate in asked)
        touched = [candidate.category.id for candidate in asked or plan.candidates]
        tags = standing.tags if standing else {}
        assigned = sum(tags.get(id_) == "assigned" for id_ in touched)
        self.may_lose += assigned
        self.may_gain += len(touched) - assigned

    def _add_spending(self, plan: Plan) -> None:
        self.calls += plan.calls
        self.input_tokens += plan.input_tokens
        self.cached_tokens += plan.cached_tokens
        self.output_tokens += plan.output_tokens
        self.cost_usd += plan.cost_usd or 0.0
        self.most_usd += plan.most_usd or 0.0
        self.most_squared += (plan.most_usd or 0.0) ** 2
        self.is_priced = self.is_priced and plan.cost_usd is not None
        self.is_counted = self.is_counted and plan.exact
        self.prices_as_of = plan.prices_as_of or self.prices_as_of

    def to_job_plan(self, *, changed: int, unchanged: int, unread: int, notes: Sequence[str]) -> JobPlan:
        """The plan of a job in which so many articles have changed; these plans stand for all of them."""
        scale = changed / self.planned if self.planned else 0.0
        asked = round(self.asked * scale)

        def scaled(count: int) -> int:
            return round(count * scale)

        return JobPlan(
            articles=changed + unchanged,
            unchanged=unchanged,
            free=changed - asked,
            asked=asked,
            pairs=scaled(self.by_category.total()),
            by_category={id_: scaled(count) for id_, count in sorted(self.by_category.items())},
            calls=scaled(self.calls),
            input_tokens=scaled(self.input_tokens),
            cached_tokens=scaled(self.cached_tokens),
            output_tokens=scaled(self.output_tokens),
            cost_usd=self.cost_usd * scale if self.is_priced else None,
            most_usd=self._find_most(changed) if self.is_priced else None,
            prices_as_of=self.prices_as_of,
            exact=self.planned == changed,
            may_gain=scaled(self.may_gain),
            may_lose=scaled(self.may_lose),
            unread=unread,
            notes=(*notes, *self._tell(changed)),
        )

    def _find_most(self, changed: int) -> float:
        """The upper bound; where a sample was planned, with room for what it may have missed."""
        if self.planned in {0, changed}:
            return self.most_usd
        mean = self.most_usd / self.planned
        deviation = math.sqrt(max(0.0, self.most_squared / self.planned - mean**2))
        return changed * (mean + SPREAD * deviation / math.sqrt(self.planned))

    def _tell(self, changed: int) -> list[str]:
        """What the sums do not say by themselves."""
        told = []
        if self.planned < changed:
            told.append(f"Estimated from {self.planned:,} of {tell_count(changed, 'article')}, evenly spread.")
        if self.known and self.same_text == self.planned:
            named = ", ".join(id_ for id_, _ in self.known.most_common(NAMED))
            more = f" and {len(self.known) - NAMED} more" if len(self.known) > NAMED else ""
            told.append(f"The texts are as they were; new is what is asked: {named}{more}.")
        if self.same_text and not self.asked:
            told.append("Nothing is asked: settings, rules or an editor's word have changed, or the judge is local.")
        if not self.is_priced:
            told.append("What it costs is not known: the model has no price. SCOPENOTE_PRICES may name a list.")
        if not self.is_counted:
            told.append("Tokens are estimated; the model's own count may differ.")
        return told
