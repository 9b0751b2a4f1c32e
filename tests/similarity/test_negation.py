"""What a definition says does not belong is not compared."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.similarity.negation import drop_negations


@pytest.mark.parametrize(
    ("prose", "kept"),
    [
        pytest.param("Covers jazz and blues.", "Covers jazz and blues.", id="positive"),
        pytest.param("Covers jazz. It does not include opera.", "Covers jazz.", id="a sentence"),
        pytest.param("Covers all of music except opera and ballet.", "Covers all of music.", id="an exception"),
        pytest.param("Papers on opera should go to Theatre.", "", id="hand-off"),
        pytest.param(
            "Covers songs (which may overlap with Poetry), and dances.", "Covers songs, and dances.", id="aside"
        ),
        pytest.param("Covers all bands, but not orchestras.", "Covers all bands.", id="but not"),
        pytest.param("For orchestras, see Classical.", "", id="see"),
        pytest.param("Exclude anything about dance.", "", id="exclude"),
        pytest.param("Roughly covers ACM class I.2.7 and F.4.", "", id="codes of another classification"),
        pytest.param("Covers song, dance and play. Class 14A05.", "Covers song, dance and play.", id="codes alone"),
    ],
)
def test_drop_negations(prose: str, kept: str) -> None:
    assert drop_negations(prose) == kept


@given(st.text(max_size=400))
def test_nothing_is_invented(prose: str) -> None:
    assert len(drop_negations(prose)) <= len(prose) + prose.count(".") + 1
