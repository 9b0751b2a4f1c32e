"""Owns settling a derived rule by what words and vectors saw: one small function per kind."""

from collections.abc import Callable, Mapping

from app.domain.decision import DecidedBy, Finding
from app.domain.exclusion import ExclusionKind, ExclusionRule
from app.domain.grounded import ScoredVerdict
from app.domain.sighting import Sighting
from app.domain.value import Value
from app.rules.reasons import name_condition, name_subject, say_sentences
from app.rules.thresholds import Thresholds


class Settled(Value):
    """What one witness makes of one rule. `sentences` show it, most telling first."""

    finding: Finding
    reason: str
    decided_by: DecidedBy = "rule"
    sentences: tuple[int, ...] = ()


class _Shares(Value):
    """Parts of all sentences: about the subject, its condition, the category and nothing else."""

    subject: float
    condition: float
    category: float
    category_alone: float
    treated: float


class _Case(Value):
    """A rule, what was seen of it, and what it is weighed against."""

    rule: ExclusionRule
    sighting: Sighting
    shares: _Shares
    score: float
    standing: Mapping[str, float]
    thresholds: Thresholds

    @property
    def about(self) -> str:
        """How much of the article the rule's subject takes, as the start of a reason."""
        return f"{_cap(say_sentences(self.shares.subject))} are about {name_subject(self.rule)}"


def settle(
    rule: ExclusionRule,
    sighting: Sighting,
    scored: ScoredVerdict,
    standing: Mapping[str, float],
    thresholds: Thresholds,
) -> Settled:
    """What words and vectors make of a derived rule, or of one part of it.

    A rule whose subject no sentence is about is clear. One that only judgement can tell is
    undecided as soon as its subject is there.
    """
    if rule.subjects and not sighting.subject:
        return Settled(finding="clear", reason=f"No sentence is about {name_subject(rule)}.")
    case = _Case(
        rule=rule,
        sighting=sighting,
        shares=_measure(sighting),
        score=scored.score,
        standing=standing,
        thresholds=thresholds,
    )
    if rule.needs_judgement:
        return _settle_judgement(case)
    return _settle_redirect(case) if rule.redirect_to else _SETTLERS[rule.kind](case)


def _measure(sighting: Sighting) -> _Shares:
    subject, condition, category = map(set, (sighting.subject, sighting.condition, sighting.category))
    return _Shares(
        subject=len(subject) / sighting.total,
        condition=len(condition) / sighting.total,
        category=len(category) / sighting.total,
        category_alone=len(category - subject) / sighting.total,
        treated=len(category | condition) / sighting.total,
    )


def _settle_judgement(case: _Case) -> Settled:
    """Only a reader can tell; but what treats a category in substance does not do so in passing."""
    if "depth" in {case.rule.kind, *case.rule.also} and case.shares.treated >= case.thresholds.depth:
        return _settle_depth(case)
    about = f"{_cap(say_sentences(case.shares.subject))} may be what this excludes"
    if case.shares.subject < case.thresholds.doubt:
        return _waive(f"{about}: too few to ask a reader.", case.sighting.subject)
    return Settled(finding="undecided", reason=f"{about}; only a reader can tell.", sentences=case.sighting.subject)


def _settle_absence(case: _Case) -> Settled:
    """X without Y, X unless Y: stands where X is treated, Y is not, and the category is not the point."""
    if not case.rule.subjects:
        return _settle_anything(case)
    shares, sighting = case.shares, case.sighting
    if shares.subject < case.thresholds.subject:
        return _waive(f"{case.about}: named, not what the article is about.", sighting.subject)
    if shares.condition >= case.thresholds.condition:
        tied = f"{say_sentences(shares.condition)} tie it to {name_condition(case.rule)}"
        return _waive(f"{case.about}, but {tied}.", sighting.condition)
    # Where nothing at all of what the definition asks for is there, the category's own topics have to weigh more.
    outweigh = case.thresholds.outweigh if shares.condition == 0 else 1
    if shares.category_alone > outweigh * shares.subject:
        return _waive(_say_own_topics(case), sighting.category)
    treated = "no sentence treats" if shares.condition == 0 else f"only {say_sentences(shares.condition)} treat"
    return _stand(f"{case.about}, and {treated} {name_condition(case.rule)}.", sighting.subject)


def _settle_anything(case: _Case) -> Settled:
    """Content unrelated to Y: stands where hardly any sentence is about Y or the category."""
    about = f"{_cap(say_sentences(case.shares.treated))} are about {name_condition(case.rule)}"
    if case.shares.treated >= case.thresholds.condition:
        return _waive(f"{about}.", (*case.sighting.condition, *case.sighting.category))
    return _stand(f"{about}, which this definition asks for.", ())


def _settle_depth(case: _Case) -> Settled:
    """Superficial mentions: stands where what is mentioned is not treated in substance."""
    treated, subject = say_sentences(case.shares.treated), name_subject(case.rule)
    if case.shares.treated >= case.thresholds.depth:
        return _waive(f"Not in passing: {treated} treat {subject} or its aspects.", case.sighting.category)
    return _stand(f"{_cap(subject)} is mentioned, but {treated} treat it in substance.", case.sighting.subject)


def _settle_topic(case: _Case) -> Settled:
    """Bare X: stands where the article is largely about it, and more so than about the category."""
    if case.shares.subject < case.thresholds.topic:
        return _waive(f"{case.about}: too few to be what the article is about.", case.sighting.subject)
    if case.shares.category_alone > case.shares.subject:
        return _waive(_say_own_topics(case), case.sighting.category)
    return _stand(f"{case.about}.", case.sighting.subject)


def _settle_redirect(case: _Case) -> Settled:
    """Belongs to Z: stands where X is treated, what keeps it here is missing, and Z applies."""
    rule, shares, sighting = case.rule, case.shares, case.sighting
    if shares.subject < case.thresholds.subject:
        return _waive(f"{case.about}: named, not what the article is about.", sighting.subject)
    if rule.condition and shares.condition >= case.thresholds.condition:
        kept = f"{say_sentences(shares.condition)} are about {name_condition(rule)}"
        return _waive(f"{case.about}, but {kept}.", sighting.condition)
    target = next((name for name in rule.redirect_to if name in case.standing), None)
    if target is None:
        return _waive(f"{case.about}, but {' or '.join(rule.redirect_to)} does not apply here.", sighting.subject)
    if rule.condition is None and case.standing[target] < case.score:
        return _waive(f"{case.about}, but this category fits better than {target}.", sighting.category)
    return _stand(f"{case.about}, which belongs to {target}.", sighting.subject)


_SETTLERS: dict[ExclusionKind, Callable[[_Case], Settled]] = {
    "absence": _settle_absence,
    "rescue": _settle_absence,
    "depth": _settle_depth,
    "topic": _settle_topic,
    "redirect": _settle_topic,
    "stance": _settle_topic,
    "vague": _settle_topic,
}


def _say_own_topics(case: _Case) -> str:
    return f"{case.about}, but {say_sentences(case.shares.category_alone)} treat the category's own topics."


def _stand(reason: str, sentences: tuple[int, ...]) -> Settled:
    return Settled(finding="triggered", reason=reason, sentences=sentences)


def _waive(reason: str, sentences: tuple[int, ...]) -> Settled:
    return Settled(finding="waived", reason=reason, sentences=sentences)


def _cap(words: str) -> str:
    return words[:1].upper() + words[1:]
