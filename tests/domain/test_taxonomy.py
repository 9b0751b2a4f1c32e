"""Owns the tests of the taxonomy: categories are found by id, and by the ids that they once had."""

import pytest

from app.domain.category import Category, Taxonomy
from app.errors import UnknownCategory


def make_taxonomy(**aliases: tuple[str, ...]) -> Taxonomy:
    categories = tuple(Category(id=id_, title=id_.title(), aliases=former) for id_, former in aliases.items())
    return Taxonomy(categories=categories, version="v")


@pytest.mark.parametrize(
    ("name", "found"),
    [
        pytest.param("rivers", "rivers", id="id"),
        pytest.param("streams", "rivers", id="former id"),
        pytest.param("lakes", "lakes", id="an id before a former id"),
        pytest.param("ponds", "lakes", id="former id of the first"),
    ],
)
def test_a_category_is_found_by_id_and_former_id(name: str, found: str) -> None:
    taxonomy = make_taxonomy(lakes=("ponds",), rivers=("streams", "lakes", "ponds"))
    assert taxonomy.get_category(name).id == found


def test_an_unknown_id_is_told_with_a_way_to_see_all() -> None:
    with pytest.raises(UnknownCategory, match="categories list"):
        make_taxonomy(rivers=()).get_category("zz")
