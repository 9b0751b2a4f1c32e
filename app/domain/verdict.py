"""Owns the judge's side: candidates in, unchecked verdicts out."""

from typing import Annotated, Literal

from pydantic import Field, NonNegativeInt, PositiveInt

from app.domain.category import Category
from app.domain.value import CategoryId, Share, Value


class Candidate(Value):
    """A category put before a judge. `score` is the shortlist's, for ordering only."""

    category: Category
    score: float


class Check(Value):
    """A judge's claim that one topic or exclusion holds, with where it says it saw that.

    `about` is the id of a topic or an exclusion, or of the category itself where it lists no
    topics; `quote` is empty where the judge gave sentence numbers only. `further` are more quotes
    for the same claim, each of which may carry it where the first cannot be found. Nothing in it
    has been looked up in the article.
    """

    about: str
    sentences: tuple[PositiveInt, ...] = ()
    quote: Annotated[str, Field(max_length=2000)] = ""
    further: tuple[Annotated[str, Field(max_length=2000)], ...] = ()


class Verdict(Value):
    """A judge's claims about one candidate category, before any of them is checked.

    One `Check` per topic and per exclusion that the judge says holds. Whether the category
    applies is not the judge's to say: `app.rules` computes it from the checks that survive
    grounding. `strength` is a measured 0 to 1 where the judge measures (the local judge), None
    where it only claims (an LLM). `depth` is the share of passages about the category, likewise.

    `unreadable`: the judge was asked and gave nothing that can be read as an answer, which is not a "no".
    `sections_disagree`: parts of a long article, judged apart, contradict each other about an exclusion.
    """

    category_id: CategoryId
    topics: tuple[Check, ...] = ()
    exclusions: tuple[Check, ...] = ()
    rationale: Annotated[str, Field(max_length=600)] = ""
    strength: Share | None = None
    depth: Share | None = None
    unreadable: bool = False
    sections_disagree: bool = False


class Usage(Value):
    """What was spent. `cost_usd` is None where the model's price is not known, never zero for it."""

    calls: NonNegativeInt = 0
    input_tokens: NonNegativeInt = 0
    cached_tokens: NonNegativeInt = 0
    output_tokens: NonNegativeInt = 0
    cost_usd: float | None = 0.0
    prices_as_of: str | None = None


class JudgeName(Value):
    """Who judged. `degraded` says that a judge stood in for the one that was asked for.

    Where that was for some candidates only, the one that was asked for is named.
    """

    kind: Literal["local", "llm"]
    model: str
    degraded: bool = False


class Judgement(Value):
    """One verdict per candidate, in the candidates' order, with who gave them.

    `kept` says that they were given before, and cost nothing now. `ask_again` is why the judge that
    was meant has to be asked again later, "" where it has not; `is_too_dear`: it can only once a
    budget is raised, as asking costs more than all of it.
    """

    verdicts: tuple[Verdict, ...]
    judge: JudgeName
    prompt_version: str
    warnings: tuple[str, ...] = ()
    kept: bool = False
    ask_again: str = ""
    is_too_dear: bool = False
