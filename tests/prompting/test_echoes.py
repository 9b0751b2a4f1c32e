"""Echoes: a rationale that repeats the prompt is told from one about the article."""

import pytest

from app.domain.category import BoundaryExample, Category
from app.prompting.echoes import find_echo

CATEGORY = Category(
    id="pottery",
    title="Pottery",
    examples=(
        BoundaryExample(
            text="A village digs its own clay again and builds a kiln.",
            applies=True,
            reason="The digging is done for the kiln’s sake alone.",
        ),
    ),
)


@pytest.mark.parametrize(
    ("rationale", "article", "echo"),
    [
        pytest.param("It is about glazes.", "", None, id="own words"),
        pytest.param("Digs its own clay again.", "", None, id="five words in a row"),
        pytest.param("It DIGS its own clay, again and", "", "digs its own clay again and", id="six words in a row"),
        pytest.param(
            "Here, a village digs its own clay again and builds on it.",
            "",
            "a village digs its own clay again and builds",
            id="all of the row",
        ),
        pytest.param(
            "digs its own clay again and", "The town digs its own clay again and sells it.", None, id="in the article"
        ),
        pytest.param("done for the kiln's sake alone", "", "done for the kiln's sake alone", id="of the reason"),
        pytest.param(
            "from the sentences alone and no others",
            "",
            "from the sentences alone and no others",
            id="of the instructions",
        ),
        pytest.param("again and builds a kiln the digging", "", None, id="across two texts"),
    ],
)
def test_find_echo(rationale: str, article: str, echo: str | None) -> None:
    instructions = "Judge from the sentences alone and no others."
    assert find_echo(rationale, (CATEGORY,), article, instructions=instructions) == echo
