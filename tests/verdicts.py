"""Builds what the rules work on: scored and checked verdicts with only what a test cares about."""

from app.domain.category import Category, Taxonomy
from app.domain.decision import Evidence, ExclusionFinding, Finding
from app.domain.grounded import CheckedVerdict, GroundedCheck, GroundedVerdict, ScoredVerdict

EVIDENCE = Evidence(quote="governance", start=0, end=10, topic="c#t1")


def build_category(id_: str = "c", **fields: object) -> Category:
    """A category of that id."""
    return Category.model_validate({"id": id_, "title": id_.upper(), **fields})


def build_taxonomy(*categories: Category) -> Taxonomy:
    """A taxonomy of these categories."""
    return Taxonomy(categories=tuple(sorted(categories, key=lambda category: category.id)), version="sha256:test")


def build_checked(category: Category, score: float, *findings: ExclusionFinding, **fields: object) -> CheckedVerdict:
    """A checked verdict with one grounded topic; `fields` replace those of the grounded verdict."""
    verdict = {
        "category_id": category.id,
        "topics": (GroundedCheck(about="c#t1", evidence=(EVIDENCE,), sentences=(1,)),),
        "exclusions": (),
        "unverified_quotes": 0,
        "rationale": "It is about it.",
        "strength": score,
        "depth": 0.5,
        "unreadable": False,
        "injection_suspected": False,
        **fields,
    }
    scored = ScoredVerdict(
        category=category,
        verdict=GroundedVerdict.model_validate(verdict),
        score=score,
        threshold=category.threshold if category.threshold is not None else 0.5,
    )
    return CheckedVerdict(scored=scored, findings=findings)


def build_finding(finding: Finding, **fields: object) -> ExclusionFinding:
    """What became of one exclusion."""
    known = {"id": "c#x1", "text": "Agile without governance.", "kind": "absence", "decided_by": "rule"}
    return ExclusionFinding.model_validate({**known, "finding": finding, "reason": "Because.", **fields})
