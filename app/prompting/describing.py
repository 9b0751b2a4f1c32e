"""Owns turning an author's prohibition into the description of the articles that it means."""

import re
from typing import Final

_ADVERB: Final = r"(?:please|always|also|strictly|explicitly|specifically|firmly|generally)"
_TAGGING: Final = (
    r"(?:us(?:e|ing)|includ(?:e|ing)|classify(?:ing)?|tag(?:ging)?|apply(?:ing)?|assign(?:ing)?|categori[sz](?:e|ing)"
    r"|add(?:ing)?|label(?:l?ing)?|consider(?:ing)?|choos(?:e|ing)|select(?:ing)?|put(?:ting)?|plac(?:e|ing)|cover(?:ing)?)"
)
_THIS: Final = r"(?:this|the)(?: \w+)? (?:tag|category|label|concept|topic|classification|term)"
_TARGET: Final = rf"(?:\s+(?:{_THIS}|it))?(?:\s+(?:for|to|on|with|as|in|when|where))?\b"
_SUITED: Final = r"(?:suitable|suited|meant|intended|used|to be used|appropriate|applicable|relevant)"
_OPENERS: Final = re.compile(
    rf"(?:{_ADVERB}\s+)*(?:"
    rf"(?:do not|don['’]t|never|must not|should not|not)\s+(?:{_ADVERB}\s+)*{_TAGGING}\b{_TARGET}"
    rf"|(?:avoid|refrain from)(?:\s+{_TAGGING}\b{_TARGET})?"
    rf"|(?:exclude|omit|leave out|rule out)(?!-)\b|(?:excluded|excludes|excluding|except|exceptions?)\s*:"
    rf"|(?:ignore|reject|skip|except(?: for)?)\b(?=\s+(?:any|all|the|an?|content|articles?|discussions?|posts?)\b)"
    rf"|(?:{_THIS}|this|it)\s+(?:(?:does|do|must|should|shall|may|is|can)(?:\s+not|n['’]t)|cannot|never)\s+"
    rf"(?:be\s+)?(?:{_SUITED}|cover|include|apply|extend|concern)?{_TARGET}"
    rf"|not(?!-|\s+(?:only|just|all|every)\b)(?:\s+{_SUITED})?(?:\s+(?:for|to|about|on))?\b"
    rf"|nothing\s+(?:about|on|concerning|to do with)\b"
    rf"|no\b(?!-|\s+(?:more|less|fewer|longer|one|matter)\b)"
    rf")[\s:,–—-]*",
    re.IGNORECASE,
)
_FORBIDS: Final = re.compile(r"(?:please\s+)?(?:do not|don['’]t|never|must not|should not|cannot)\b", re.IGNORECASE)
_VERDICTS: Final = re.compile(
    r"[\s,;:–—-]*\b(?:should|must|shall|may|will|is|are|does|do)\s+(?:also\s+)?(?:not|never)\s+(?:be\s+)?"
    r"(?:(?:used|tagged|included|classified|assigned|covered|considered|count(?:ed)?|belong|qualify)"
    r"(?:\s+(?:here|with|under|in|as|by)(?:\s+(?:this|the)\s+\w+)?)?)\s*[.!]*$"
    r"|[\s,;:–—-]*\b(?:should|must|shall|will|is|are)\s+(?:also\s+|always\s+)?(?:be\s+)?(?:excluded|avoided|omitted"
    r"|left out|ruled out|rejected|out of scope)\s*[.!]*$",
    re.IGNORECASE,
)
_ELSEWHERE: Final = (
    r"(?:(?:which|that|these|those|this|it|they)\s+)?(?:(?:please\s+)?(?:use|see|choose|prefer)\b|(?:better\s+)?belongs?\b"
    r"|(?:is|are)\s+(?:for|covered|tagged)\b|goes?\s+(?:to|in|under)\b|covered\s+(?:by|under)\b)"
)
_REDIRECTS: Final = (
    re.compile(r"^\s*(?:please\s+)?(?:use|see|choose|prefer)\b[^;]*$", re.IGNORECASE),
    re.compile(rf"\s*[(\[]\s*{_ELSEWHERE}[^()\[\]]*[)\]]", re.IGNORECASE),
    re.compile(rf"\s*[;:,.–—-]+\s*{_ELSEWHERE}[^;:()]*?(?=[;.]|,\s+(?:unless|except)|$)", re.IGNORECASE),
)

