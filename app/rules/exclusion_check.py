"""Owns the exclusion check: what became of each exclusion rule, decided in code, with a reason.

The judge's word is one witness. What words and vectors saw in the sentences (a `Sighting`) is the
other, and for rules that they can settle the one that counts.
"""

from collections.abc import Mapping, Sequence

from app.domain.article import Article
from app.domain.decision import Evidence, ExclusionFinding, Finding
from app.domain.exclusion import ExclusionRule
from app.domain.grounded import CheckedVerdict, GroundedCheck, ScoredVerdict
from app.domain.sighting import Sighting
from app.rules.pinned_check import check_pinned
from app.rules.ranking import assign
from app.rules.settling import Settled, settle
from app.rules.testimony import hear
from app.rules.thresholds import Thresholds

MAX_EVIDENCE = 3
"""Sentences quoted per finding."""

_GRAVITY: tuple[Finding, ...] = ("clear", "waived", "undecided", "triggered")
"""Of a compound rule's parts, the gravest finding is the rule's."""


def check_all(
    scored: Sequence[ScoredVerdict], article: Article, sightings: Mapping[str, Sighting], thresholds: Thresholds
) -> tuple[CheckedVerdict, ...]:
    """Every verdict checked, best first, so that a redirect can only lead to what stands already."""
    standing: dict[str, float] = {}
    checked = []
    for verdict in sorted(scored, key=lambda verdict: (-verdict.score, verdict.category.id)):
        checked.append(check_exclusions(verdict, article, sightings, standing, thresholds))
        if assign(checked[-1], thresholds).status == "assigned":
            standing[verdict.category.id] = verdict.score
    return tuple(checked)


def check_exclusions(
    scored: ScoredVerdict,
    article: Article,
    sightings: Mapping[str, Sighting],
    standing: Mapping[str, float],
    thresholds: Thresholds,
) -> CheckedVerdict:
    """The verdict with one finding per exclusion of its category, in the definition's order.

    `sightings` holds one per derived rule or part, by its id. `standing` gives the scores of better
    categories that stand, by id: a redirect asks whether its target is there.
    """
    claims = {check.about: check for check in scored.verdict.exclusions}
    findings = []
    for rule in scored.category.exclusions:
        if rule.pinned:
            findings.append(_to_finding(rule, [check_pinned(rule.pinned, article)], article))
            continue
        parts = [settle(part, sightings[part.id], scored, standing, thresholds) for part in rule.checks]
        testified = hear(rule, parts, claims.get(rule.id), scored.verdict)
        findings.append(_to_finding(rule, testified, article, claims.get(rule.id)))
    return CheckedVerdict(scored=scored, findings=tuple(findings))


def _to_finding(
    rule: ExclusionRule, parts: Sequence[Settled], article: Article, claim: GroundedCheck | None = None
) -> ExclusionFinding:
    # Of equals the judge's: it names the quote that a person has to look at.
    gravest = max(parts, key=lambda part: (_GRAVITY.index(part.finding), part.decided_by == "judge"))
    cited = [article.sentences[number - 1] for number in gravest.sentences]
    # A heading announces and shows nothing, unless there is nothing else.
    sentences = ([sentence for sentence in cited if not sentence.heading] or cited)[:MAX_EVIDENCE]
    evidence = tuple(Evidence(quote=article.quote(s), start=s.start, end=s.end) for s in sentences)
    return ExclusionFinding(
        id=rule.id,
        text=rule.text,
        kind=rule.kind,
        finding=gravest.finding,
        decided_by=gravest.decided_by,
        reason=gravest.reason,
        evidence=claim.evidence if claim and gravest.decided_by == "judge" else evidence,
    )
