"""Owns the wording in which an exclusion is put to a model: as a description of articles, never as a prohibition.

Models read "the article is mainly about X, silent on Y" better than "not for X without Y".
"""

import re
from collections.abc import Sequence
from typing import Final

from app.domain.exclusion import ConditionType, ExclusionRule
from app.prompting.describing import cut_redirect, describe, is_prohibition

_WORD: Final = re.compile(r"\w+(?:[-'’]\w+)*")
_EMPTY: Final = frozenset(
    "a an the of or and to in on for with as at by from into about that which who whose where when while do does "
    "did not no nor is are was were be been being they it its them this these those any anything all everything "
    "some such like so other e.g i.e eg ie g etc example instance content articles article discussions discussion "
    "posts post materials material topics topic texts text pieces piece general generic generally specific "
    "specifically particular unrelated related relate relates relating direct directly explicit explicitly clear "
    "clearly solely only purely merely just focused focusing focus focuses primarily mainly limited restricted "
    "unless without reference references connection connected link linked tied address addresses addressing deal "
    "deals involve involves involving include includes concern concerns pertain pertains exclude omit avoid "
    "classify tag tags use used using don't doesn't please strictly instead belongs belong parent narrower broader "
    "category covered see aligned align principles".split()
)
"""Words that a compiled wording may leave out without losing what the author said."""
_PASSING: Final = frozenset(
    "superficial superficially passing mention mentions mentioned merely bare ceremonial cursory shallow uses".split()
)
_LOOSE: Final[frozenset[ConditionType]] = frozenset({"not_tied", "unrelated", "unless"})
"""Conditions about being connected: their subject may well be named beside the phrases."""
_EXAMPLES: Final = re.compile(r"\b(?:such as|for example|for instance|including)\b|\be\.?g\b", re.IGNORECASE)
_CLAUSE: Final = frozenset("that which who whose where when while but is are was were it its them they this".split())


def phrase_exclusion(rule: ExclusionRule) -> str:
    """What an article is that the rule excludes; a rule's parts stand one after the other.

    Worded from the compiled rule where that holds all that the author's text says, else from the
    text itself. Where the rule sends articles to another category, that is said last.
    """
    parts = [_phrase(part) for part in rule.parts]
    if not parts or not _covers("; ".join(parts), rule):
        return _phrase(rule)
    told = "; or ".join([parts[0], *(part[:1].lower() + part[1:] for part in parts[1:])])
    sent = {target for part in rule.parts for target in part.redirect_to}
    return told if sent else _add_target(told, rule)


def _phrase(rule: ExclusionRule) -> str:
    compiled = _word(rule)
    if compiled and _covers(compiled, rule):
        return _add_target(compiled, rule)
    described = describe(cut_redirect(rule.text) if rule.redirect_to else rule.text).rstrip(" .;")
    if described and not is_prohibition(described):
        return _add_target(described, rule)
    return _add_target("", rule) or f'An article that this forbids: "{rule.text}"'


def _add_target(wording: str, rule: ExclusionRule) -> str:
    if not rule.redirect_to:
        return wording
    target = _join(rule.redirect_to, "or")
    return f"{wording} (a case for {target})" if wording else f"An article that fits {target} better"


def _word(rule: ExclusionRule) -> str:
    """The compiled rule in words; "" where the author's own words say it better.

    So they do where there is no condition, where examples stand beside what they are examples of, where
    the verb is the point (a stance), and where a phrase was cut out of a clause.
    """
    if rule.condition is None or not rule.condition.phrases or rule.parts or _EXAMPLES.search(rule.text):
        return ""
    phrases = rule.condition.phrases
    if "stance" in {rule.kind, *rule.also} or not all(map(_is_plain, (*rule.subjects, *phrases))):
        return ""
    if not rule.subjects:
        return f"Mainly about something other than {_join(phrases, 'or')}"
    subjects = _join((_lower(rule.subjects[0], rule.text), *rule.subjects[1:]), "or")
    start = f"Mentions {subjects} only in passing" if rule.kind == "depth" else f"Mainly about {subjects}"
    link = "unconnected with" if rule.condition.type in _LOOSE else "silent on"
    return f"{start}, {link} {_join(phrases, 'and')}"


def _is_plain(phrase: str) -> bool:
    """Whether a phrase names a thing and is no piece of a clause."""
    words = phrase.casefold().split()
    return not (_CLAUSE & set(words)) and not (len(words) == 1 and words[0].endswith("ed"))


def _lower(phrase: str, text: str) -> str:
    """A phrase that began the text, for use inside of a sentence; a name that stands there once more is left."""
    word = phrase.split(" ", 1)[0]
    if not word[1:].islower() or not text.lstrip('“"*_').startswith(word) or text.count(word) > 1:
        return phrase
    return phrase[0].lower() + phrase[1:]


def _covers(wording: str, rule: ExclusionRule) -> bool:
    """Whether every word of weight in the author's text is in the wording or in what it redirects to."""
    said = _find_words(wording) | _find_words(" ".join(rule.redirect_to).replace("-", " "))
    if rule.kind == "depth":
        said |= _PASSING
    return _find_words(rule.text) <= said


def _find_words(text: str) -> set[str]:
    return {word for word in map(str.casefold, _WORD.findall(text)) if word not in _EMPTY and len(word) > 1}


def _join(phrases: Sequence[str], conjunction: str) -> str:
    return f"{', '.join(phrases[:-1])} {conjunction} {phrases[-1]}" if len(phrases) > 1 else "".join(phrases)