_UNLESS: Final = re.compile(r",?\s*\b(?:unless|except\s+(?:when|where|if)|only\s+if)\s+(?P<rest>.+)$", re.IGNORECASE)
_ADVERBS: Final = r"(?P<adverb>(?:(?:\w+ly|also|then|at least)\s+)*)"
_WHO: Final = r"(?P<who>they|it|these|those|this|there|the\s+[\w-]+|an?\s+article)"
_UNLESS_IS: Final = re.compile(rf"{_WHO}\s+(?P<verb>is|are|was|were|has|have|can)\s+(?P<rest>.+)$", re.IGNORECASE)
_UNLESS_DOES: Final = re.compile(rf"{_WHO}\s+{_ADVERBS}(?P<verb>[a-z]+)\s+(?P<rest>.+)$", re.IGNORECASE)
_UNLESS_DONE: Final = re.compile(
    rf"{_ADVERBS}(?:\w+ed|bound|tied|built|about|part|relevant|central|in|for|to|with)\b", re.IGNORECASE
)
_PLURAL: Final = frozenset({"they", "these", "those"})


def describe(text: str) -> str:
    """The text of an exclusion as what it says of articles: openers and verdicts off, "unless" turned into its absence.

    "Do not use for tools unless they are discussed for X" becomes "Tools, where they are not
    discussed for X". Nothing else is changed; "" where the text only forbids.
    """
    text = " ".join(text.split())
    for _ in range(3):
        bare = _OPENERS.sub("", text, count=1) if _OPENERS.match(text) else text
        bare = _VERDICTS.sub("", bare)
        if bare == text:
            break
        text = bare
    return _begin(_turn_unless(text))


def cut_redirect(text: str) -> str:
    """The text without the clause that sends its reader to another category."""
    text = " ".join(text.split())
    for redirect in _REDIRECTS:
        cut = redirect.sub("", text)
        if cut != text:
            return cut.strip()
    return text


def is_prohibition(text: str) -> bool:
    """Whether a text begins by forbidding something."""
    return (_OPENERS.match(text) or _FORBIDS.match(text)) is not None


def _turn_unless(text: str) -> str:
    found = _UNLESS.search(text)
    if found is None:
        return text
    before, rest = text[: found.start()], found["rest"]
    if is_ := _UNLESS_IS.match(rest):
        return f"{before}, where {is_['who']} {is_['verb']} not {is_['rest']}"
    if (does := _UNLESS_DOES.match(rest)) and _is_verb(does["verb"], does["who"]):
        plural = does["who"].lower() in _PLURAL
        verb = does["verb"] if plural else _to_plural(does["verb"])
        return f"{before}, where {does['who']} {'do' if plural else 'does'} not {does['adverb']}{verb} {does['rest']}"
    if _UNLESS_DONE.match(rest):
        return f"{before}, not {rest}"
    return f"{before}, with nothing of this: {rest}"


def _is_verb(word: str, subject: str) -> bool:
    """Whether the word after a subject is its verb: after "they" it is, after "it" where it ends in s."""
    return subject.lower() in _PLURAL or (word.endswith("s") and not word.endswith("ss"))


def _to_plural(verb: str) -> str:
    """A verb as it follows "does not": address for addresses, tie for ties, apply for applies."""
    if verb.endswith("ies") and len(verb) > 4:
        return f"{verb[:-3]}y"
    return verb[:-2] if verb.endswith(("sses", "shes", "ches", "xes", "zzes", "oes")) else verb[:-1]


def _begin(text: str) -> str:
    text = text.strip(" \t,;:")
    return text[:1].upper() + text[1:]
