"""Owns the kind of a prohibition, and whether words and vectors can settle it."""

from typing import NamedTuple

from app.category_files.exclusions.openers import Mark
from app.domain.exclusion import ExclusionKind


class Features(NamedTuple):
    """What the wording of one prohibition showed."""

    marks: frozenset[Mark]
    has_subjects: bool
    has_condition: bool
    is_rescue: bool
    is_redirect: bool
    doctrinal: bool
    unresolved: bool
    deep: bool
    quoted: bool


class Kinds(NamedTuple):
    """The main kind, the others that the wording has, and whether it takes judgement."""

    kind: ExclusionKind
    also: tuple[ExclusionKind, ...]
    needs_judgement: bool


def classify(features: Features) -> Kinds:
    """The first kind that holds is the main one; what else holds is kept beside it."""
    marks = features.marks
    shallow = "depth" in marks
    holds: tuple[tuple[ExclusionKind, bool], ...] = (
        ("redirect", features.is_redirect),
        ("vague", features.unresolved),
        ("stance", "stance" in marks or features.doctrinal),
        ("depth", shallow),
        ("rescue", features.is_rescue),
        ("absence", _is_absence(features)),
        ("stance", shallow and "ritual" in marks),
        ("depth", "depth_hint" in marks and not shallow),
    )
    found = [kind for kind, does_hold in holds if does_hold]
    kind: ExclusionKind = found[0] if found else "topic" if features.has_subjects else "vague"
    if found == ["depth"] and not shallow:
        kind, found = "topic", ["topic", "depth"]
    also = tuple(dict.fromkeys(other for other in found if other != kind))
    return Kinds(kind, also, _needs_judgement(kind, features))


def _is_absence(features: Features) -> bool:
    """X without Y, said by an operator, by "solely" or by a bare "unrelated"."""
    said = ("solely" in features.marks and "depth" not in features.marks) or "unrelated" in features.marks
    return said or (features.has_condition and not features.is_rescue)


def _needs_judgement(kind: ExclusionKind, features: Features) -> bool:
    if kind in ("stance", "vague") or "stance" in features.marks:
        return True
    if kind == "depth":
        counted = features.quoted or "mention" in features.marks
        return (
            (features.deep and not features.quoted)
            or not (features.has_condition or counted)
            or "ritual" in features.marks
        )
    return kind == "topic" and bool(features.marks & {"quality", "narrowed"})
