"""Owns what a reply claims: its ids looked up, its checks bounded, what it made up counted."""

import textwrap
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence

from app.domain.category import Category
from app.domain.value import Value
from app.domain.verdict import Check
from app.llm.replies.reply_format import CheckForm, ReplyForm, VerdictForm
from app.prompting.check_ids import find_exclusion, find_topic

MAX_QUOTE = 2000
MAX_QUOTES = 5
"""Quotes kept for one check; a model that gives more has its first ones kept."""
MAX_CITED = 20
"""Sentence numbers kept for one check."""
MAX_RATIONALE = 600
SHOWN = 80

Find = Callable[[Category, str], str | None]


class Claims(Value):
    """What was claimed of one category in one go; no checks at all is a plain "no"."""

    topics: tuple[Check, ...] = ()
    exclusions: tuple[Check, ...] = ()
    rationale: str = ""


class Heard(Value):
    """The claims of a reply by category id, and the names in it that nobody asked about, in order."""

    claims: dict[str, Claims]
    made_up: tuple[str, ...] = ()


def hear_reply(form: ReplyForm, categories: Sequence[Category], sentences: Collection[int]) -> Heard:
    """What the reply says about each of these categories, read against the sentences with these numbers.

    A category is missing from the result where the reply leaves it out, names an exclusion that it
    does not have, or nothing but topics that it does not have: none of these is a "no", and an exclusion that was
    meant must not be lost. One that is both claimed and denied is claimed.
    """
    known = {category.id.casefold(): category for category in categories} | {c.id: c for c in categories}
    claims: dict[str, Claims] = {}
    made_up: list[str] = []
    lost: set[str] = set()
    for name in form.not_applicable:
        if category := _find(name, known):
            claims.setdefault(category.id, Claims())
        else:
            made_up.append(name)
    for verdict in form.verdicts:
        category = _find(verdict.category, known)
        if category is None:
            made_up.append(verdict.category)
            continue
        claimed, unknown = _hear_verdict(verdict, category, sentences)
        made_up += unknown
        if claimed is None:
            lost.add(category.id)
        else:
            claims[category.id] = join_claims([claims.get(category.id, Claims()), claimed])
    heard = {category_id: claimed for category_id, claimed in claims.items() if category_id not in lost}
    return Heard(claims=heard, made_up=tuple(made_up))


def join_claims(several: Sequence[Claims]) -> Claims:
    """Claims about one category taken together: what any of them says, and the rationale of the one that says most."""
    fullest = max(several, key=lambda claims: (len(claims.topics), bool(claims.rationale)))
    return Claims(
        topics=join_checks(check for claims in several for check in claims.topics),
        exclusions=join_checks(check for claims in several for check in claims.exclusions),
        rationale=fullest.rationale,
    )


def join_checks(checks: Iterable[Check]) -> tuple[Check, ...]:
    """One check per id, with the first sentences and quotes of all that are about it."""
    by_id: dict[str, list[Check]] = {}
    for check in checks:
        by_id.setdefault(check.about, []).append(check)
    return tuple(_join(about, several) for about, several in by_id.items())


def _join(about: str, several: Sequence[Check]) -> Check:
    if len(several) == 1:
        return several[0]
    quotes = [quote for check in several for quote in (check.quote, *check.further) if quote]
    first, *further = list(dict.fromkeys(quotes))[:MAX_QUOTES] or [""]
    cited = dict.fromkeys(number for check in several for number in check.sentences)
    return Check(about=about, sentences=tuple(cited)[:MAX_CITED], quote=first, further=tuple(further))


def _find(name: str, known: Mapping[str, Category]) -> Category | None:
    """The category that a model means: by its very id, else by one that differs in upper and lower case."""
    return known.get(name.strip()) or known.get(name.strip().casefold())


def _hear_verdict(form: VerdictForm, category: Category, sentences: Collection[int]) -> tuple[Claims | None, list[str]]:
    topics, unknown_topics = _hear_checks(form.topics, category, find_topic, sentences)
    exclusions, unknown_exclusions = _hear_checks(form.exclusions, category, find_exclusion, sentences)
    made_up = [f"{category.id} {name}" for name in (*unknown_topics, *unknown_exclusions)]
    if unknown_exclusions or (unknown_topics and not topics):
        return None, made_up
    rationale = textwrap.shorten(form.rationale[: 2 * MAX_RATIONALE], MAX_RATIONALE, placeholder=" …")
    return Claims(topics=topics, exclusions=exclusions, rationale=rationale), made_up


def _hear_checks(
    forms: Sequence[CheckForm], category: Category, find: Find, sentences: Collection[int]
) -> tuple[tuple[Check, ...], list[str]]:
    checks, unknown = [], []
    for form in forms:
        about = find(category, form.id)
        if about is None:
            unknown.append(form.id)
            continue
        cited = tuple(number for number in dict.fromkeys(form.sentences) if number in sentences)
        checks.append(Check(about=about, sentences=cited[:MAX_CITED], quote=form.quote.strip()[:MAX_QUOTE]))
    return join_checks(checks), unknown


def tell_made_up(names: Sequence[str], model: str) -> tuple[str, ...]:
    """That a model named what it was not asked about, with the first name."""
    if not names:
        return ()
    count = len(set(names))
    what = "an id" if count == 1 else f"{count} ids"
    return (f"{model!r} named {what} that it was not asked about, {names[0][:SHOWN]!r}{' first' if count > 1 else ''}",)
