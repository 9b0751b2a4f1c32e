"""Owns the proof that the category's own name is recognised as editors write it."""

import pytest

from app.category_files.exclusions.title import contains_title, is_name_only, is_title, narrows


@pytest.mark.parametrize(
    ("phrase", "title"),
    [
        pytest.param("daily tram timetables", "Tram Timetable", id="plural"),
        pytest.param("self-organization", "Self Organisation", id="spelling and hyphen"),
        pytest.param("PTM rules", "Public Transport Management", id="acronym"),
        pytest.param("ITM rules", "Public Transport Management", id="acronym before a renaming"),
        pytest.param("principles of motion", "Principals of Motion", id="misspelt title"),
        pytest.param("BetaCode", "Beta Code", id="written as one"),
    ],
)
def test_a_name_is_found_in_a_phrase(phrase: str, title: str) -> None:
    assert contains_title(phrase, title)


@pytest.mark.parametrize(
    ("phrase", "title"),
    [
        pytest.param("tram drivers", "Tram Timetable", id="half of it"),
        pytest.param("IT rules", "Public Transport Management", id="another acronym"),
        pytest.param("anything", "", id="no title"),
    ],
)
def test_another_name_is_not(phrase: str, title: str) -> None:
    assert not contains_title(phrase, title)


def test_the_category_may_be_called_this_tag() -> None:
    assert is_title("the broader tram network", "Tram Network")
    assert is_title("this category", "Tram Network")
    assert not is_title("tram network plans", "Tram Network")


def test_empty_words_beside_the_name_leave_it_a_name() -> None:
    assert is_name_only("tram practices", "Tram")
    assert not is_name_only("tram accidents", "Tram")
    assert not is_name_only("strategic aspects of tram practice", "Tram")
    assert narrows("strategic aspects of trams")
