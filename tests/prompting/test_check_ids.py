"""Check ids: short in the prompt, and found again however a model writes them."""

import pytest

from app.domain.category import Category, Topic
from app.domain.exclusion import ExclusionRule, PinnedRule, Terms
from app.prompting.check_ids import find_exclusion, find_topic, shorten

CATEGORY = Category(
    id="kanban",
    title="Kanban",
    topics=(Topic(id="kanban#t1", text="Boards"), Topic(id="kanban#t10", text="Limits")),
    exclusions=(
        ExclusionRule(id="kanban#x1", text="Japanese signs", kind="topic"),
        ExclusionRule(
            id="kanban#words", text="Words", kind="topic", origin="explicit", pinned=PinnedRule(when=Terms(any=("w",)))
        ),
    ),
)
BARE = Category(id="flow", title="Flow")


@pytest.mark.parametrize(
    ("category", "written", "found"),
    [
        pytest.param(CATEGORY, "t1", "kanban#t1", id="short"),
        pytest.param(CATEGORY, " T10 ", "kanban#t10", id="in capitals"),
        pytest.param(CATEGORY, "kanban#t1", "kanban#t1", id="whole"),
        pytest.param(CATEGORY, "flow#t1", None, id="another category's"),
        pytest.param(CATEGORY, "t2", None, id="invented"),
        pytest.param(CATEGORY, "x1", None, id="an exclusion's"),
        pytest.param(CATEGORY, "kanban", None, id="the category's own, which has topics"),
        pytest.param(BARE, "t1", "flow", id="a category without topics"),
        pytest.param(BARE, "flow", "flow", id="a category without topics, by its id"),
        pytest.param(BARE, "t2", None, id="a second topic of a category without any"),
    ],
)
def test_find_topic(category: Category, written: str, found: str | None) -> None:
    assert find_topic(category, written) == found


@pytest.mark.parametrize(
    ("written", "found"),
    [
        pytest.param("x1", "kanban#x1", id="short"),
        pytest.param("kanban#X1", "kanban#x1", id="whole"),
        pytest.param("t1", None, id="a topic's"),
        pytest.param("words", None, id="pinned, so never asked"),
        pytest.param("", None, id="empty"),
    ],
)
def test_find_exclusion(written: str, found: str | None) -> None:
    assert find_exclusion(CATEGORY, written) == found


def test_shorten() -> None:
    assert shorten("operating-model#t1") == "t1"
