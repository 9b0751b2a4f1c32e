"""Owns the reading of one prohibition: subject side, operator and condition side put together."""

import re
from typing import NamedTuple

from app.category_files.exclusions.conditions import ConditionSide, of_title, read_condition
from app.category_files.exclusions.examples import take_open, unwrap_operators
from app.category_files.exclusions.kinds import Features, Kinds, classify
from app.category_files.exclusions.openers import Mark
from app.category_files.exclusions.operators import Segment, rewrite, split_at_operators
from app.category_files.exclusions.phrases import is_class_word, unique
from app.category_files.exclusions.redirects import Redirected
from app.category_files.exclusions.subjects import SubjectSide, read_listed, read_subjects
from app.domain.exclusion import Condition

_NON = re.compile(r"non-?([\w']+(?:-[\w']+)*) ", re.IGNORECASE)
_QUOTED = re.compile(r"\"[^\"]+\"")


class Prohibition(NamedTuple):
    """One prohibition, read: `subjects` empty means any content."""

    text: str
    kinds: Kinds
    subjects: tuple[str, ...]
    condition: Condition | None
    redirect_to: tuple[str, ...]


class _Sides(NamedTuple):
    subject: SubjectSide
    listed: tuple[str, ...]
    condition: ConditionSide | None


def read_prohibition(clause: Redirected, title: str) -> Prohibition:
    """What one clause excludes, and what rescues from it; `title` is the category's name."""
    text = rewrite(unwrap_operators(clause.text))
    sides = _read_sides(text, title)
    subjects = unique([*sides.subject.phrases, *sides.listed])
    marks = sides.subject.marks
    side = sides.condition
    condition = side.condition if side and side.condition.phrases else _imply_condition(subjects, marks, title)
    features = Features(
        marks=marks,
        has_subjects=bool(subjects),
        has_condition=condition is not None,
        is_rescue=condition is not None and condition.type == "unless",
        is_redirect=bool(clause.targets),
        doctrinal=side is not None and side.doctrinal,
        unresolved=all(is_class_word(s) for s in subjects)
        and (clause.is_open or (side is not None and side.unresolved)),
        deep=side is not None and side.deep,
        quoted=bool(_QUOTED.search(text)),
    )
    return Prohibition(clause.text.strip(" ,;"), classify(features), subjects, condition, clause.targets)


def _read_sides(text: str, title: str) -> _Sides:
    """Divide at the first operator; a "such as" list after it names subjects, not conditions."""
    head, segments = split_at_operators(text)
    if off_topic := _read_off_topic_list(text, title):
        return _Sides(off_topic, (), None)
    if not segments:
        return _Sides(read_subjects(head, title), (), None)
    first = segments[0].operator
    by_contrast = first.type == "lacks" and first.words.lower().endswith(" as")
    subject = read_subjects(head, title, is_contrasted=by_contrast)
    run_on = take_open(text[first.end :])
    listed: tuple[str, ...] = ()
    nested: tuple[Segment, ...] = ()
    if run_on.examples:
        asked, further = split_at_operators(run_on.text)
        segments = (Segment(first, asked), *further)
        listed = read_listed(run_on.examples, title)
        nested = _find_nested(run_on.examples, listed)
    side = read_condition(
        segments,
        nested,
        title,
        any_content=not subject.phrases and "stance" not in subject.marks,
        unrelated="unrelated" in subject.marks,
    )
    return _Sides(subject, listed, side._replace(doctrinal=side.doctrinal and not listed))


def _read_off_topic_list(text: str, title: str) -> SubjectSide | None:
    """The subjects of "unrelated topics, such as A or B that do not C", where what narrows B narrows B alone."""
    run_on = take_open(text)
    if not run_on.examples or split_at_operators(run_on.text)[1]:
        return None
    before = read_subjects(run_on.text, title)
    if (
        before.phrases and not all(is_class_word(phrase) for phrase in before.phrases)
    ) or "unrelated" not in before.marks:
        return None
    return SubjectSide(read_listed(run_on.examples, title), before.marks)


def _find_nested(examples: str, listed: tuple[str, ...]) -> tuple[Segment, ...]:
    """What narrows the example, where there is only one: it then narrows the whole."""
    return split_at_operators(examples)[1][:1] if len(listed) == 1 else ()


def _imply_condition(subjects: tuple[str, ...], marks: frozenset[Mark], title: str) -> Condition | None:
    """The condition of a wording without operator: "unrelated X", "solely X" and "non-X Y" imply one."""
    if "stance" in marks:
        return None
    if "unrelated" in marks:
        return of_title("unrelated", title)
    if "solely" in marks and "depth" not in marks:
        return of_title("solely", title)
    negated = [found[1] for subject in subjects if (found := _NON.match(subject))]
    return Condition(type="lacks", phrases=unique(negated)) if subjects and len(negated) == len(subjects) else None
