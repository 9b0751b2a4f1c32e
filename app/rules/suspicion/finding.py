"""Owns suspicions: sentences of an article that speak to a model instead of to readers.

Patterns find the crude and the common. Whoever takes pains gets by them; what such an article gains is held by
grounding, the exclusions and the second opinion, which none of this replaces.
"""

import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence

from pydantic import NonNegativeInt

from app.domain.article import Article
from app.domain.value import Value
from app.rules.suspicion.encoded import find_encoded
from app.rules.suspicion.folding import Joined, fold_all
from app.rules.suspicion.marks import MARKS
from app.rules.suspicion.scanning import Deed, scan
from app.rules.suspicion.tongues import RUNS, TONGUES
from app.rules.suspicion.words import HINTS, SQUEEZED, WORDS

_TOLD: dict[Deed, str] = {
    "addresses_a_model": "It speaks to a machine that reads the article.",
    "orders_a_tag": "It orders how the article is to be tagged.",
    "overrides_instructions": "It orders a model to drop the instructions that it has.",
    "lifts_exclusions": "It orders that exclusions are not to count.",
    "sets_a_score": "It names a score or a threshold for the tagging.",
    "forges_a_reply": "It has the form of a model's reply.",
    "forges_a_fence": "It pretends that the article ends here.",
    "role_marker": "It has the marks that separate the speakers in a chat with a model.",
    "encoded_order": "Decoded, it gives orders to a model.",
    "hidden_text": "It hints at the tagging, in an article that also hides text from its readers.",
}
HIDDEN_CHARACTERS = 8
"""Invisible characters that no honest editor leaves behind by chance."""
_NUMBERED = re.compile(r"\[(\d{1,7})\]")
_YEARS = range(1500, 2200)
"""Law reports are cited by the year in brackets."""
NAMED = 5
"""Sentences that a warning names; of more it gives the number."""


class Suspicion(Value):
    """A sentence that looks written for a model. `sentence` is its number, 0 for the title."""

    sentence: NonNegativeInt
    does: Deed
    reason: str


def find_suspicious(article: Article) -> tuple[Suspicion, ...]:
    """The suspicious sentences, in reading order, once for each thing that they do.

    Takes time linear in the length of the article.
    """
    pieces = [article.title, *(article.quote(sentence) for sentence in article.sentences)]
    found: set[tuple[int, Deed]] = set()
    for joined in fold_all(pieces):
        found |= _find_in(joined)
        found |= _weigh_hints(joined, article)
        if article.removed.invisible_characters:
            # What an override of the direction showed forwards stands backwards once the override is gone.
            found |= _locate(scan(SQUEEZED, joined.backwards), joined.backward_starts, last=len(pieces) - 1)
    found |= _find_forged_numbers(article)
    found |= {(place, "encoded_order") for place in find_encoded(pieces, _gives_orders)}
    return tuple(Suspicion(sentence=at, does=does, reason=_TOLD[does]) for at, does in sorted(found))


def tell_suspicious(suspicions: Sequence[Suspicion]) -> tuple[str, ...]:
    """A warning that names the sentences; none where nothing is suspicious."""
    if not suspicions:
        return ()
    places = sorted({suspicion.sentence for suspicion in suspicions})
    named = [f"sentence {place}" if place else "the title" for place in places[:NAMED]]
    left = f" and {len(places) - NAMED} more" if len(places) > NAMED else ""
    deeds = sorted({suspicion.does.replace("_", " ") for suspicion in suspicions})
    return (
        f"written for a model, not for readers ({', '.join(deeds)}): {', '.join(named)}{left}. "
        "Nothing there counts as evidence, and what would be assigned waits for a person.",
    )


def _find_in(joined: Joined) -> set[tuple[int, Deed]]:
    torn = _locate(scan(SQUEEZED, joined.squeezed), joined.squeezed_starts)
    return (
        _locate(scan(WORDS, joined.words), joined.word_starts)
        | _locate(scan(TONGUES, joined.words), joined.word_starts)
        | _locate(scan(MARKS, joined.tight), joined.tight_starts)
        | _locate(scan(RUNS, joined.squeezed), joined.squeezed_starts)
        # What stands there in plain words, too, has been found harmless or not already.
        | (torn - _locate(scan(WORDS, joined.words, spared=True), joined.word_starts))
    )


def _weigh_hints(joined: Joined, article: Article) -> set[tuple[int, Deed]]:
    """Two different hints in one sentence, or one where text was hidden besides, make a suspicion."""
    hints: dict[int, list[Deed]] = {}
    for hint in HINTS:
        for place, does in _locate(scan([hint], joined.words), joined.word_starts):
            hints.setdefault(place, []).append(does)
    hides = article.removed.hidden_elements > 0 or article.removed.invisible_characters >= HIDDEN_CHARACTERS
    both = {(place, does) for place, deeds in hints.items() if len(deeds) > 1 for does in deeds}
    return both | ({(place, "hidden_text") for place in hints} if hides else set())


def _find_forged_numbers(article: Article) -> set[tuple[int, Deed]]:
    """Sentences that begin with the number of a sentence that there is not, where there are several of them."""
    last = len(article.sentences)
    forged = [
        sentence.number
        for sentence in article.sentences
        if (match := _NUMBERED.match(article.text, sentence.start, sentence.end)) and last < int(match[1]) not in _YEARS
    ]
    return {(number, "forges_a_fence") for number in forged} if len(forged) > 1 else set()


def _gives_orders(text: str) -> bool:
    return any(_find_in(joined) for joined in fold_all([text]))


def _locate(
    spans: Iterator[tuple[Deed, int, int]], starts: Sequence[int], *, last: int | None = None
) -> set[tuple[int, Deed]]:
    """The pieces that each span lies in; `last` is the number of the first piece where they stand in reverse."""
    found = set()
    for does, start, end in spans:
        for place in range(bisect_right(starts, start) - 1, bisect_right(starts, end - 1)):
            found.add((place if last is None else last - place, does))
    return found
