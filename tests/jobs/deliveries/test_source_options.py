"""Tests of the options that every source may have."""

from datetime import timedelta

import pytest

from app.errors import BadInput
from app.jobs.deliveries.options import OPTIONS, allows_private, check_options, get_pause, is_ours, names_titles
from tests.jobs.deliveries.made_deliveries import make_source


@pytest.mark.parametrize("name", sorted(OPTIONS))
@pytest.mark.parametrize("value", ["", "maybe", "-1", "1.5", "99999999999999999999", "²"])
def test_a_value_that_cannot_be_used_is_refused_by_its_name(name: str, value: str) -> None:
    if name == "actor":
        check_options({name: value})
        return
    with pytest.raises(BadInput, match=name):
        check_options({name: value})


def test_values_that_can_be_used_pass() -> None:
    check_options({"callback_private": "no", "tag_names": "title", "reconcile_minutes": "60", "actor": "bot", "x": "y"})


@pytest.mark.parametrize(("told", "pause"), [(None, timedelta(minutes=15)), ("60", timedelta(hours=1)), ("0", None)])
def test_the_pause(told: str | None, pause: timedelta | None) -> None:
    assert get_pause(make_source(options={"reconcile_minutes": told} if told else {})) == pause


@pytest.mark.parametrize(
    ("ours", "actor", "is_us"),
    [
        pytest.param("Bot", " bot ", True, id="case and spaces"),
        pytest.param("bot", "robot", False, id="another"),
        pytest.param("bot", None, False, id="not told"),
        pytest.param("", "", False, id="nobody"),
    ],
)
def test_who_we_are(ours: str, actor: str | None, is_us: bool) -> None:
    assert is_ours(make_source(options={"actor": ours}), actor) is is_us


@pytest.mark.parametrize(("cms", "is_us"), [("github", True), ("ghost", False)])
def test_commits_with_our_trailer_are_ours(cms: str, is_us: bool) -> None:
    assert is_ours(make_source(cms=cms), "scopenote") is is_us


def test_without_options_nothing_private_is_called_and_tags_go_by_ids() -> None:
    assert (allows_private(make_source()), names_titles(make_source())) == (False, False)
