"""Owns the exclusion rule: what a definition keeps out, compiled to something checkable."""

from typing import Literal

from pydantic import Field

from app.domain.value import Share, Value

ExclusionKind = Literal["absence", "rescue", "depth", "redirect", "topic", "stance", "vague"]
"""absence: X without Y. rescue: X unless Y. depth: only superficially. redirect: belongs to Z.
topic: bare X. stance: misreads or promotes, so only judgement can tell. vague: nothing to test."""

ConditionType = Literal["unless", "without", "does_not", "not_tied", "solely", "lacks", "unrelated"]


class Condition(Value):
    """What must be in an article for the exclusion not to bite, in the words of the definition."""

    type: ConditionType
    phrases: tuple[str, ...]


class Terms(Value):
    """Words to look for: `any` of them, each a phrase or, after "re:", an RE2 expression."""

    any: tuple[str, ...] = Field(min_length=1)


class PinnedRule(Value):
    """A rule that an editor wrote by hand under `scopenote:`; it does what it says.

    `min_share` is the share of sentences that `when` must reach before the rule counts.
    """

    when: Terms
    unless: Terms | None = None
    min_share: Share = 0.0
    action: Literal["exclude", "review"] = "exclude"


class ExclusionRule(Value):
    """One exclusion bullet, compiled.

    `subjects` are the X of "X without Y", `condition` its Y, both as the definition writes them.
    No subjects means that any content is meant. `also` holds further kinds that the wording has.
    `parts` is filled where one bullet holds several prohibitions; the rule itself then carries
    the kind of the dominant one and all subjects. `redirect_to` holds ids where they are known,
    else titles. `pinned` is set when, and only when, `origin` is "explicit".
    """

    id: str
    text: str
    kind: ExclusionKind
    also: tuple[ExclusionKind, ...] = ()
    parts: tuple["ExclusionRule", ...] = ()
    subjects: tuple[str, ...] = ()
    condition: Condition | None = None
    redirect_to: tuple[str, ...] = ()
    needs_judgement: bool = False
    origin: Literal["derived", "explicit"] = "derived"
    pinned: PinnedRule | None = None

    @property
    def checks(self) -> tuple["ExclusionRule", ...]:
        """The prohibitions to check one by one: the parts, or the rule itself."""
        return self.parts or (self,)
