"""Owns a category as the page shows it: its definition, and each exclusion as it was understood."""

from collections import Counter
from collections.abc import Iterable, Mapping

from pydantic import NonNegativeInt

from app.domain.category import Category, Taxonomy
from app.domain.exclusion import ExclusionRule
from app.domain.value import CategoryId, Value
from app.linting.findings import LintFinding
from app.web.wording import CONDITIONS, EXCLUSION_KINDS


class Reference(Value):
    """A category that a definition names. `id` is None where the taxonomy has none of that name."""

    id: CategoryId | None
    title: str


class Term(Value):
    """One word or pattern that an explicit rule looks for."""

    text: str
    is_pattern: bool


class RuleView(Value):
    """One exclusion, or one part of it, as it was understood."""

    rule: ExclusionRule
    kinds: str
    condition: str
    redirects: tuple[Reference, ...]
    when: tuple[Term, ...]
    unless: tuple[Term, ...]
    parts: tuple["RuleView", ...]


class Definition(Value):
    """A category ready to be shown."""

    category: Category
    rules: tuple[RuleView, ...]
    broader: tuple[Reference, ...]
    narrower: tuple[Reference, ...]
    never_with: tuple[Reference, ...]
    remarks: tuple[LintFinding, ...]


class Entry(Value):
    """A category as one line of the list; `for_judge` counts exclusions that words cannot settle."""

    category: Category
    for_judge: NonNegativeInt
    remarks: NonNegativeInt


def list_entries(taxonomy: Taxonomy, findings: Iterable[LintFinding]) -> tuple[Entry, ...]:
    """One line per category, in the taxonomy's order."""
    remarks = Counter(finding.category_id for finding in findings)
    return tuple(
        Entry(
            category=category,
            for_judge=sum(any(part.needs_judgement for part in rule.checks) for rule in category.exclusions),
            remarks=remarks[category.id],
        )
        for category in taxonomy.categories
    )


def define(category: Category, taxonomy: Taxonomy, findings: Iterable[LintFinding]) -> Definition:
    """The category as the page shows it; of the findings, those that are about it."""
    titles = {other.id: other.title for other in taxonomy.categories}
    return Definition(
        category=category,
        rules=tuple(_to_rule(rule, titles) for rule in category.exclusions),
        broader=_to_references(category.broader, titles),
        narrower=_to_references(taxonomy.find_narrower(category.id), titles),
        never_with=_to_references(category.never_with, titles),
        remarks=tuple(finding for finding in findings if finding.category_id == category.id),
    )


def find_general(taxonomy: Taxonomy, findings: Iterable[LintFinding]) -> tuple[LintFinding, ...]:
    """What lint says about no category that there is, such as a file that was passed over."""
    return tuple(finding for finding in findings if finding.category_id not in taxonomy.by_id)


def _to_rule(rule: ExclusionRule, titles: Mapping[str, str]) -> RuleView:
    return RuleView(
        rule=rule,
        kinds="; also ".join(EXCLUSION_KINDS[kind] for kind in (rule.kind, *rule.also)),
        condition=CONDITIONS[rule.condition.type] if rule.condition else "",
        redirects=_to_references(rule.redirect_to, titles),
        when=_to_terms(rule.pinned.when.any if rule.pinned else ()),
        unless=_to_terms(rule.pinned.unless.any if rule.pinned and rule.pinned.unless else ()),
        parts=tuple(_to_rule(part, titles) for part in rule.parts),
    )


def _to_terms(terms: Iterable[str]) -> tuple[Term, ...]:
    return tuple(Term(text=term.removeprefix("re:"), is_pattern=term.startswith("re:")) for term in terms)


def _to_references(names: Iterable[str], titles: Mapping[str, str]) -> tuple[Reference, ...]:
    return tuple(Reference(id=name if name in titles else None, title=titles.get(name, name)) for name in names)
