"""Replies that are made to hurt: read in bounded time, without an exception, and never as an answer."""

import json
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.llm.replies.reply_format import read_reply
from app.llm.replies.reply_mending import MAX_LIST
from app.llm.replies.reply_text import MAX_CHARACTERS

MAX_S = 8.0
"""Far more than the slowest takes (half a second), far less than the first of each kind would without bounds."""
SOON_S = 1.0
"""Of computing: a hundred times what the slowest takes; the square of its length would take half a minute."""
VERDICT = {"category": "a", "topics": [], "exclusions": [], "rationale": "r"}
SIZE = MAX_CHARACTERS


def _repeat(unit: str, size: int = SIZE) -> str:
    return (unit * (size // len(unit) + 1))[:size]


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("[" * 100_000, id="brackets"),
        pytest.param('{"verdicts":' + "[" * 100_000, id="brackets in an answer"),
        pytest.param('{"verdicts":' * 20_000, id="answers in answers"),
        pytest.param('{"verdicts":' + '{"a":' * 300 + "1" + "}" * 301, id="deep and whole"),
        pytest.param(_repeat("<think>"), id="thoughts"),
        pytest.param('{"verdicts":[' + _repeat('a "', 60_000) + "]}", id="stray quotes"),
        pytest.param('{"verdicts":[' + _repeat('1","', 60_000) + "]}", id="stray quotes and commas"),
        pytest.param('{"verdicts":[' + _repeat('":"\'word ', 5_900) + "]}", id="words and stray quotes"),
        pytest.param('{"verdicts":[' + _repeat("(2 ", 60_000) + "]}", id="round brackets"),
        pytest.param('{"verdicts":[{"category":"' + _repeat("\\"), id="backslashes"),
        pytest.param('{"verdicts":' + " " * SIZE, id="endless space"),
        pytest.param(_repeat('{"verdicts":[]}'), id="many answers"),
        pytest.param(_repeat('{"category":1}'), id="many verdicts of nothing"),
        pytest.param('{"verdicts":[{"category":"a","topics":[{"sentences":' + "9" * 5_000 + "}]}]}", id="long number"),
    ],
)
def test_a_hostile_reply_is_no_answer(text: str) -> None:
    start = time.perf_counter()
    reply = read_reply(text)
    assert time.perf_counter() - start < MAX_S
    assert not reply.is_readable
    assert reply.fault is not None
    assert len(reply.fault) < 2_000


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("I think so." + " " * (SIZE - 20) + "No.", id="words and endless space"),
        pytest.param("Sure: [" + "\n" * (SIZE - 20) + "No.", id="a bracket and endless lines"),
        pytest.param(_repeat(" [ "), id="brackets and space"),
        pytest.param(_repeat("[ {"), id="brackets of both kinds"),
    ],
)
def test_what_is_no_answer_is_told_in_time_that_grows_with_its_length(text: str) -> None:
    start = time.process_time()
    assert not read_reply(text).is_readable
    assert time.process_time() - start < SOON_S


def test_one_key_again_and_again_is_joined_in_time_that_grows_with_their_number() -> None:
    start = time.process_time()
    read_reply("[" * 20 + "{" + '"a":[1],' * 8_000 + '"a":[1]}x')
    assert time.process_time() - start < 2.5


def test_ten_thousand_verdicts_are_read_as_far_as_allowed() -> None:
    verdicts = [{"category": str(number), "topics": [], "exclusions": []} for number in range(10_000)]
    reply = read_reply(json.dumps({"verdicts": verdicts, "not_applicable": []}, separators=(",", ":")))
    assert 0 < len(reply.form.verdicts) <= MAX_LIST
    assert reply.fault is not None


def test_what_no_text_should_hold_is_replaced() -> None:
    answer = {"verdicts": [{**VERDICT, "rationale": "a\0b\ud800c"}], "not_applicable": ["d\udfff"]}
    reply = read_reply(json.dumps(answer))
    assert reply.form.verdicts[0].rationale == "a\ufffdb\ufffdc"
    assert reply.form.not_applicable == ("d\ufffd",)
    assert read_reply(json.dumps(answer, ensure_ascii=False)) == reply


PIECES = st.sampled_from(
    ['"', "'", "{", "}", "[", "]", ",", ":", " ", "\n", "\\", "“", "```", "</think>", "1", "-", "\0", "\ud800", "word",
     '"verdicts":', '"not_applicable":', '"category":"a"', '"topics":[', '"id":"t1"', '"sentences":', "null", "1e999",
     json.dumps(VERDICT), json.dumps({"verdicts": [VERDICT], "not_applicable": ["b"]})]
)  # fmt: skip


@given(st.lists(PIECES, max_size=25).map("".join))
def test_any_text_is_read_without_an_exception(text: str) -> None:
    reply = read_reply(text)
    assert reply.is_readable or reply.fault is not None
    assert not {v.category for v in reply.form.verdicts} & set(reply.form.not_applicable)


@given(st.integers(min_value=0, max_value=400))
def test_wherever_a_reply_is_cut_nothing_is_read_that_was_not_said(at: int) -> None:
    denied = ["b", "bc", "bcd"]
    checks = [{"sentences": "1", "quote": "words of it", "id": "x1"}, {"sentences": "2", "quote": "more", "id": "x2"}]
    verdicts = [{**VERDICT, "exclusions": checks}, {**VERDICT, "category": "ab", "exclusions": checks}]
    reply = read_reply(json.dumps({"verdicts": verdicts, "not_applicable": denied})[:at])
    assert list(reply.form.not_applicable) == denied[: len(reply.form.not_applicable)]
    assert all([check.id for check in verdict.exclusions] == ["x1", "x2"] for verdict in reply.form.verdicts)
