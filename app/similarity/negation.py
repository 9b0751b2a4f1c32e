"""Owns the removal of negations: what a definition says does not belong must not attract what does not belong."""

import re

SENTENCE = re.compile(r"[^\n]+?(?:[.!?](?=\s+[\"“(]?[A-Z0-9])|(?=\n)|$)\s*")
# A sentence, or its tail, that says what belongs elsewhere.
NEGATION = re.compile(
    r"\b(?:(?:does|do|is|are|should|must|may|can|will)(?:\s+not|n['’]t)\s+(?:be\s+)?"
    r"(?:use|include|cover|contain|extend|apply|appropriate|intended|meant|for|suitable|belong|address)\w*|"
    r"cannot|(?:strictly\s+)?exclud(?:e|es|ing)\b|excepts?\b|excepting|with the exception of|but not\b|not including|"
    r"other than|rather than|instead of|unless|omit|avoid|no longer|"
    r"(?:which|that|this|they|it|some|and)\s+(?:may|might|will|can)\s+(?:also\s+)?(?:be\s+)?overlap|overlap with|"
    r"(?:which|that)\s+(?:have|has)\s+(?:a\s+)?separate|(?:al)?though\s+(?:some|this|it|they)|"
    r"(?:is|are|may be)\s+(?:more|better)\s+(?:likely|appropriate|suited|covered|placed)|"
    r"should\s+(?:instead\s+)?(?:go|be\s+(?:sent|submitted|posted|filed|placed|tagged))\b|belongs?\s+(?:in|to|under)|"
    r"(?:^|[;(.]\s*)(?:for\s+[^;.]{3,80},\s*)?(?:see|use)\s+(?:also\s+)?(?:the\s+)?[\"“A-Z][\w.-]+)",
    re.IGNORECASE,
)
# "I.2.10", "F.4.3", "14Axx": another classification's numbers, with the words that lead up to them.
CODE = r"(?:[A-Z]\.\d[\d.]*|\d{2}[A-Z](?:\d{2}|xx)|[A-Z]{3}\s+\d{2,})"
CODED = re.compile(rf"(?:\b[\w-]{{1,30}}\s+){{0,6}}?(?:sub)?class(?:es)?(?:ification)?\s+{CODE}|{CODE}", re.IGNORECASE)
PARENTHESES = re.compile(r"\s?\(([^()]*)\)")
# "All of X except Y": what stands before these is said to belong.
EXCEPTION = re.compile(r"excepts?|excepting|with|but|not|other|rather|instead|exclud", re.IGNORECASE)
MIN_WORDS_LEFT = 3
# A sentence of an article that names something in order to set itself apart from it.
SET_APART = re.compile(
    r"\b(?:not|cannot|never|neither|nor|rather than|instead of|unlike|as opposed to|as distinct from|"
    r"(?:different|differs?|distinct|apart|far) from|other than|more than (?:just|a|mere)|no longer|the same as)\b|"
    r"n['’]t\b",
    re.IGNORECASE,
)


def sets_apart(sentence: str) -> bool:
    """Whether what a sentence names may be what its article is not about."""
    return SET_APART.search(sentence) is not None


def drop_negations(prose: str) -> str:
    """The prose without what belongs elsewhere, and without another classification's codes."""
    return " ".join(filter(None, (_positive_part(match.group().strip()) for match in SENTENCE.finditer(prose))))


def _positive_part(sentence: str) -> str:
    """What the sentence says does belong: the whole, what stands before the negation, or nothing."""
    sentence = PARENTHESES.sub(lambda aside: "" if NEGATION.search(aside.group(1)) else aside.group(), sentence)
    coded = CODED.search(sentence)
    if coded:
        sentence = sentence[: coded.start()]
    negated = NEGATION.search(sentence)
    if not negated and not coded:
        return sentence
    kept = sentence[: negated.start()] if negated else sentence
    # Only whole clauses before the negation: "Papers on X should go to Y" says nothing positive of X.
    cut = max(kept.rfind(mark) for mark in (",", ";", "(", ".", ":"))
    if negated and not EXCEPTION.match(negated.group()):
        kept = kept[: max(cut, 0)]
    kept = kept.rstrip(" ,;(:.")
    return f"{kept}." if len(kept.split()) >= MIN_WORDS_LEFT else ""
