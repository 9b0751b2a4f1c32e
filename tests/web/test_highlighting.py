"""The article's text is cut where evidence begins and ends, and nothing of it is lost."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.article import Article
from app.web.highlighting import Note, Role, Use, cut
from tests.articles import build_article
from tests.web.page_fakes import PARAGRAPHS
from tests.web.page_fakes import build_article as build_hospital_article

LINES = ("One two three.", "Four five.", "Six.")
ARTICLE = build_article(*LINES)


def note(start: int, end: int, number: int = 1, role: Role = "topic") -> Note:
    use = Use(anchor=f"quote-{number}", role=role, category="Model", about="Rights")
    return Note(number=number, start=start, end=end, uses=(use,))


def describe(article: Article, *notes: Note) -> list[list[str]]:
    """Each block's pieces, with the numbers of the notes that hold in brackets."""
    return [
        [
            f"[{','.join(str(n.number) for n in piece.notes)}]{piece.text}" if piece.notes else piece.text
            for piece in b.pieces
        ]
        for b in cut(article, notes)
    ]


@pytest.mark.parametrize(
    ("notes", "expected"),
    [
        pytest.param([], [["One two three."], ["Four five."], ["Six."]], id="no evidence"),
        pytest.param([note(4, 7)], [["One ", "[1]two", " three."], ["Four five."], ["Six."]], id="within a block"),
        pytest.param([note(0, 14)], [["[1]One two three."], ["Four five."], ["Six."]], id="a whole block"),
        pytest.param(
            [note(0, 7), note(4, 13, 2)],
            [["[1]One ", "[1,2]two", "[2] three", "."], ["Four five."], ["Six."]],
            id="overlapping",
        ),
        pytest.param(
            [note(4, 7), note(4, 7, 2)],
            [["One ", "[1,2]two", " three."], ["Four five."], ["Six."]],
            id="sharing a place",
        ),
        pytest.param(
            [note(8, 30)], [["One two ", "[1]three."], ["[1]Four five."], ["[1]Six."]], id="over three blocks"
        ),
    ],
)
def test_the_text_is_cut_where_evidence_begins_and_ends(notes: list[Note], expected: list[list[str]]) -> None:
    assert describe(ARTICLE, *notes) == expected


def test_a_note_begins_once_and_ends_once_however_many_pieces_hold_it() -> None:
    pieces = [piece for block in cut(ARTICLE, [note(0, 30), note(4, 7, 2)]) for piece in block.pieces]
    assert [n.number for piece in pieces for n in piece.begins] == [1, 2]
    assert [n.number for piece in pieces for n in piece.ends] == [2, 1]


@pytest.mark.parametrize(
    ("start", "end"),
    [
        pytest.param(14, 15, id="a line end"),
        pytest.param(5, 5, id="nothing"),
        pytest.param(900, 950, id="beyond the text"),
    ],
)
def test_a_note_that_holds_no_visible_text_begins_nowhere(start: int, end: int) -> None:
    assert not [n for block in cut(ARTICLE, [note(start, end)]) for piece in block.pieces for n in piece.begins]


def test_headings_and_paragraphs_are_blocks_of_their_own() -> None:
    blocks = cut(build_hospital_article(), [])
    assert ["".join(piece.text for piece in block.pieces) for block in blocks] == list(PARAGRAPHS)
    assert [block.heading for block in blocks][:4] == [True, False, True, False]


@pytest.mark.parametrize(
    ("roles", "expected"),
    [
        pytest.param(("topic",), ("topic",), id="a topic"),
        pytest.param(("exclusion", "topic"), ("topic", "exclusion"), id="both"),
        pytest.param(("waived",), ("waived",), id="an exclusion that does not stand"),
        pytest.param(("waived", "topic"), ("topic",), id="which a topic outshines"),
        pytest.param(("waived", "exclusion"), ("exclusion",), id="and one that stands as well"),
    ],
)
def test_a_piece_says_what_is_done_with_it(roles: tuple[Role, ...], expected: tuple[Role, ...]) -> None:
    notes = [note(0, 7, number, role) for number, role in enumerate(roles, start=1)]
    assert cut(ARTICLE, notes)[0].pieces[0].roles == expected


@given(st.lists(st.tuples(st.integers(0, 30), st.integers(0, 30)), max_size=8))
def test_pieces_give_the_text_back_whatever_is_marked(places: list[tuple[int, int]]) -> None:
    notes = [note(min(place), max(place), number) for number, place in enumerate(places, start=1)]
    blocks = cut(ARTICLE, notes)
    assert ["".join(piece.lead + piece.rest for piece in block.pieces) for block in blocks] == list(LINES)
    begun = sorted(n.number for block in blocks for piece in block.pieces for n in piece.begins)
    ended = sorted(n.number for block in blocks for piece in block.pieces for n in piece.ends)
    assert begun == ended == sorted(set(begun))
