"""Owns the tests of overlaps: which categories and topics are too alike, told in bounds."""

import time
from collections.abc import Sequence

import numpy as np
import pytest
from numpy.typing import NDArray

from app.domain.category import Category, Taxonomy, Topic
from app.domain.exclusion import ExclusionRule
from app.linting.lint import lint_taxonomy

SCOPE = "What rivers are, where they rise, how they run and where they end, told with their silt and their floods."
FLOW = ExclusionRule(id="streams#x1", text="Flow", kind="redirect", subjects=("flow",), redirect_to=("rivers",))


def category(category_id: str, /, **changes: object) -> Category:
    topics = (Topic(id=f"{category_id}#t1", text="Silt and sand"),)
    whole: dict[str, object] = {"id": category_id, "title": category_id.title(), "scope": SCOPE, "topics": topics}
    return Category.model_validate(whole | changes)


def embed_letters(texts: Sequence[str]) -> NDArray[np.float32]:
    """Counts of letters: texts of the same letters are alike, others are not."""
    rows = [[text.lower().count(letter) for letter in "abcdefghijklmnopqrstuvwxyz"] for text in texts]
    return np.asarray(rows, dtype=np.float32)


@pytest.mark.parametrize(
    ("changes", "severity"),
    [
        pytest.param({}, "warning", id="told by nothing"),
        pytest.param({"kind": "concepts"}, "info", id="of another kind"),
        pytest.param({"broader": ("rivers",)}, None, id="narrower"),
        pytest.param({"never_with": ("rivers",)}, None, id="exclusive"),
        pytest.param({"exclusions": (FLOW,)}, None, id="sent on to one another"),
        pytest.param({"title": "Qux", "scope": "Zygotic jazz."}, None, id="unlike"),
    ],
)
def test_categories_that_are_hard_to_tell_apart_are_told(changes: dict[str, object], severity: str | None) -> None:
    rivers, twin = category("rivers"), category("streams", **({"title": "Riverss", "topics": ()} | changes))
    found = lint_taxonomy(Taxonomy(categories=(rivers, twin), version="v"), embed_letters)
    assert [finding.severity for finding in found if finding.code == "overlap"] == ([severity] if severity else [])


def test_topics_that_two_categories_share_are_told_once_and_those_of_one_category_never() -> None:
    rivers = category("rivers", topics=(Topic(id="rivers#t1", text="Tidal bores and their waves"),))
    seas = category(
        "seas", title="Qq", scope="Zz. " * 99, topics=(Topic(id="seas#t1", text="Waves and their tidal bores"),)
    )
    found = lint_taxonomy(Taxonomy(categories=(rivers, seas), version="v"), embed_letters)
    assert [finding.category_id for finding in found if finding.code == "shared_topic"] == ["rivers"]


@pytest.mark.parametrize("alike", [pytest.param(True, id="all alike"), pytest.param(False, id="all unlike")])
def test_a_large_taxonomy_is_compared_in_seconds_and_told_in_bounds(*, alike: bool) -> None:
    random = np.random.default_rng(7)

    def embed(texts: Sequence[str]) -> NDArray[np.float32]:
        shape = (len(texts), 384)
        return np.ones(shape, dtype=np.float32) if alike else random.standard_normal(shape).astype(np.float32)

    categories = tuple(category(f"c{number:04}", title=f"T{number}") for number in range(1500))
    start = time.perf_counter()
    found = lint_taxonomy(Taxonomy(categories=categories, version="v"), embed)
    assert time.perf_counter() - start < 5
    overlaps = [finding for finding in found if finding.code in {"overlap", "shared_topic"}]
    assert len(overlaps) == (100 if alike else 0)
