"""Owns what holds for every edit of front matter: what is wanted is read again, and the way back leads home."""

import json
from collections.abc import Sequence

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.errors import BadFile
from app.parsing.front_matter_edit import edit_words, read_words
from app.parsing.toml_edit import write_string
from app.parsing.yaml_words import Quoting, write_word

# Weighted towards what YAML, TOML and JSON read in ways of their own.
WORDS = st.one_of(
    st.sampled_from(
        ["a", "Operating Model", "no", "1.0", "a: b", "#x", "2024-01-31", "- x", "", "it's", "[", "~", "\\"]
    ),
    st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=12),
)
QUOTINGS: list[Quoting] = ["plain", "'", '"']
LISTS = st.lists(WORDS, max_size=5)
ENDS = st.sampled_from(["\n", "\r\n"])
BODIES = st.sampled_from(["Body.\n", "", "---\ntags: [no]\n---\n", "+++\n", "}\n"])
FAST = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])


@st.composite
def yaml_files(draw: st.DrawFn) -> bytes:
    """A file with a list of tags in one of the ways that people write it."""
    words = draw(LISTS)
    quoting = draw(st.sampled_from(QUOTINGS))
    written = [write_word(word, quoting) for word in words]
    indent = draw(st.sampled_from(["", "  ", "    "]))
    layout = draw(st.sampled_from(["block", "flow", "lines"]))
    if layout == "block" and words:
        comments = draw(st.lists(st.sampled_from(["", " # why"]), min_size=len(words), max_size=len(words)))
        tags = ["tags:", *(f"{indent}- {word}{comment}" for word, comment in zip(written, comments, strict=True))]
    elif layout == "flow" or not words:
        tags = [f"tags: [{', '.join(written)}]"]
    else:
        comma = draw(st.sampled_from(["", ","]))
        tags = ["tags: [", *(f"  {word}, # why" for word in written[:-1]), f"  {written[-1]}{comma}", "]"]
    others = draw(st.lists(st.sampled_from(["title: T", "# remark", "date: 2024-01-31"]), unique=True))
    return _compose(["---", *others, *tags, "weight: 1", "---"], draw(ENDS), draw(BODIES))


@st.composite
def toml_files(draw: st.DrawFn) -> bytes:
    """A file with an array of tags, in one line or several."""
    words = draw(LISTS)
    is_literal = draw(st.booleans())
    written = [write_string(word, is_literal=is_literal) for word in words]
    if draw(st.booleans()) and words:
        comma = draw(st.sampled_from(["", ",", " , # last"]))
        tags = ["tags = [ # all", *(f"\t{word}, # why" for word in written[:-1]), f"\t{written[-1]}{comma}", "]"]
    else:
        tags = [f"tags = [{','.join(written)}] # all"]
    return _compose(["+++", "title = 'T'", *tags, "[extra]", "tags = 1", "+++"], draw(ENDS), draw(BODIES))


@st.composite
def json_files(draw: st.DrawFn) -> bytes:
    """An object with an array of tags, laid out as `json` does."""
    indent = draw(st.sampled_from([None, 1, 4, "\t"]))
    ascii_only = draw(st.booleans())
    front = json.dumps({"z": {"tags": []}, "tags": draw(LISTS), "weight": 1}, indent=indent, ensure_ascii=ascii_only)
    return _compose(front.split("\n"), draw(ENDS), draw(BODIES))


FILES = st.one_of(yaml_files(), toml_files(), json_files())


def _compose(lines: Sequence[str], end: str, body: str) -> bytes:
    return (end.join([*lines, ""]) + body).encode()


@FAST
@given(FILES, LISTS)
def test_what_is_written_is_what_is_read(data: bytes, wanted: list[str]) -> None:
    assert read_words(edit_words(data, "a.md", {"tags": wanted}), "a.md", ["tags"])["tags"] == tuple(wanted)


@FAST
@given(FILES, st.lists(WORDS, min_size=1, max_size=4))
def test_taking_away_what_was_added_restores_every_byte(data: bytes, added: list[str]) -> None:
    words = read_words(data, "a.md", ["tags"])["tags"]
    edited = edit_words(data, "a.md", {"tags": [*words, *added]})
    assert edit_words(edited, "a.md", {"tags": words}) == data


@FAST
@given(FILES, LISTS)
def test_a_field_that_was_added_is_taken_out_whole(data: bytes, added: list[str]) -> None:
    edited = edit_words(data, "a.md", {"concepts": added})
    assert edit_words(edited, "a.md", {"concepts": []}) == data


@FAST
@given(FILES, st.data())
def test_words_that_stay_keep_their_bytes(data: bytes, choose: st.DataObject) -> None:
    words = read_words(data, "a.md", ["tags"])["tags"]
    kept = [word for word in words if choose.draw(st.booleans())]
    edited = edit_words(data, "a.md", {"tags": kept})
    assert len(edited) <= len(data)
    assert _is_within(edited, data), "only bytes that go were touched"


@FAST
@given(
    st.binary(max_size=80),
    st.sampled_from([b"---\n%s\n---\n", b"+++\n%s\n+++\n", b'{"a": %s}', b"---\ntags:%s\n---\n"]),
    LISTS,
)
def test_any_bytes_are_edited_rightly_or_refused(noise: bytes, frame: bytes, wanted: list[str]) -> None:
    try:
        edited = edit_words(frame % noise, "a.md", {"tags": wanted})
    except BadFile:
        return
    assert read_words(edited, "a.md", ["tags"])["tags"] == tuple(wanted)


@FAST
@given(st.text("tags: [,]{}-'\"#ab\n=\\&*!|>?", max_size=60), st.sampled_from(["---", "+++"]), LISTS)
def test_text_that_looks_like_front_matter_is_edited_rightly_or_refused(
    front: str, fence: str, wanted: list[str]
) -> None:
    try:
        edited = edit_words(f"{fence}\n{front}\n{fence}\n".encode(), "a.md", {"tags": wanted})
    except BadFile:
        return
    assert read_words(edited, "a.md", ["tags"])["tags"] == tuple(wanted)


def _is_within(part: bytes, whole: bytes) -> bool:
    """Whether `part` is `whole` with some bytes left out."""
    rest = iter(whole)
    return all(byte in rest for byte in part)


@pytest.mark.parametrize("size", [2000, 20_000])
def test_hostile_nesting_is_refused_in_time(size: int) -> None:
    with pytest.raises(BadFile):
        edit_words(b"---\ntags: " + b"[" * size + b"\n---\n", "a.md", {"tags": ["x"]})
