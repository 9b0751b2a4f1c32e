"""Owns the plain wording of an exclusion: markup and typography taken off, brackets found, sentences told apart."""

import re

MAX_CHARACTERS = 2_000
"""Longer exclusions are not analysed: no editor words one so, and every pattern stays cheap."""

_TYPOGRAPHY = str.maketrans(
    {"“": '"', "”": '"', "„": '"', "«": '"', "»": '"', "‘": "'", "’": "'", "–": " - ", "—": " - "}
)
_LINK = re.compile(r"!?\[([^\[\]]*)\]\([^()]*\)")
_MARKUP = re.compile(r"\*\*|__|`|(?<!\w)[*_](?=\w)|(?<=\w)[*_](?!\w)|<[^<>]*>")
_BULLET = re.compile(r"^\s*(?:[-*+•]|\d{1,3}[.)])\s+")
_SENTENCE_END = re.compile(r"(?<=[a-z\d)\"'])[.;!?]\s+(?=[\"'(]?[A-Za-z])")
_ABBREVIATION = re.compile(r"(?:\b(?:e\.g|i\.e|etc|vs|cf|incl|approx|no|al|[A-Z])|\.[a-z])$", re.IGNORECASE)


def plain(text: str) -> str:
    """The wording on one line, straight quotes, without Markdown, a bullet sign or a last full stop."""
    text = _BULLET.sub("", text.translate(_TYPOGRAPHY))
    text = _MARKUP.sub("", _LINK.sub(r"\1", text))
    return " ".join(text.split()).strip(" .;,:-")


def split_sentences(text: str) -> list[str]:
    """The sentences of a plain wording; a semicolon ends one, an abbreviation does not."""
    sentences, start = [], 0
    for end in _SENTENCE_END.finditer(text):
        stop = text[end.start()] == "." and _ABBREVIATION.search(text[start : end.start()])
        if stop or find_depths(text)[end.start()]:
            continue
        sentences.append(text[start : end.start()])
        start = end.end()
    sentences.append(text[start:])
    return [sentence.strip(" .;,") for sentence in sentences if sentence.strip(" .;,")]


def find_depths(text: str) -> list[int]:
    """How many round brackets are open before each character; unbalanced ones count as plain text."""
    depths, depth = [], 0
    balanced = text.count("(") == text.count(")")
    for character in text:
        if balanced and character == ")":
            depth = max(0, depth - 1)
        depths.append(depth)
        if balanced and character == "(":
            depth += 1
    return depths


def find_outside(pattern: re.Pattern[str], text: str, start: int = 0) -> re.Match[str] | None:
    """The first match that does not begin inside brackets."""
    depths = find_depths(text)
    return next((m for m in pattern.finditer(text, start) if not depths[m.start()]), None)
