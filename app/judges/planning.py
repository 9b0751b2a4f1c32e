"""Owns planning: which categories are asked about in which calls, chosen by what they cost."""

import asyncio
import sys
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Mapping, Sequence

from pydantic import PositiveInt

from app.domain.article import Article
from app.domain.category import Category
from app.domain.plan import Plan, Strategy
from app.domain.value import Value
from app.domain.verdict import Candidate
from app.judges.batching import Room, group
from app.judges.nearest import Alike, AlikeChunks, choose_nearest, hold_as_much
from app.judges.plan_reasons import (
    explain_chunks,
    explain_named,
    explain_nearest,
    explain_shortlist,
    explain_together,
)
from app.judges.pricing import Estimate, Tariff, estimate, list_calls
from app.judges.reading_plan import Choose, Reading, plan_reading
from app.judges.sizing import Sizes

Shortlist = Callable[[Article, int], Awaitable[tuple[Candidate, ...]]]
"""The so many categories of the taxonomy that an article is most likely about, best first."""

Batch = tuple[Candidate, ...]

MAX_TOGETHER = 40
"""Definitions in one prompt: among very many, models choose badly, and where one stands sways them."""
ALIKE_TOGETHER = 30
"""Definitions in one of the nearest chunks: of fewer, more are sent the article; in more, what is far comes along."""
SHORTLISTED = 20
SHORTLIST_TOKENS = 9_500
"""What the prompt of a shortlist takes, definitions and instructions: the last of many long ones are left out."""
FEWEST = 12
"""Shortlisted whatever they take."""
PART_TOKENS = 8_000
MAX_PARTS = 6
CONTEXT_TOKENS = 128_000
PART_SHARE = 0.4
"""The part of a small context that is left to the article."""
LEAST_CONTEXT = 1_024
REFUSED = 0.9
"""A prompt that was too long by the server's word: so much of it is taken to fit, where the server does not say."""
KEPT_GROUPS = 16


class Limits(Value):
    """How much is asked at once. Tokens are those of the model; `context_tokens` holds prompt and reply."""

    max_together: PositiveInt = MAX_TOGETHER
    alike_together: PositiveInt = ALIKE_TOGETHER
    shortlisted: PositiveInt = SHORTLISTED
    shortlist_tokens: PositiveInt = SHORTLIST_TOKENS
    part_tokens: PositiveInt = PART_TOKENS
    max_parts: PositiveInt = MAX_PARTS
    context_tokens: PositiveInt = CONTEXT_TOKENS


