"""Owns the lint: everything about a taxonomy that its editors should know, worst first."""

from collections.abc import Iterator

from app.domain.category import Category, Taxonomy
from app.linting.completeness import find_gaps, find_odd_lengths
from app.linting.contradictions import find_contradictions
from app.linting.findings import LintFinding, rank
from app.linting.overlaps import Embed, find_overlaps
from app.linting.references import find_clashing_names, find_loose_references, report_notes
from app.linting.wording import find_repeated_items, find_uncheckable_exclusions


def lint_taxonomy(taxonomy: Taxonomy, embed: Embed | None) -> tuple[LintFinding, ...]:
    """All findings about a taxonomy: errors first, then by category.

    `embed` gives one vector per text; without it, overlaps are not looked for.
    """
    findings = [finding for category in taxonomy.categories for finding in _lint_category(category)]
    findings += find_loose_references(taxonomy)
    findings += find_clashing_names(taxonomy)
    findings += report_notes(taxonomy)
    if embed is not None:
        findings += find_overlaps(taxonomy, embed)
    return tuple(sorted(findings, key=rank))


def _lint_category(category: Category) -> Iterator[LintFinding]:
    yield from find_gaps(category)
    yield from find_odd_lengths(category)
    yield from find_uncheckable_exclusions(category)
    yield from find_repeated_items(category)
    yield from find_contradictions(category)
