"""Owns the article's text cut up where evidence begins and ends."""

from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import Literal, NamedTuple

from pydantic import Field, PositiveInt

from app.domain.article import Article
from app.domain.value import Value

Role = Literal["topic", "exclusion", "waived"]
"""What a quote does: carry a topic, bear on an exclusion that stands or is open, or on one that does not stand."""


class Use(Value):
    """One use of a quote: which category rests what on it, and the id of the element that shows it.

    `about` is the topic or exclusion, in the definition's words; "" where it is not known.
    """

    anchor: str
    role: Role
    category: str
    about: str

    @property
    def label(self) -> str:
        """What the quote is for, as a tooltip says it."""
        carried = "carries" if self.role == "topic" else "bears on the exclusion"
        about = f" {carried} “{self.about}”" if self.about else ""
        return f"{self.category}:{about}" if about else self.category


class Note(Value):
    """A place in the text that is quoted, numbered in reading order from 1, with all its uses, best first.

    `start` and `end` are code points of `Article.text`.
    """

    number: PositiveInt
    start: int
    end: int
    uses: tuple[Use, ...] = Field(min_length=1)

    @property
    def label(self) -> str:
        """What the place is for, as a tooltip says it."""
        return "; ".join(use.label for use in self.uses)

    @property
    def categories(self) -> str:
        """The categories that use it."""
        return ", ".join(dict.fromkeys(use.category for use in self.uses))


class Piece(Value):
    """A stretch of text in which the same notes hold all the way; most pieces have none.

    `begins` and `ends` are the notes whose first or last piece this is.
    """

    text: str
    notes: tuple[Note, ...] = ()
    begins: tuple[Note, ...] = ()
    ends: tuple[Note, ...] = ()

    @property
    def lead(self) -> str:
        """The blanks that it begins with: marked, they would show as a stain where a line breaks."""
        return self.text[: len(self.text) - len(self.text.lstrip())]

    @property
    def rest(self) -> str:
        """What follows them."""
        return self.text.lstrip()

    @property
    def roles(self) -> tuple[Role, ...]:
        """What is done with it; a waived exclusion counts only where nothing else does."""
        found = {use.role for note in self.notes for use in note.uses}
        return tuple(role for role in ("topic", "exclusion") if role in found) or ("waived",)


class Block(Value):
    """A paragraph, a heading or a line that stands alone, as pieces in reading order."""

    heading: bool
    pieces: tuple[Piece, ...]


class _Place(NamedTuple):
    """Where a block stands in the text, and where the next one begins (the text's end for the last)."""

    start: int
    end: int
    next_start: int
    heading: bool


def cut(article: Article, notes: Sequence[Note]) -> tuple[Block, ...]:
    """All of the article's text as blocks; put together, the pieces give it but for blank edges of blocks.

    Notes may overlap, share a place and run over several blocks. One that holds nothing but
    blank edges, or nothing at all, begins in no piece.
    """
    waiting = sorted(notes, key=lambda note: (note.start, note.end, note.number), reverse=True)
    running: list[Note] = []
    begun: set[int] = set()
    blocks = []
    for place in _find_places(article):
        while waiting and waiting[-1].start < place.end:
            running.append(waiting.pop())
        pieces = tuple(_cut_block(article.text, place, running, begun))
        blocks.append(Block(heading=place.heading, pieces=pieces))
        running = [note for note in running if note.end > place.next_start]
    return tuple(blocks)


def _find_places(article: Article) -> Iterator[_Place]:
    """One place per paragraph; what stands between two sentences belongs to the first one's block."""
    first = 0
    for number, sentence in enumerate(article.sentences, start=1):
        following = article.sentences[number] if number < len(article.sentences) else None
        if following and following.paragraph == sentence.paragraph:
            continue
        next_start = following.start if following else len(article.text)
        shown = article.text[first:next_start].rstrip()
        start = first + len(shown) - len(shown.lstrip("\n"))
        yield _Place(start, first + len(shown), next_start, sentence.heading)
        first = next_start


def _cut_block(text: str, place: _Place, notes: Sequence[Note], begun: set[int]) -> Iterator[Piece]:
    edges = {place.start, place.end}
    for note in notes:
        edges.update(edge for edge in (note.start, note.end) if place.start < edge < place.end)
    for left, right in pairwise(sorted(edges)):
        held = tuple(note for note in notes if note.start < right and left < note.end)
        beyond = place.next_start if right == place.end else right
        yield Piece(
            text=text[left:right],
            notes=held,
            begins=tuple(note for note in held if note.number not in begun),
            ends=tuple(note for note in held if note.end <= beyond),
        )
        begun.update(note.number for note in held)
