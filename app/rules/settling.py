"""Owns settling a derived rule by what words and vectors saw: one small function per kind."""

from collections.abc import Callable, Mapping

from app.domain.decision import DecidedBy, Finding
from app.domain.exclusion import ExclusionKind, ExclusionRule
from app.domain.grounded import ScoredVerdict
from app.domain.sighting import Sighting
from app.domain.value import Value
from app.rules.reasons import admit_sample, begin, name_condition, name_subject, say_sentences
from app.rules.thresholds import Thresholds

NEAR = 2
"""Sentences. A condition this close to the subject is tied to it, and does not just occur as well."""


class Settled(Value):
    """What one witness makes of one rule. `sentences` show it, most telling first."""

    finding: Finding
    reason: str
    decided_by: DecidedBy = "rule"
    sentences: tuple[int, ...] = ()


class _Shares(Value):
    """Parts of the sentences looked at: about the subject, its condition, the category, and so on."""

    subject: float
    condition: float
    tied: float
    category_alone: float
    treated: float


class _Case(Value):
    """A rule, what was seen of it, and what it is weighed against."""

    rule: ExclusionRule
    sighting: Sighting
    shares: _Shares
    scored: ScoredVerdict
    standing: Mapping[str, float]
    thresholds: Thresholds

    @property
    def about(self) -> str:
        """How much of the article the rule's subject takes, as the start of a reason."""
        return begin(say_sentences(self.shares.subject, "are", f"about {name_subject(self.rule)}"))


def settle(
    rule: ExclusionRule,
    sighting: Sighting,
    scored: ScoredVerdict,
    standing: Mapping[str, float],
    thresholds: Thresholds,
) -> Settled:
    """What words and vectors make of a derived rule, or of one part of it.

    `standing` gives the scores of better categories that stand, by id. A rule whose subject no
    sentence is about is clear; one that only judgement can tell is undecided as soon as enough
    sentences may be what it excludes.
    """
    case = _Case(
        rule=rule,
        sighting=sighting,
        shares=_measure(sighting),
        scored=scored,
        standing=standing,
        thresholds=thresholds,
    )
    settled = _settle_case(case)
    return settled.model_copy(update={"reason": admit_sample(settled.reason)}) if sighting.sampled else settled


def _settle_case(case: _Case) -> Settled:
    rule = case.rule
    if rule.kind == "vague" and not rule.subjects:
        return Settled(finding="clear", reason="The wording names nothing that could be looked for.")
    if not case.sighting.subject and (rule.subjects or rule.needs_judgement):
        return Settled(finding="clear", reason=f"{case.about}.")
    if rule.needs_judgement:
        return _settle_judgement(case)
    if rule.redirect_to and rule.condition is None:
        return _settle_redirect(case)
    return _SETTLERS[rule.kind](case)


def _measure(sighting: Sighting) -> _Shares:
    subject, condition, category = map(set, (sighting.subject, sighting.condition, sighting.category))
    around = {number + step for number in subject for step in range(-NEAR, NEAR + 1)}
    return _Shares(
        subject=len(subject) / sighting.total,
        condition=len(condition) / sighting.total,
        tied=len(condition & around) / sighting.total,
        category_alone=len(category - subject) / sighting.total,
        treated=len(category | condition) / sighting.total,
    )


def _settle_judgement(case: _Case) -> Settled:
    """Only a reader can tell; but what treats a category in substance does not do so in passing."""
    if "depth" in {case.rule.kind, *case.rule.also} and case.shares.treated >= case.thresholds.depth:
        return _settle_depth(case)
    looks = begin(say_sentences(case.shares.subject, "look", "like what this excludes"))
    if case.shares.subject < case.thresholds.doubt:
        return _waive(f"{looks}: too few to ask a reader.", case.sighting.subject)
    return Settled(finding="undecided", reason=f"{looks}; only a reader can tell.", sentences=case.sighting.subject)