class Planner:
    """Plans for one model. What the server says of its limits is remembered for later plans.

    Without `alike` there are no nearest chunks.
    """

    def __init__(
        self,
        sizes: Sizes,
        tariff: Tariff,
        *,
        shortlist: Shortlist,
        choose: Choose,
        alike: Alike | None = None,
        limits: Limits | None = None,
    ) -> None:
        self.sizes = sizes
        self.limits = limits or Limits()
        self._tariff = tariff
        self._shortlist = shortlist
        self._choose = choose
        self._alike = AlikeChunks(alike, sizes) if alike else None
        self._groups: OrderedDict[tuple[int, ...], tuple[tuple[Category, ...], ...]] = OrderedDict()

    async def plan(self, article: Article, categories: tuple[Category, ...], *, may_leave_out: bool) -> Plan:
        """The cheapest way to ask about these categories that keeps to the limits; spends nothing.

        All together where they fit in one prompt. Else all in several prompts that stay the same;
        where a shortlist costs less than that and some may be left out, the nearest of several
        prompts that stay the same, or else the shortlist. The nearest chunks are taken if those
        that cost no more than the shortlist hold as much of what words and vectors point to.
        """
        if not self.sizes.has_counted(categories):
            await asyncio.to_thread(self.sizes.count_shared, categories)
        reading = await plan_reading(
            article, self.sizes, self._choose, limit=self.part_tokens, max_parts=self.limits.max_parts
        )
        chunks = self._group(categories)
        everything = self._estimate(article, reading, chunks, stays=True)
        if len(chunks) <= 1:
            reason = explain_together(len(categories), self.sizes.count_shared(categories), everything)
            return self._build("together", reason, _to_batches(chunks), reading, everything)
        if not may_leave_out:
            return self._build(
                "chunks", explain_named(len(categories), everything), _to_batches(chunks), reading, everything
            )
        closest = self._estimate(article, reading, self._group(self._guess_shortlist(categories)), stays=False)
        if everything.weight <= closest.weight:
            reason = explain_chunks(len(categories), everything, closest)
            return self._build("chunks", reason, _to_batches(chunks), reading, everything)
        return await self._plan_few(article, categories, reading, everything)

    @property
    def part_tokens(self) -> int:
        """The most that the article's message may take."""
        return max(1, min(self.limits.part_tokens, int(self.limits.context_tokens * PART_SHARE)))

    def learn_limit(self, refused_tokens: int, limit_tokens: int | None) -> None:
        """Keep in mind that a prompt of so many tokens was too long; `limit_tokens` is what the server says it reads.

        Our count and the server's may differ, so that what was refused counts as well as its word.
        """
        known = (limit_tokens, int(refused_tokens * REFUSED), self.limits.context_tokens)
        context = max(LEAST_CONTEXT, min(tokens for tokens in known if tokens is not None))
        if context < self.limits.context_tokens:
            self.limits = self.limits.model_copy(update={"context_tokens": context})
            self._groups.clear()

    async def _plan_few(
        self, article: Article, categories: Sequence[Category], reading: Reading, everything: Estimate
    ) -> Plan:
        asked_about = {category.id for category in categories}
        # All are ranked: among the closest of the taxonomy there may be some that are not asked about.
        ranked = await self._shortlist(article, sys.maxsize)
        chosen = self._cut([c.category for c in ranked if c.category.id in asked_about] or categories)
        scores = {candidate.category.id: candidate.score for candidate in ranked}
        names = {category.id for category in chosen}
        groups = self._group(tuple(category for category in categories if category.id in names))
        closest = self._estimate(article, reading, groups, stays=False)
        chunks = await self._list_alike(categories)
        near = choose_nearest(
            chunks, scores, lambda taken: self._estimate(article, reading, taken, stays=True), closest
        )
        if near and hold_as_much(near, chosen, scores):
            expected, batches = self._estimate(article, reading, near, stays=True), _to_batches(near, scores)
            reason = explain_nearest(batches, len(chunks), len(categories), expected, closest)
            return self._build("nearest_chunks", reason, batches, reading, expected)
        reason = explain_shortlist(len(chosen), len(categories), closest, everything)
        return self._build("shortlist", reason, _to_batches(groups, scores), reading, closest)

    async def _list_alike(self, categories: Sequence[Category]) -> tuple[tuple[Category, ...], ...]:
        """The prompts of definitions that are alike; none where a prompt that stays costs as much as any other."""
        if self._alike is None or self._tariff.ratio >= 1:
            return ()
        return await self._alike.list_chunks(categories, self._room, self.limits.alike_together)

    def _cut(self, ranked: Sequence[Category]) -> tuple[Category, ...]:
        """The first of the ranked that the shortlist has room for."""
        chosen: list[Category] = []
        tokens = self.sizes.header
        for category in ranked[: self.limits.shortlisted]:
            tokens += self.sizes.count_definition(category)
            if tokens > self.limits.shortlist_tokens and len(chosen) >= FEWEST:
                break
            chosen.append(category)
        return tuple(chosen)

    def _guess_shortlist(self, categories: Sequence[Category]) -> tuple[Category, ...]:
        """Categories of middling size in the place of those that measuring the article would choose."""
        by_size = sorted(categories, key=self.sizes.count_definition)
        spare = max(0, len(by_size) - self.limits.shortlisted) // 2
        return self._cut(by_size[spare:])

    def _group(self, categories: tuple[Category, ...]) -> tuple[tuple[Category, ...], ...]:
        """The categories' prompts; kept for as long as the same objects are asked about."""
        key = tuple(map(id, categories))
        if key not in self._groups:
            self._groups[key] = group(categories, self.sizes, self._room)
            while len(self._groups) > KEPT_GROUPS:
                self._groups.popitem(last=False)
        self._groups.move_to_end(key)
        return self._groups[key]

    @property
    def _room(self) -> Room:
        return Room(
            max_together=self.limits.max_together,
            context_tokens=self.limits.context_tokens,
            part_tokens=self.part_tokens,
        )

    def _estimate(
        self, article: Article, reading: Reading, groups: Sequence[Sequence[Category]], *, stays: bool
    ) -> Estimate:
        whole = len(article.sentences)
        parts = [
            self.sizes.count_article(article, None if len(part.sentences) == whole else part.sentences)
            for part in reading.parts
        ]
        return estimate(list_calls(groups, parts, self.sizes, stays=stays), self._tariff)

    def _build(
        self, strategy: Strategy, reason: str, batches: Sequence[Batch], reading: Reading, expected: Estimate
    ) -> Plan:
        price = self._tariff.price
        return Plan(
            strategy=strategy,
            reason=reason,
            batches=tuple(batches),
            parts=reading.parts,
            calls=expected.calls,
            input_tokens=expected.input,
            cached_tokens=expected.cached,
            output_tokens=expected.output,
            exact=self.sizes.exact,
            cost_usd=expected.cost_usd,
            most_usd=expected.most_usd,
            prices_as_of=price.as_of if price else None,
            notes=reading.notes,
        )


def _to_batches(groups: Sequence[Sequence[Category]], scores: Mapping[str, float] | None = None) -> list[Batch]:
    """The groups as candidates; without scores they count alike."""
    known = scores or {}
    return [tuple(Candidate(category=c, score=known.get(c.id, 0.0)) for c in categories) for categories in groups]
