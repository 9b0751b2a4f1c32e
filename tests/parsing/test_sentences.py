"""Holds where sentences end."""

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.parsing.sentences import MAX_LENGTH, split_sentences


@pytest.mark.parametrize(
    "sentences",
    [
        pytest.param(["One here.", "Two there!", "Three?", "Four."], id="plain"),
        pytest.param(["Dr. Smith met Mrs. O’Neil in St. Ives.", "They talked."], id="titles"),
        pytest.param(["Use tools, e.g. Hammers, i.e. Big ones.", "Done."], id="eg-ie"),
        pytest.param(["The U.S. Department of Energy paid.", "It cost 5 p.m. rates."], id="acronym-before-name"),
        pytest.param(["He lives in the U.S.", "She does not."], id="acronym-at-end"),
        pytest.param(["See No. 5 and Fig. 3.", "No.", "Agile is a way."], id="numbers-and-no"),
        pytest.param(["Version 3.2 costs $1.50.", "It runs."], id="decimals"),
        pytest.param(["J. R. R. Tolkien wrote it.", "We read it."], id="initials"),
        pytest.param(["Wait ... and see.", "Well…", "Then go."], id="ellipses"),
        pytest.param(["“It works.”", "She left.", "(See there.)", "End."], id="quotes-and-brackets"),
        pytest.param(["“Really?” she asked.", "Yes."], id="question-inside"),
        pytest.param(["It was “a better product.” said Ann.", "So it was."], id="stop-inside-quotation"),
        pytest.param(["Acme Inc. Holdings bought it.", "Beta Ltd.", "The rest stayed."], id="companies"),
        pytest.param(["Bring pens, paper, etc.", "Then write."], id="etc"),
        pytest.param(["Es war am 3. Oktober in Bonn.", "Dann kam z. B. Herr Kohl."], id="german"),
        pytest.param(["1. First things go first.", "More follows."], id="ordinal"),
        pytest.param(["It began in 2014.", "By 2015 it was over."], id="year"),
        pytest.param(["we did nothing.", "then we left."], id="lower-case"),
        pytest.param(["Go to example.org/a.b now.", "iPhone users wait."], id="address-and-brand"),
        pytest.param(["So do I.", "Who else?"], id="pronoun"),
    ],
)
def test_sentences(sentences: list[str]) -> None:
    text = " ".join(sentences)
    assert [text[start:end] for start, end in split_sentences(text)] == sentences


@pytest.mark.parametrize(
    "sentences",
    [
        pytest.param(["これは文です。", "「そうか？」", "はい！"], id="japanese"),
        pytest.param(["هل تعمل؟", " نعم تعمل۔"], id="arabic"),
        pytest.param(["यह वाक्य है।", " दूसरा भी।"], id="devanagari"),
    ],
)
def test_sentences_of_scripts_with_full_stops_of_their_own(sentences: list[str]) -> None:
    text = "".join(sentences)
    assert [text[start:end] for start, end in split_sentences(text)] == [sentence.strip() for sentence in sentences]


def test_a_line_never_runs_into_the_next() -> None:
    text = "A heading\nand a line. Another\n\nthird"
    assert [text[s:e] for s, e in split_sentences(text)] == ["A heading", "and a line.", "Another", "third"]


def test_a_long_sentence_is_cut_at_clauses() -> None:
    text = "; ".join(["one clause of some forty characters here"] * 40)
    cut = [text[start:end] for start, end in split_sentences(text)]
    assert all(piece.endswith((";", "here")) for piece in cut)
    assert max(map(len, cut)) <= MAX_LENGTH


@given(st.text(st.sampled_from("aB1 .!?…\n\"')。，,;—’éΩ"), max_size=300))
def test_every_word_is_in_one_sentence_of_bounded_length(text: str) -> None:
    spans = split_sentences(text)
    assert "".join("".join(text[s:e].split()) for s, e in spans) == "".join(text.split())
    assert all(end <= start for (_, end), (start, _) in itertools.pairwise(spans))
    assert all(0 < end - start <= MAX_LENGTH for start, end in spans)


@pytest.mark.parametrize("piece", ["a", ". ", "A. ", "Aa. ", ".", "?!", '."', "a,"], ids=repr)
def test_long_lines_are_split_into_bounded_sentences(piece: str) -> None:
    text = piece * 50_000
    assert max(end - start for start, end in split_sentences(text)) <= MAX_LENGTH
