"""Words: stems, rarity and mentions."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.similarity.lexical import MAX_WORD, Rarity, find_content, find_stems, is_mentioned


@pytest.mark.parametrize(
    ("phrase", "text", "expected"),
    [
        pytest.param("operating model", "Its operating models differ.", True, id="plural"),
        pytest.param("decision rights", "decision-making rights were unclear", True, id="a word between"),
        pytest.param("cost of delay", "the cost and the delay", True, id="stopwords do not matter"),
        pytest.param("operating model", "a model of operating theatres", False, id="order matters"),
        pytest.param("value stream", "value was not what flowed along that stream", False, id="too far apart"),
        pytest.param("stand-up", "the daily stand-up", True, id="hyphens"),
        pytest.param("agile", "fragile goods", False, id="whole words only"),
        pytest.param("design design review", "a design review", False, id="each stem once per word"),
    ],
)
def test_a_phrase_is_mentioned_where_its_stems_stand_in_order_close_together(
    phrase: str,
    text: str,
    expected: bool,
) -> None:
    assert is_mentioned(find_content(phrase), find_stems(text)) is expected


def test_stopwords_keep_their_places_so_that_distances_stay_true() -> None:
    assert find_stems("The rights of the teams") == ("", "right", "", "", "team")


def test_a_phrase_of_stopwords_alone_is_compared_by_all_of_its_words() -> None:
    assert len(find_content("The Who")) == 2


def test_a_rare_stem_tells_more_than_a_common_one_and_an_unknown_one_most() -> None:
    rarity = Rarity([["model", "team"], ["model"], ["model", "law"]])
    assert rarity.weigh("unseen") > rarity.weigh("team") == rarity.weigh("law") > rarity.weigh("model") > 0
    assert rarity.weigh("") == 0


@given(st.text(max_size=200))
def test_any_text_can_be_stemmed(text: str) -> None:
    assert all(len(stem) <= MAX_WORD for stem in find_stems(text))


@given(st.text(alphabet="abc de", min_size=1, max_size=60))
def test_every_text_mentions_itself(text: str) -> None:
    content = find_content(text)
    assert not content or is_mentioned(content, content)
