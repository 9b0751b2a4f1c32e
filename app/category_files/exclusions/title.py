"""Owns how a phrase relates to the category's own name."""

import re
from difflib import SequenceMatcher

from app.category_files.exclusions.words import NARROWING_HEADS, SELF, SHELLS, match_words

_WORD = re.compile(r"[\w']+")
_SPELLING = re.compile(r"is(?=(?:e|ed|er|es|ing|ation)$)")
_NARROWING = match_words(NARROWING_HEADS)
_SELF = match_words(rf".*\b{SELF}$")


def fold(word: str) -> str:
    """The word in lower case, singular and American spelling, as far as that needs no dictionary."""
    word = _SPELLING.sub("iz", word.casefold().removesuffix("'s"))
    if len(word) > 4 and word.endswith("ies"):
        return word[:-3] + "y"
    if len(word) > 3 and word.endswith("s") and not word.endswith(("ss", "us", "is")):
        return word[:-1]
    return word


def fold_words(phrase: str) -> list[str]:
    """The folded words of a phrase, without articles and possessives."""
    words = [fold(word) for word in _WORD.findall(phrase)]
    return [word for word in words if word not in ("a", "an", "the", "their", "its")]


def contains_title(phrase: str, title: str) -> bool:
    """Whether the category's name, its acronym or a near spelling of it stands in the phrase."""
    return _find_title(phrase, title) is not None


def _find_title(phrase: str, title: str) -> tuple[int, int] | None:
    words, wanted = fold_words(phrase), fold_words(title)
    if not wanted:
        return None
    for start in range(len(words) - len(wanted) + 1):
        if all(_near(a, b) for a, b in zip(words[start:], wanted, strict=False)):
            return start, start + len(wanted)
    acronyms = {"".join(wanted)} | {fold(token) for token in _WORD.findall(phrase) if _is_acronym(token, title)}
    return next(((place, place + 1) for place, word in enumerate(words) if word in acronyms), None)


def _near(word: str, other: str) -> bool:
    if word == other:
        return True
    alike = min(len(word), len(other)) >= 7 and word[:5] == other[:5]
    return alike and SequenceMatcher(None, word, other).ratio() >= 0.85


def _is_acronym(token: str, title: str) -> bool:
    """Capitals that are the title's initials, or end in its last ones (a renamed category's old acronym)."""
    letters = token.removesuffix("'s").removesuffix("s")
    if not (2 <= len(letters) <= 6 and letters.isupper()):
        return False
    initials = "".join(word[0].upper() for word in _WORD.findall(title) if word[0].isupper())
    return letters == initials or (len(letters) == len(initials) >= 3 and letters[1:] == initials[1:])


def is_title(phrase: str, title: str) -> bool:
    """Whether the phrase is the category's name, perhaps as "the broader ..." or as "this category"."""
    words = [word for word in fold_words(phrase) if word not in ("broader", "wider", "overall", "own", "itself")]
    return words == fold_words(title) or bool(_SELF.match(phrase))


def is_name_only(phrase: str, title: str) -> bool:
    """Whether the phrase says the category's name and little else: "Kanban practices", not "Kanban tooling"."""
    place = _find_title(phrase, title)
    if place is None or _NARROWING.search(phrase):
        return False
    words = fold_words(phrase)
    rest = words[: place[0]] + words[place[1] :]
    return not rest or any(word in SHELLS - {"or", "and", "of", "the", "a", "an", "in"} for word in rest)


def shares_word(phrase: str, title: str) -> bool:
    """Whether a word of the category's name stands in the phrase."""
    return bool(set(fold_words(phrase)) & {word for word in fold_words(title) if len(word) > 3})


def is_part_of_title(phrase: str, title: str) -> bool:
    """Whether the phrase consists of words of the category's name."""
    words = fold_words(phrase)
    return bool(words) and set(words) <= set(fold_words(title))


def starts_with_title(phrase: str, title: str) -> bool:
    """Whether the phrase opens with the category's name."""
    place = _find_title(phrase, title)
    return place is not None and place[0] == 0


def narrows(phrase: str) -> bool:
    """Whether the phrase asks for a part of something: "strategic aspects of X"."""
    return bool(_NARROWING.search(phrase))
