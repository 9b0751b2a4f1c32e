"""Owns the proof that coordinations are divided where a reader would divide them."""

import pytest

from app.category_files.exclusions.phrases import expand_ellipsis, share_noun, split_members, trim, unique


@pytest.mark.parametrize(
    ("text", "members"),
    [
        pytest.param("roads, rails, or canals", ["roads", "rails", "canals"], id="oxford comma"),
        pytest.param("roads, rails and canals", ["roads", "rails", "canals"], id="no oxford comma"),
        pytest.param("design or operation of bridges", ["design or operation of bridges"], id="shared complement"),
        pytest.param("city parks and water features", ["city parks", "water features"], id="two full phrases"),
        pytest.param("court rules and procedures", ["court rules and procedures"], id="two heads of one thing"),
        pytest.param("user-centred, open services", ["user-centred, open services"], id="two adjectives"),
        pytest.param("trade (ports, customs) or tax", ["trade (ports, customs)", "tax"], id="brackets hold together"),
    ],
)
def test_conditions_are_split_at_their_conjunctions(text: str, members: list[str]) -> None:
    assert split_members(text, keep_binomials=True) == members


@pytest.mark.parametrize(
    ("text", "members"),
    [
        pytest.param("geology and botany", ["geology", "botany"], id="two words"),
        pytest.param("research and development", ["research and development"], id="a pair that names one thing"),
        pytest.param("Oslo and Bergen trams", ["Oslo", "Bergen trams"], id="names"),
        pytest.param("relations between church and state", ["relations between church and state"], id="between"),
        pytest.param("anger and stress management", ["anger and stress management"], id="shared noun"),
    ],
)
def test_subjects_joined_by_and_are_split_where_each_can_stand_alone(text: str, members: list[str]) -> None:
    assert split_members(text, keep_binomials=False) == members


@pytest.mark.parametrize(
    ("members", "is_led_by_title", "expanded"),
    [
        pytest.param(["house building", "repair"], False, ["house building", "house repair"], id="pair"),
        pytest.param(["rent", "house building", "repair"], False, ["rent", "house building", "repair"], id="list"),
        pytest.param(["rent", "house price", "age"], True, ["rent", "house price", "house age"], id="after the title"),
        pytest.param(["specific works", "poems"], False, ["specific works", "poems"], id="adjective of strength"),
        pytest.param(["house building", "Lego"], False, ["house building", "Lego"], id="a name"),
        pytest.param(["cost of living", "rent"], False, ["cost of living", "rent"], id="not a noun group"),
    ],
)
def test_an_ellipsis_is_expanded_where_the_last_member_leaves_something_out(
    members: list[str], expanded: list[str], *, is_led_by_title: bool
) -> None:
    assert expand_ellipsis(members, is_led_by_title=is_led_by_title) == expanded


def test_an_adjective_before_or_takes_the_noun_that_follows() -> None:
    assert share_noun(["rural", "coastal bus routes"]) == ["rural bus routes", "coastal bus routes"]
    assert share_noun(["Agile", "Scrum methods"]) == ["Agile", "Scrum methods"]


def test_articles_possessives_and_quotes_are_trimmed() -> None:
    assert trim(" the \"its\" 'core' idea.") == "its 'core' idea"
    assert trim("'slow travel'") == "slow travel"


def test_repeated_phrases_count_once_whatever_their_case() -> None:
    assert unique(["Trams", "trams", "", "buses"]) == ("Trams", "buses")
