"""Owns looking for an editor's own words and patterns in the sentences of an article."""

from collections.abc import Callable

import re2

from app.domain.article import Article
from app.domain.exclusion import Terms
from app.rules.folding import fold

PATTERN = "re:"
"""What an RE2 expression begins with; anything else is a phrase."""


def find_sentences(terms: Terms, article: Article) -> tuple[int, ...]:
    """The numbers of the sentences that hold any of the terms, ascending.

    Phrases match whole words, whatever their case, quotes and dashes; a pattern matches as RE2
    does, in linear time, without regard to case. A definition with an unsound pattern is refused
    when it is read, so none arrives here.
    """
    matchers = [_to_matcher(term) for term in terms.any]
    folded = ((sentence.number, fold(article.quote(sentence))) for sentence in article.sentences)
    return tuple(number for number, words in folded if any(matches(words) for matches in matchers))


def _to_matcher(term: str) -> Callable[[str], bool]:
    options = re2.Options()
    options.log_errors = False
    options.case_sensitive = False
    if term.startswith(PATTERN):
        expression = re2.compile(term.removeprefix(PATTERN), options)
    else:
        words = r"\s+".join(re2.escape(word) for word in fold(term).split())
        expression = re2.compile(rf"(?:^|[^\pL\pN])(?:{words})(?:$|[^\pL\pN])", options)
    return lambda sentence: expression.search(sentence) is not None
