"""Owns the last word on each category: status, precedence among them, caps, and their order."""

from collections.abc import Iterable, Sequence

from app.domain.category import Category, Taxonomy
from app.domain.decision import Assignment, ExclusionFinding, ReviewReason, Status
from app.domain.grounded import CheckedVerdict, ScoredVerdict
from app.rules.disagreement import differ_strongly
from app.rules.thresholds import Thresholds

_ORDER: tuple[Status, ...] = ("assigned", "review", "excluded", "rejected", "not_considered")


def rank(
    checked: Sequence[CheckedVerdict], taxonomy: Taxonomy, thresholds: Thresholds, *, left_out: str
) -> tuple[Assignment, ...]:
    """One assignment per category of the taxonomy: what stands first, then best first.

    `left_out` is the reason why categories without a verdict were not considered.
    """
    assignments = sorted((assign(verdict, thresholds) for verdict in checked), key=_rank_key)
    assignments = _give_way(assignments, taxonomy, thresholds)
    considered = {assignment.category for assignment in assignments}
    others = [_leave_out(category, left_out) for category in taxonomy.categories if category.id not in considered]
    return put_in_order((*assignments, *others))


def put_in_order(assignments: Iterable[Assignment]) -> tuple[Assignment, ...]:
    """By status, what stands first, then best first."""
    return tuple(sorted(assignments, key=_rank_key))


def assign(checked: CheckedVerdict, thresholds: Thresholds) -> Assignment:
    """The assignment of one category taken by itself."""
    scored, category = checked.scored, checked.scored.category
    reasons = _find_review_reasons(checked, thresholds)
    triggered = next((f for f in checked.findings if f.finding == "triggered"), None)
    status: Status
    if triggered and not _is_doubtful(triggered, reasons) and (scored.applies or reasons == ("injection_suspected",)):
        status, rationale = "excluded", f"Excluded by “{triggered.text.rstrip('. ')}”. {triggered.reason}"
        reasons = ()
    elif triggered and reasons in {("near_threshold",), ("judges_disagree",)}:
        # Under the threshold, or for one judge only above it, and excluded besides: no person could make it stand.
        status, rationale, reasons = "rejected", _say_why_not(scored), ()
    elif reasons:
        status, rationale = "review", _hear_both(scored)
    elif scored.applies:
        status, rationale = "assigned", scored.verdict.rationale
    else:
        status, rationale = "rejected", _say_why_not(scored)
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


def _is_doubtful(triggered: ExclusionFinding, reasons: Sequence[ReviewReason]) -> bool:
    """Whether an exclusion stands by the word of a judge that may have been told what to say, or saw a part only."""
    return triggered.decided_by == "judge" and not {"injection_suspected", "sections_disagree"}.isdisjoint(reasons)


def _say_why_not(scored: ScoredVerdict) -> str:
    """The judge's rationale; where that tells what speaks for the category, first that it is not enough."""
    if not scored.verdict.evidence:
        return scored.verdict.rationale
    digits = 2 if round(scored.score, 2) < round(scored.threshold, 2) else 3
    below = f"{scored.score:.{digits}f}, below the threshold of {scored.threshold:.{digits}f}."
    return f"{below} {scored.verdict.rationale}".rstrip()


def _hear_both(scored: ScoredVerdict) -> str:
    """The judge's rationale; where another judge differs strongly, both."""
    second = scored.second
    if second is None or not differ_strongly(scored):
        return scored.verdict.rationale
    first = scored.verdict.rationale or ("It applies." if scored.applies else "It does not apply.")
    return f"The LLM ({scored.score:.2f}): {first} The local judge ({second.score:.2f}): {second.rationale}"


def _find_review_reasons(checked: CheckedVerdict, thresholds: Thresholds) -> tuple[ReviewReason, ...]:
    scored, verdict = checked.scored, checked.scored.verdict
    undecided = [finding for finding in checked.findings if finding.finding == "undecided"] if scored.applies else []
    unquoted = {check.about for check in verdict.exclusions if not check.evidence}
    by_judge = [finding for finding in undecided if finding.decided_by == "judge"]
    claimed = verdict.topics if verdict.strength is None and not verdict.evidence else ()
    # Whatever could have been gained by the orders that an article gives: a tag, or the absence of one.
    gained = scored.applies or differ_strongly(scored) or any(check.distrusted for check in claimed)
    held: dict[ReviewReason, bool] = {
        "unreadable_reply": verdict.unreadable,
        "quote_not_found": any(not check.distrusted for check in claimed) or any(f.id in unquoted for f in by_judge),
        "near_threshold": verdict.strength is not None and abs(scored.score - scored.threshold) < thresholds.near,
        "judges_disagree": differ_strongly(scored) or any(finding.id not in unquoted for finding in by_judge),
        "judgement_needed": any(finding.decided_by == "rule" for finding in undecided),
        "sections_disagree": scored.applies and verdict.sections_disagree,
        "injection_suspected": gained and verdict.injection_suspected,
    }
    return tuple(reason for reason, holds in held.items() if holds)


def _give_way(assignments: Sequence[Assignment], taxonomy: Taxonomy, thresholds: Thresholds) -> list[Assignment]:
    """Best first: rivals of what already stands, and what is over the cap of its kind, give way and say why."""
    caps = {"tags": thresholds.max_tags, "categories": thresholds.max_categories, "concepts": thresholds.max_concepts}
    kept: list[Assignment] = []
    for assignment in assignments:
        standing = [other for other in kept if other.status == "assigned"]
        winner = next((other for other in standing if _are_rivals(assignment, other, taxonomy)), None)
        taken = sum(other.kind == assignment.kind for other in standing)
        if assignment.status != "assigned":
            kept.append(assignment)
        elif winner:
            reason = f"Never together with {winner.category}, which scores {winner.score:.2f}."
            kept.append(_overrule(assignment, "excluded", reason))
        elif taken == caps[assignment.kind]:
            reason = f"Applies, but {taken} stronger {assignment.kind} already fill the cap."
            kept.append(_overrule(assignment, "rejected", reason))
        else:
            kept.append(assignment)
    return kept


def _are_rivals(one: Assignment, other: Assignment, taxonomy: Taxonomy) -> bool:
    categories = taxonomy.by_id
    return (
        other.category in categories[one.category].never_with or one.category in categories[other.category].never_with
    )


def _overrule(assignment: Assignment, status: Status, reason: str) -> Assignment:
    changes = {"status": status, "decided_by": "rule", "rationale": reason}
    return assignment.model_copy(update=changes if status == "excluded" else {**changes, "exclusions": ()})


def _leave_out(category: Category, reason: str) -> Assignment:
    return Assignment(
        category=category.id,
        title=category.title,
        kind=category.kind,
        status="not_considered",
        decided_by="rule",
        score=0.0,
        rationale=reason,
    )


def _rank_key(assignment: Assignment) -> tuple[int, float, str]:
    return _ORDER.index(assignment.status), -assignment.score, assignment.category
