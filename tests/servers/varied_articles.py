"""Owns articles that differ: made of stock phrases, a seed each."""

import random

from app.domain.article import Article
from app.parsing.reading import read_article
from app.parsing.submission import Submission

WHO = "The board|A product team|The platform group|Our finance department|The delivery office|A new director".split("|")
DID = "moved|reviewed|funded|measured|reorganised|described|stopped|questioned".split("|")
WHAT = (
    "the way decisions about funding are made|the flow of work between two teams|a quarterly plan of ninety pages"
    "|the roles that had grown around one system|a board with seven columns|the cost of waiting for approval"
    "|its value stream from request to release|the old contract with a supplier"
).split("|")
WHY = (
    "because nobody could say who decides|after a year of missed dates|so that customers hear sooner"
    "|while the budget stayed as it was|although the architects had warned against it|and wrote down what changed"
).split("|")


def write_text(seed: int, sentences: int = 28) -> str:
    """A text of so many sentences, about 16 words each; its first line is a title."""
    dice = random.Random(seed)
    lines = [
        f"{dice.choice(WHO)} {dice.choice(DID)} {dice.choice(WHAT)} {dice.choice(WHY)}, in week {dice.randint(1, 52)}."
        for _ in range(sentences)
    ]
    paragraphs = [" ".join(lines[start : start + 5]) for start in range(0, len(lines), 5)]
    return "\n\n".join([f"Note {seed} on how the work is organised", *paragraphs])


def build_varied_articles(count: int, sentences: int = 28) -> list[Article]:
    """So many articles, no two of them alike."""
    return [
        read_article(Submission(text=write_text(seed, sentences)), max_words=10_000) for seed in range(1, count + 1)
    ]
