"""Splitting a stream into lines, in bounded memory."""

from hypothesis import given, settings
from hypothesis import strategies as st

from app.llm.batch.splitting_lines import LineSplitter


def split(chunks: list[bytes], most: int = 100) -> list[bytes]:
    splitter = LineSplitter(most)
    lines = [line for chunk in chunks for line in splitter.split(chunk)]
    rest = splitter.take_rest()
    return lines if rest is None else [*lines, rest]


def test_lines_come_whole_wherever_the_chunks_end() -> None:
    assert split([b"on", b"e\ntw", b"o\n\nthr", b"ee"]) == [b"one", b"two", b"three"]


def test_line_ends_of_either_kind_are_cut_off() -> None:
    assert split([b"one\r\ntwo\r\n"]) == [b"one", b"two"]


def test_a_line_that_is_too_long_is_passed_over_and_the_next_is_not() -> None:
    assert split([b"x" * 60, b"x" * 60, b"x\none\n"], most=100) == [b"", b"one"]


def test_a_last_line_that_is_too_long_is_passed_over() -> None:
    assert split([b"one\n", b"x" * 101], most=100) == [b"one", b""]


@settings(deadline=None)
@given(
    lines=st.lists(st.binary(max_size=20).map(lambda line: line.strip().replace(b"\n", b"")), max_size=8),
    data=st.data(),
)
def test_chunks_do_not_matter(lines: list[bytes], data: st.DataObject) -> None:
    whole = b"".join(line + b"\n" for line in lines)
    cuts = sorted(data.draw(st.lists(st.integers(0, len(whole)), max_size=5)))
    chunks = [whole[start:end] for start, end in zip([0, *cuts], [*cuts, len(whole)], strict=True)]
    assert split(chunks) == [line.strip() for line in lines if line.strip()]
