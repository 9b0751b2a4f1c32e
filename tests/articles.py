"""Builds articles for tests from lines of text: one sentence per line."""

import hashlib

from app.domain.article import Article, Removed, Run, Sentence


def build_article(*lines: str, title: str = "") -> Article:
    """An article whose sentences are these lines, each its own paragraph."""
    text = "\n".join(lines)
    sentences, start = [], 0
    for number, line in enumerate(lines, start=1):
        sentences.append(Sentence(number=number, start=start, end=start + len(line), paragraph=number, heading=False))
        start += len(line) + 1
    return Article(
        id=None,
        title=title,
        url=None,
        text=text,
        digest="sha256:" + hashlib.sha256(f"{title}\n{text}".encode()).hexdigest(),
        sentences=tuple(sentences),
        runs=(Run(start=0, source=0, length=len(text)),),
        removed=Removed(),
        warnings=(),
    )
