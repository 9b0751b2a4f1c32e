"""A server's words about a failure: found in whichever form, shown without what is secret or ours."""

import json
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.llm.server.server_words import MAX_SHOWN, hide, read_words, shorten

ARTICLE = "The council met on Tuesday behind closed doors and agreed to sell the harbour to its neighbours."


@pytest.mark.parametrize(
    ("body", "message"),
    [
        pytest.param({"error": {"message": "No."}}, "No.", id="openai"),
        pytest.param({"error": "No."}, "No.", id="a string"),
        pytest.param({"message": "No.", "error": None}, "No.", id="beside an empty error"),
        pytest.param({"detail": "No."}, "No.", id="fastapi"),
        pytest.param({"detail": [{"loc": ["body", 0], "msg": "No."}]}, "body.0: No.", id="fastapi's list"),
        pytest.param([{"error": {"message": "No."}}], "No.", id="in a list"),
        pytest.param({"error": {"message": "Failed", "metadata": {"raw": "No."}}}, "Failed No.", id="behind a router"),
        pytest.param({"error": {"message": 7}}, "", id="a number"),
        pytest.param({"error": [1, 2]}, "", id="a list of numbers"),
        pytest.param({}, "", id="nothing"),
    ],
)
def test_the_message_is_found(body: object, message: str) -> None:
    assert read_words(json.dumps(body).encode()).message == message


@pytest.mark.parametrize(
    ("content", "message"),
    [
        pytest.param(b"upstream connect error", "upstream connect error", id="plain text"),
        pytest.param(b" <!DOCTYPE html><p>Sign in</p>", "a web page stands there", id="a web page"),
        pytest.param(b"[" * 100_000, "[" * 4_000, id="nested without end"),
    ],
)
def test_what_is_no_json_is_read_as_text(content: bytes, message: str) -> None:
    assert read_words(content).message == message


@given(st.recursive(st.none() | st.integers() | st.text(), lambda x: st.lists(x) | st.dictionaries(st.sampled_from("error message detail msg loc metadata raw code param n_ctx".split()), x)))  # fmt: skip
def test_no_body_does_harm(body: object) -> None:
    assert len(read_words(json.dumps(body).encode()).message) <= 4_000


@pytest.mark.parametrize(
    ("secret", "text", "shown"),
    [
        pytest.param("abcdef123456", "key abcdef123456x is wrong", "key ***x is wrong", id="a long key anywhere"),
        pytest.param("k", "key k is unknown", "key *** is unknown", id="a short key as a word"),
        pytest.param(
            "",
            "Incorrect API key provided: sk-proj-1234****wxyz.",
            "Incorrect API key provided: ***.",
            id="a key's two ends",
        ),
        pytest.param("", "skip the sketch of skeletons", "skip the sketch of skeletons", id="words that begin alike"),
    ],
)
def test_a_key_is_not_shown(secret: str, text: str, shown: str) -> None:
    assert hide(text, secrets=[secret], contents=[]) == shown


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        pytest.param(f"Cannot process: {ARTICLE}", "Cannot process: …", id="whole"),
        pytest.param(f"Cannot process {ARTICLE[10:60]!r} of it", "Cannot process '…' of it", id="a piece"),
        pytest.param(f"{ARTICLE} and {ARTICLE[:40]}", "… and …", id="twice"),
        pytest.param("Cannot process the council", "Cannot process the council", id="a word or two"),
    ],
)
def test_what_we_sent_is_not_shown(text: str, shown: str) -> None:
    assert hide(text, secrets=[], contents=["Definitions.", ARTICLE]) == shown


@given(
    start=st.integers(0, 60),
    length=st.integers(24, 40),
    before=st.text("xyz ", max_size=30),
    after=st.text("xyz ", max_size=30),
)
def test_no_run_of_24_characters_gets_through(start: int, length: int, before: str, after: str) -> None:
    run = ARTICLE[start : start + length]
    shown = hide(f"{before}{run}{after}", secrets=[], contents=[ARTICLE])
    assert run not in shown
    assert not any(run[place : place + 24] in shown for place in range(len(run) - 23))


def test_looking_through_long_prompts_is_quick() -> None:
    contents = ["ab " * 100_000, "b a" * 100_000]
    started = time.perf_counter()
    hide("ab " * 1_300, secrets=["key"], contents=contents)
    hide("never there " * 330, secrets=["key"], contents=contents)
    assert time.perf_counter() - started < 1.0


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        pytest.param("No.", "No", id="no full stop"),
        pytest.param("one\ntwo\t three", "one two three", id="one line"),
        pytest.param("a\x1b[31mb\u202ec\x00d", "a [31mb c d", id="printable"),
    ],
)
def test_what_is_shown_is_one_line(text: str, shown: str) -> None:
    assert shorten(text) == shown


def test_what_is_shown_is_short() -> None:
    assert len(shorten("word " * 1_000)) <= MAX_SHOWN
