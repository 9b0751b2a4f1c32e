"""Owns the tests of front matter that nobody wrote in good faith, and of front matter in general."""

import json
import time
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.errors import BadFile
from app.parsing.front_matter import MAX_FRONT_MATTER, FrontMatter, read_front_matter


def read(text: str) -> FrontMatter:
    return read_front_matter(text, "a.md")


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        pytest.param("---\na: " + "[" * 20_000 + "\n---\n", "nested deeper", id="brackets in yaml"),
        pytest.param("---\na: " + "{a: " * 20_000 + "\n---\n", "nested deeper", id="braces in yaml"),
        pytest.param("---\n" + "- " * 20_000 + "\n---\n", "nested deeper", id="dashes"),
        pytest.param('{"a": ' + "[" * 20_000, "nested deeper", id="brackets in json"),
        pytest.param("+++\na = " + "[" * 20_000 + "\n+++\n", "not valid TOML", id="brackets in toml"),
        pytest.param("+++\n" + "a." * 20_000 + "b = 1\n+++\n", "not valid TOML", id="dots in toml"),
        pytest.param("+++\n" + "a." * 60 + "b = 1\n+++\n", "nested deeper", id="some dots in toml"),
        pytest.param("+++\n" + "".join(f"[a{n}]\n" for n in range(5000)) + "+++\n", "TOML tables", id="tables in toml"),
        pytest.param("---\na: &a [x]\n" + "b: [*a, *a]\n" * 9 + "---\n", "anchors", id="alias bomb"),
        pytest.param("---\na: " + "x" * MAX_FRONT_MATTER + "\n---\n", "longer than 256 kB", id="one long value"),
        pytest.param("---\n" + "".join(f"k{n}: 1\n" for n in range(50_000)) + "---\n", "longer than", id="50,000 keys"),
        pytest.param('{"a": "' + "x" * 2_000_000 + '"}', "not valid JSON", id="json without end in sight"),
        pytest.param("---\n" + "x" * 2_000_000, "never closed", id="2 MB on one line"),
        pytest.param("---\n" + "---x\n" * 200_000, "never closed", id="almost fences"),
        pytest.param("---\na: " + '"' * 100_000 + "\n---\n", "not valid YAML", id="quotes"),
        pytest.param("---\n" + "!" * 100_000 + "\n---\n", "tag", id="marks"),
        pytest.param("---\na: !!" + "x" * 9000 + " b\n---\n", "tag", id="a long tag"),
    ],
)
def test_hostile_files_are_refused_quickly(text: str, problem: str) -> None:
    start = time.perf_counter()
    with pytest.raises(BadFile) as refused:
        read(text)
    assert problem in str(refused.value)
    assert len(str(refused.value)) < 1000
    assert time.perf_counter() - start < 3


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("---\n" + "".join(f"k{n}: 1\n" for n in range(20_000)) + "---\n", id="20,000 keys in yaml"),
        pytest.param("+++\n" + "".join(f"k{n} = 1\n" for n in range(15_000)) + "+++\n", id="15,000 keys in toml"),
        pytest.param("{" + ",".join(f'"k{n}": 1' for n in range(15_000)) + "}", id="15,000 keys in json"),
        pytest.param("---\na: |\n" + "  word\n" * 30_000 + "---\n", id="a long block"),
        pytest.param("---\na: b\n---\n" + "x" * 2_000_000, id="a body of 2 MB on one line"),
    ],
)
def test_large_files_are_read_in_bounded_time(text: str) -> None:
    start = time.perf_counter()
    assert read(text).fields
    assert time.perf_counter() - start < 4


@given(st.text(max_size=60))
def test_any_text_gives_front_matter_or_a_refusal(text: str) -> None:
    for opening in ("", "---\n", "+++\n", '{"'):
        for closing in ("", "\n---\n", "\n+++\n", '": 1}'):
            whole = opening + text + closing
            try:
                front = read(whole)
            except BadFile:
                continue
            assert whole[front.body_offset :] == front.body


@given(st.text(st.sampled_from("ab:-#&*!|>[]{}\"'%@`,?~ \t\n\r\\x0u1."), max_size=40))
def test_any_yaml_like_text_gives_front_matter_or_a_refusal(inner: str) -> None:
    try:
        front = read(f"---\n{inner}\n---\nBody")
    except BadFile:
        return
    assert front.body.endswith("Body")


@given(st.text(st.sampled_from("ab=[]{}\"'.,#- \t\n\r\\u012:TZ+"), max_size=40))
def test_any_toml_like_text_gives_front_matter_or_a_refusal(inner: str) -> None:
    try:
        front = read(f"+++\n{inner}\n+++\nBody")
    except BadFile:
        return
    assert front.body.endswith("Body")


PLAIN = st.recursive(
    st.none() | st.booleans() | st.integers(-(10**9), 10**9) | st.text(st.characters(exclude_categories=("Cs", "Cc"))),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text("abc", min_size=1), inner, max_size=3),
    max_leaves=8,
)


@given(st.dictionaries(st.text("abcde", min_size=1, max_size=4), PLAIN, max_size=4), st.text("xy \n", max_size=9))
def test_what_is_written_as_json_comes_back(fields: dict[str, Any], body: str) -> None:
    text = json.dumps(fields, indent=1) + "\n" + body
    front = read(text)
    assert front.fields == fields
    assert front.body == body


@given(st.dictionaries(st.text("abcde", min_size=1, max_size=4), PLAIN, min_size=1, max_size=4))
def test_json_between_yaml_fences_means_the_same(fields: dict[str, Any]) -> None:
    inner = "\n".join(f"{key}: {json.dumps(value)}" for key, value in fields.items())
    assert read(f"---\n{inner}\n---\n").fields == fields
