"""Prompts that a server cut without a word, told from tokenisers that count otherwise."""

import pytest

from app.llm.cut_prompts import CutPrompts


@pytest.mark.parametrize(
    ("estimated", "reported", "cut"),
    [
        pytest.param(8_000, 4_096, True, id="cut to the context"),
        pytest.param(8_000, 7_900, False, id="read whole"),
        pytest.param(8_000, 4_900, False, id="a thrifty tokeniser"),
        pytest.param(8_000, 12_000, False, id="a lavish one"),
        pytest.param(8_000, 0, False, id="not reported"),
        pytest.param(200, 20, False, id="too short to tell"),
    ],
)
def test_a_first_reply(estimated: int, reported: int, cut: bool) -> None:
    assert CutPrompts().find_cut(estimated, reported) == cut


def test_what_a_model_usually_counts_is_learnt() -> None:
    prompts = CutPrompts()
    for _ in range(30):
        assert not prompts.find_cut(1_000, 1_400)
    assert prompts.ratio == pytest.approx(1.4, abs=0.01)
    assert prompts.find_cut(8_000, 4_700)
    assert not prompts.find_cut(8_000, 7_000)


def test_a_cut_teaches_nothing_about_the_tokeniser() -> None:
    prompts = CutPrompts()
    for estimated in (8_000, 12_000, 20_000, 9_000):
        assert prompts.find_cut(estimated, 4_096)
    assert prompts.ratio == 1.0


def test_the_same_part_of_prompts_of_two_lengths_is_a_tokeniser() -> None:
    prompts = CutPrompts()
    assert prompts.find_cut(8_000, 4_000)
    assert prompts.find_cut(8_100, 4_000), "as long as the last: it proves nothing"
    assert not prompts.find_cut(4_000, 2_050)
    assert not prompts.find_cut(8_000, 4_000)
    assert prompts.find_cut(16_000, 4_000)


def test_an_odd_report_does_not_make_honest_prompts_look_cut() -> None:
    prompts = CutPrompts()
    assert not prompts.find_cut(1_000, 5_000)
    assert not prompts.find_cut(1_000, 1_000)
    assert prompts.ratio <= 2.0