def _settle_absence(case: _Case) -> Settled:
    """X without Y, X unless Y: stands where X is treated, Y is not, and the category is not the point."""
    if not case.rule.subjects:
        return _settle_anything(case)
    shares, sighting, wanted = case.shares, case.sighting, name_condition(case.rule)
    if shares.subject < case.thresholds.subject:
        return _waive(f"{case.about}: named, not what the article is about.", sighting.subject)
    if shares.tied >= case.thresholds.condition:
        return _waive(f"{case.about}, but {say_sentences(shares.tied, 'tie', f'it to {wanted}')}.", sighting.condition)
    if shares.condition >= case.thresholds.condition:
        return _waive(f"{case.about}, but {say_sentences(shares.condition, 'treat', wanted)}.", sighting.condition)
    # Where nothing at all of what the definition asks for is there, the category's own topics have to weigh more.
    outweigh = case.thresholds.outweigh if shares.condition == 0 else 1
    if shares.category_alone > outweigh * shares.subject:
        return _waive(_say_own_topics(case), sighting.category)
    missing = say_sentences(shares.condition, "treat", wanted)
    return _stand(f"{case.about}, and {'only ' if shares.condition else ''}{missing}.", case)


def _settle_anything(case: _Case) -> Settled:
    """Content unrelated to Y: stands where hardly any sentence is about Y or the category."""
    about = begin(say_sentences(case.shares.treated, "are", f"about {name_condition(case.rule)} or the category"))
    if case.shares.treated >= case.thresholds.condition:
        return _waive(f"{about}.", (*case.sighting.condition, *case.sighting.category))
    return _stand(f"{about}, which this definition asks for.", case)


def _settle_depth(case: _Case) -> Settled:
    """Superficial mentions: stands where what is mentioned is not treated in substance."""
    treated = say_sentences(case.shares.treated, "treat", f"{case.scored.category.title} or its aspects")
    if case.shares.treated >= case.thresholds.depth:
        return _waive(f"Not in passing: {treated}.", case.sighting.category)
    return _stand(f"Mentioned, but {treated}.", case)


def _settle_topic(case: _Case) -> Settled:
    """Bare X: stands where the article is largely about it, and more so than about the category."""
    if case.shares.subject < case.thresholds.topic:
        return _waive(f"{case.about}: too few to be what the article is about.", case.sighting.subject)
    if case.shares.category_alone > case.shares.subject:
        return _waive(_say_own_topics(case), case.sighting.category)
    return _stand(f"{case.about}.", case)


def _settle_redirect(case: _Case) -> Settled:
    """Belongs to Z: stands where X is treated, the category is not the point, and Z stands and fits better.

    Without such a Z it is settled as a bare X.
    """
    target = next((name for name in case.rule.redirect_to if name in case.standing), None)
    if case.shares.subject < case.thresholds.subject:
        return _waive(f"{case.about}: named, not what the article is about.", case.sighting.subject)
    if case.shares.category_alone > case.shares.subject:
        return _waive(_say_own_topics(case), case.sighting.category)
    if target and case.standing[target] >= case.scored.score:
        return _stand(f"{case.about}, and {target} stands: use it instead.", case)
    return _settle_topic(case)


_SETTLERS: dict[ExclusionKind, Callable[[_Case], Settled]] = {
    "absence": _settle_absence,
    "rescue": _settle_absence,
    "redirect": _settle_absence,
    "depth": _settle_depth,
    "topic": _settle_topic,
    "stance": _settle_topic,
    "vague": _settle_topic,
}


def _say_own_topics(case: _Case) -> str:
    own = say_sentences(case.shares.category_alone, "treat", "the category's own topics")
    return f"{case.about}, but {own}."


def _stand(reason: str, case: _Case) -> Settled:
    return Settled(finding="triggered", reason=reason, sentences=case.sighting.subject)


def _waive(reason: str, sentences: tuple[int, ...]) -> Settled:
    return Settled(finding="waived", reason=reason, sentences=sentences)
