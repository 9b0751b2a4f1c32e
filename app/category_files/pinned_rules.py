"""Owns the exclusion rules that an editor pins by hand under `scopenote: exclusions:`."""

import re
from typing import Final, Literal

import re2

from app.category_files.fields import Fields
from app.domain.exclusion import Condition, ExclusionRule, PinnedRule, Terms

_KNOWN: Final = ("id", "text", "when", "unless", "min_share", "action")
_ACTIONS: Final[dict[str, Literal["exclude", "review"]]] = {"": "exclude", "exclude": "exclude", "review": "review"}
_ID: Final = re.compile(r"[A-Za-z0-9][\w.-]{0,79}")
_DERIVED_ID: Final = re.compile(r"x[1-9][0-9]{0,3}")
_PATTERN_PREFIX: Final = "re:"
_MAX_PATTERN: Final = 500
_MAX_TERMS: Final = 500
_TERMS_FORM: Final = 'Write it as `any: ["a phrase", "re:an expression"]`.'


def read_pinned_rules(block: Fields, category_id: str) -> tuple[ExclusionRule, ...]:
    """The pinned rules in the order written; each does what its author wrote and nothing else.

    Raises:
        BadFile: a field is wrong, two rules share an id, or an expression is not RE2.
    """
    rules: dict[str, ExclusionRule] = {}
    for entry in block.get_mappings("exclusions"):
        entry.refuse_unknown(_KNOWN)
        rule = _read_rule(entry, category_id)
        if rule.id in rules:
            raise entry.refuse(
                "id", f"{entry.get_text('id')!r} is taken by an earlier rule", "Give each rule its own id."
            )
        rules[rule.id] = rule
    return tuple(rules.values())


def replace_derived(derived: tuple[ExclusionRule, ...], pinned: tuple[ExclusionRule, ...]) -> tuple[ExclusionRule, ...]:
    """Derived rules and then pinned ones, less the derived ones that a pinned one replaces.

    A pinned rule replaces the derived one of the same text, and the one that its id names
    (`id: x3` for the third bullet). The other bullets keep their numbers.
    """
    ids = {rule.id for rule in pinned}
    texts = {_fold(rule.text) for rule in pinned}
    kept = tuple(rule for rule in derived if rule.id not in ids and _fold(rule.text) not in texts)
    return kept + pinned


def names_derived(rule: ExclusionRule) -> bool:
    """Whether a pinned rule's id has the form of a bullet's number, so that it should replace one."""
    return _DERIVED_ID.fullmatch(rule.id.rpartition("#")[2]) is not None


def _fold(text: str) -> str:
    return " ".join(text.casefold().split()).rstrip(".;, ")


def _read_rule(entry: Fields, category_id: str) -> ExclusionRule:
    rule_id, text = entry.get_text("id"), entry.get_text("text")
    if not _ID.fullmatch(rule_id):
        problem = f"{rule_id[:80]!r} cannot be an id" if rule_id else "is missing"
        raise entry.refuse("id", problem, "Use letters, digits, hyphens and dots, for example `team-rituals`.")
    if not text:
        raise entry.refuse("text", "is missing", "Say in a few words what the rule keeps out; editors will read it.")
    when = _read_terms(entry, "when")
    if when is None:
        raise entry.refuse("when", "is missing", _TERMS_FORM)
    unless = _read_terms(entry, "unless")
    action = entry.get_text("action")
    if action not in _ACTIONS:
        raise entry.refuse("action", f"{action[:80]!r} is not an action", "Use exclude or review.")
    pinned = PinnedRule(
        when=when, unless=unless, min_share=entry.get_number("min_share") or 0.0, action=_ACTIONS[action]
    )
    return ExclusionRule(
        id=f"{category_id}#{rule_id}",
        text=text,
        kind="rescue" if unless else "topic",
        subjects=when.any,
        condition=Condition(type="unless", phrases=unless.any) if unless else None,
        origin="explicit",
        pinned=pinned,
    )


def _read_terms(entry: Fields, name: str) -> Terms | None:
    block = entry.get_mapping(name)
    if block is None:
        return None
    block.refuse_unknown(("any",))
    terms = block.get_texts("any")
    if not terms:
        raise entry.refuse(name, "names no phrases", _TERMS_FORM)
    if len(terms) > _MAX_TERMS:
        raise block.refuse("any", f"holds {len(terms)} phrases, more than {_MAX_TERMS}", "Join some in one expression.")
    for term in terms:
        if term.startswith(_PATTERN_PREFIX):
            _refuse_bad_pattern(term.removeprefix(_PATTERN_PREFIX), block)
    return Terms(any=terms)


def _refuse_bad_pattern(pattern: str, block: Fields) -> None:
    if len(pattern) > _MAX_PATTERN:
        problem = f"an expression has {len(pattern)} characters, more than {_MAX_PATTERN}"
        raise block.refuse("any", problem, "Split it into several.")
    options = re2.Options()
    options.log_errors = False
    try:
        compiled = re2.compile(pattern, options)
    except re2.error as error:
        problem = f"{pattern[:80]!r} is not an RE2 expression: {_read_reason(error)}"
        raise block.refuse(
            "any", problem, "Back references and look-around do not exist there; mind the escapes."
        ) from error
    if compiled.search(""):
        raise block.refuse(
            "any", f"{pattern[:80]!r} matches the empty text, so it is always met", "Ask for at least a word."
        )


def _read_reason(error: Exception) -> str:
    reason = error.args[0] if error.args else ""
    return reason.decode("utf-8", "replace") if isinstance(reason, bytes) else str(reason)
