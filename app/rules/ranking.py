"""Owns the last word on each category: status, precedence among them, caps, and their order."""

from collections.abc import Sequence

from app.domain.category import Category, Taxonomy
from app.domain.decision import Assignment, ReviewReason, Status
from app.domain.grounded import CheckedVerdict
from app.rules.thresholds import Thresholds

_ORDER: tuple[Status, ...] = ("assigned", "review", "excluded", "rejected", "not_considered")


def rank(checked: Sequence[CheckedVerdict], taxonomy: Taxonomy, thresholds: Thresholds) -> tuple[Assignment, ...]:
    """One assignment per category of the taxonomy: what stands first, then best first."""
    assignments = [assign(verdict, thresholds) for verdict in checked]
    assignments = _part_rivals(sorted(assignments, key=_rank_key), taxonomy)
    assignments = _apply_caps(assignments, thresholds)
    considered = {assignment.category for assignment in assignments}
    left_out = [_leave_out(category) for category in taxonomy.categories if category.id not in considered]
    return tuple(sorted((*assignments, *left_out), key=_rank_key))


def assign(checked: CheckedVerdict, thresholds: Thresholds) -> Assignment:
    """The assignment of one category taken by itself."""
    scored, category = checked.scored, checked.scored.category
    reasons = _find_review_reasons(checked, thresholds)
    triggered = next((f for f in checked.findings if f.finding == "triggered"), None)
    status: Status
    if triggered and scored.applies:
        status, rationale = "excluded", f"Excluded by “{triggered.text}” {triggered.reason}"
        reasons = ()
    elif reasons:
        status, rationale = "review", scored.verdict.rationale
    else:
        status, rationale = ("assigned" if scored.applies else "rejected"), scored.verdict.rationale
    return Assignment(
        category=category.id,
        title=category.title,
        kind=category.kind,
        status=status,
        decided_by=triggered.decided_by if status == "excluded" and triggered else "judge",
        score=scored.score,
        rationale=rationale,
        review_reasons=reasons,
        evidence=scored.verdict.evidence,
        exclusions=() if status == "rejected" else checked.findings,
        unverified_quotes=scored.verdict.unverified_quotes,
    )


def _find_review_reasons(checked: CheckedVerdict, thresholds: Thresholds) -> tuple[ReviewReason, ...]:
    scored, verdict = checked.scored, checked.scored.verdict
    near = abs(scored.score - scored.threshold) < thresholds.near and verdict.strength is not None
    claimed_only = bool(verdict.topics) and not verdict.evidence and verdict.strength is None
    undecided = [finding for finding in checked.findings if finding.finding == "undecided"]
    held: dict[ReviewReason, bool] = {
        "unreadable_reply": verdict.unreadable,
        "quote_not_found": claimed_only,
        "near_threshold": near,
        "judges_disagree": scored.applies and any(f.decided_by == "judge" for f in undecided),
        "judgement_needed": scored.applies and any(f.decided_by == "rule" for f in undecided),
        "injection_suspected": scored.applies and verdict.injection_suspected,
    }
    return tuple(reason for reason, holds in held.items() if holds)


def _part_rivals(assignments: Sequence[Assignment], taxonomy: Taxonomy) -> list[Assignment]:
    """Of two categories that a definition says never go together, the better one stays."""
    kept: list[Assignment] = []
    for assignment in assignments:
        rivals = set(taxonomy.by_id[assignment.category].never_with)
        winner = next(
            (
                other
                for other in kept
                if other.status == "assigned"
                and (other.category in rivals or assignment.category in taxonomy.by_id[other.category].never_with)
            ),
            None,
        )
        if assignment.status == "assigned" and winner:
            reason = f"Never together with {winner.category}, which scores {winner.score:.2f}."
            kept.append(assignment.model_copy(update={"status": "excluded", "decided_by": "rule", "rationale": reason}))
        else:
            kept.append(assignment)
    return kept


def _apply_caps(assignments: Sequence[Assignment], thresholds: Thresholds) -> list[Assignment]:
    """At most so many of a kind; the weakest give way, and say so."""
    caps = {"tags": thresholds.max_tags, "categories": thresholds.max_categories, "concepts": thresholds.max_concepts}
    taken = dict.fromkeys(caps, 0)
    kept = []
    for assignment in assignments:
        if assignment.status != "assigned":
            kept.append(assignment)
        elif taken[assignment.kind] == caps[assignment.kind]:
            reason = f"Applies, but {caps[assignment.kind]} stronger {assignment.kind} already fill the cap."
            overruled = {"status": "rejected", "decided_by": "rule", "rationale": reason, "exclusions": ()}
            kept.append(assignment.model_copy(update=overruled))
        else:
            taken[assignment.kind] += 1
            kept.append(assignment)
    return kept


def _leave_out(category: Category) -> Assignment:
    return Assignment(
        category=category.id,
        title=category.title,
        kind=category.kind,
        status="not_considered",
        decided_by="rule",
        score=0.0,
        rationale="The shortlist left it out: other categories are much closer to this article.",
    )


def _rank_key(assignment: Assignment) -> tuple[int, float, str]:
    return _ORDER.index(assignment.status), -assignment.score, assignment.category
