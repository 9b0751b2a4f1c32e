"""Owns the question whether what definitions say about one another holds."""

from collections import defaultdict
from collections.abc import Iterator

from app.category_files.linking import concerns_related
from app.domain.category import Category, Taxonomy
from app.linting.findings import LintFinding, Severity, find_about
from app.linting.wording import fold


def find_loose_references(taxonomy: Taxonomy) -> Iterator[LintFinding]:
    """Redirects and related names that lead nowhere, and exclusive pairs that only one side names."""
    for category in taxonomy.categories:
        yield from _find_lost_redirects(category, taxonomy)
        lost = {name for rule in category.exclusions for name in rule.redirect_to}
        if unknown := [name for name in category.related if name not in lost]:
            names = ", ".join(map(repr, unknown[:10]))
            message = f"names {names}, which are no categories here. Define them, or remove the names."
            yield find_about(category, "related_unresolved", "info", message)
        yield from _find_uneven_pairs(category, taxonomy)


def _find_lost_redirects(category: Category, taxonomy: Taxonomy) -> Iterator[LintFinding]:
    for rule in category.exclusions:
        for target in rule.redirect_to:
            if target not in taxonomy.by_id:
                message = (
                    f"{rule.id} sends readers to {target!r}, which is no category here. Define it, or drop the hint."
                )
                yield find_about(category, "redirect_unresolved", "warning", message)


def _find_uneven_pairs(category: Category, taxonomy: Taxonomy) -> Iterator[LintFinding]:
    for other_id in category.never_with:
        other = taxonomy.by_id.get(other_id)
        if other is None:
            continue
        if category.id not in other.never_with:
            message = (
                f"never stands with {other_id!r}, which does not say so in turn; it holds both ways. Name it there too."
            )
            yield find_about(category, "never_with_one_sided", "info", message)
        if _is_above(category.id, other_id, taxonomy) or _is_above(other_id, category.id, taxonomy):
            message = (
                f"never stands with {other_id!r}, although one is broader than the other. Remove one of the two links."
            )
            yield find_about(category, "never_with_broader", "error", message)


def _is_above(upper: str, lower: str, taxonomy: Taxonomy) -> bool:
    above, seen = [lower], {lower}
    while above:
        category = taxonomy.by_id.get(above.pop())
        for broader in category.broader if category else ():
            if broader == upper:
                return True
            if broader not in seen:
                seen.add(broader)
                above.append(broader)
    return False


def find_clashing_names(taxonomy: Taxonomy) -> Iterator[LintFinding]:
    """Titles and synonyms that lead to more than one category."""
    named: dict[str, list[Category]] = defaultdict(list)
    for category in taxonomy.categories:
        for name in {fold(category.title), *map(fold, category.synonyms)}:
            named[name].append(category)
    for name, sharers in named.items():
        for category in sharers[1:]:
            first = sharers[0]
            both_titles = fold(category.title) == name == fold(first.title)
            severity: Severity = "warning" if both_titles and category.kind == first.kind else "info"
            message = f"goes by {name!r} like {first.id!r}; names in texts lead to only one of them. Tell them apart."
            yield find_about(category, "shared_name", severity, message)


def report_notes(taxonomy: Taxonomy) -> Iterator[LintFinding]:
    """What reading the files brought up, less what `find_loose_references` tells better."""
    for note in taxonomy.notes:
        if not concerns_related(note):
            severity: Severity = "info" if note.message.startswith("not read: ") else "warning"
            yield LintFinding(
                category_id=note.category_id,
                file=note.file,
                line=note.line,
                code="reading",
                severity=severity,
                message=note.message,
            )
