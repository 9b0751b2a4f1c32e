"""Owns the compiling of an exclusion, as publishers word it, to an exclusion rule."""

from app.category_files.exclusions.clauses import read_clauses
from app.category_files.exclusions.phrases import unique
from app.category_files.exclusions.prohibitions import Prohibition, read_prohibition
from app.category_files.exclusions.wording import MAX_CHARACTERS, plain
from app.domain.exclusion import ExclusionKind, ExclusionRule


def compile_exclusion(text: str, *, rule_id: str, category_title: str) -> ExclusionRule:
    """The rule that a bullet or an inline sentence stands for; its text is kept as it is.

    Pure, and never raises. What is longer than `MAX_CHARACTERS`, or holds nothing that could be
    looked for, becomes a vague rule that needs judgement.
    """
    wording = plain(text) if len(text) <= MAX_CHARACTERS else ""
    title = " ".join(category_title[:MAX_CHARACTERS].split())
    clauses = read_clauses(wording)
    targets = unique([target for clause in clauses for target in clause.targets])
    found = [read_prohibition(clause, title) for clause in clauses if clause.text]
    if not found:
        kind: ExclusionKind = "redirect" if targets else "vague"
        return ExclusionRule(id=rule_id, text=text, kind=kind, redirect_to=targets, needs_judgement=True)
    dominant = found[0]
    parts = tuple(_to_part(part, f"{rule_id}{_letter(number)}") for number, part in enumerate(found))
    return ExclusionRule(
        id=rule_id,
        text=text,
        kind=dominant.kinds.kind,
        also=_find_further_kinds(found),
        parts=parts if len(parts) > 1 else (),
        subjects=_join_subjects(found),
        condition=dominant.condition,
        redirect_to=targets,
        needs_judgement=dominant.kinds.needs_judgement,
    )


def _to_part(part: Prohibition, part_id: str) -> ExclusionRule:
    return ExclusionRule(
        id=part_id,
        text=part.text,
        kind=part.kinds.kind,
        also=part.kinds.also,
        subjects=part.subjects,
        condition=part.condition,
        redirect_to=part.redirect_to,
        needs_judgement=part.kinds.needs_judgement,
    )


def _letter(number: int) -> str:
    """A to z, then aa, ab and so on."""
    before, last = divmod(number, 26)
    return (_letter(before - 1) if before else "") + chr(ord("a") + last)


def _find_further_kinds(found: list[Prohibition]) -> tuple[ExclusionKind, ...]:
    main = found[0].kinds.kind
    kinds = [kind for part in found for kind in (part.kinds.kind, *part.kinds.also)]
    return tuple(dict.fromkeys(kind for kind in kinds if kind != main))


def _join_subjects(found: list[Prohibition]) -> tuple[str, ...]:
    """All subjects; those of a stance only where the dominant part is one.

    A stance is about the category's own subject, and must not make other content look excluded.
    """
    main = found[0].kinds.kind
    counted = [part for part in found if main == "stance" or part.kinds.kind != "stance"]
    return unique([subject for part in counted for subject in part.subjects])
