"""Holds text that knows where it stands: edits and compositions keep every stretch true."""

from hypothesis import given
from hypothesis import strategies as st

from app.parsing.tracing import Edit, Traced, assemble, edit, trace_whole


def _assert_true(traced: Traced, source: str) -> None:
    reached = reached_source = 0
    for start, at, length in traced.stretches:
        assert length > 0
        assert start >= reached
        assert at >= reached_source
        assert traced.text[start : start + length] == source[at : at + length]
        reached, reached_source = start + length, at + length


@st.composite
def _edits(draw: st.DrawFn, length: int) -> list[Edit]:
    places = sorted(draw(st.lists(st.integers(0, length), max_size=8)))
    return [
        (start, end, draw(st.text("xy", max_size=3))) for start, end in zip(places[::2], places[1::2], strict=False)
    ]


@given(st.data(), st.text("ab \n", max_size=40))
def test_edits_on_edits_keep_every_stretch_true(data: st.DataObject, source: str) -> None:
    once = edit(trace_whole(source), data.draw(_edits(len(source))))
    twice = edit(once, data.draw(_edits(len(once.text))))
    _assert_true(once, source)
    _assert_true(twice, source)


@given(st.text("ab", max_size=30), st.lists(st.tuples(st.text("ab", max_size=5), st.integers(-1, 30)), max_size=8))
def test_fragments_are_traced_only_where_they_really_stand(source: str, fragments: list[tuple[str, int]]) -> None:
    traced = assemble(fragments, source)
    assert traced.text == "".join(text for text, _ in fragments)
    _assert_true(traced, source)


def test_an_edit_splits_a_stretch_and_untouched_neighbours_are_one() -> None:
    traced = edit(trace_whole("one two three"), [(4, 7, "2")])
    assert traced == Traced("one 2 three", [(0, 0, 4), (5, 7, 6)])
    assert assemble([("one ", 0), ("two", 4)], "one two").stretches == [(0, 0, 7)]
