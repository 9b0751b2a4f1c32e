"""Owns the proof that redirects are found in their many wordings, and nowhere else."""

import pytest

from app.category_files.exclusions.redirects import take_redirect


@pytest.mark.parametrize(
    ("text", "rest", "targets"),
    [
        pytest.param("Trams (use the parent Transport tag instead)", "Trams", ("Transport",), id="parent tag"),
        pytest.param("Trams (see Rail)", "Trams", ("Rail",), id="see"),
        pytest.param("Trams (see also Rail)", "Trams", ("Rail",), id="see also"),
        pytest.param("Trams (belongs to Rail)", "Trams", ("Rail",), id="belongs to"),
        pytest.param("Trams (these belong to the Rail tag)", "Trams", ("Rail",), id="these belong to"),
        pytest.param("Trams (belongs in Rail)", "Trams", ("Rail",), id="belongs in"),
        pytest.param("Trams (belongs under Rail)", "Trams", ("Rail",), id="belongs under"),
        pytest.param("Trams (goes to Rail)", "Trams", ("Rail",), id="goes to"),
        pytest.param("Trams (go under Rail)", "Trams", ("Rail",), id="go under"),
        pytest.param("Trams (covered by Rail)", "Trams", ("Rail",), id="covered by"),
        pytest.param("Trams (should go to Rail or Transit)", "Trams", ("Rail", "Transit"), id="should go to"),
        pytest.param("Trams; use Rail instead, where possible", "Trams", ("Rail",), id="with a remark"),
        pytest.param("Trams, which belong in Rail", "Trams", ("Rail",), id="belong"),
        pytest.param("Trams should be tagged as Rail or Transit", "Trams", ("Rail", "Transit"), id="two targets"),
        pytest.param("For trams, please use Rail", "trams", ("Rail",), id="for x use y"),
        pytest.param("Use Rail for trams", "trams", ("Rail",), id="use y for x"),
        pytest.param("Trams -> Rail", "Trams", ("Rail",), id="arrow"),
        pytest.param("Trams; for these, choose Rail", "Trams", ("Rail",), id="for these"),
        pytest.param("Use Rail instead", "", ("Rail",), id="alone"),
        pytest.param(
            "Vehicles such as Trams (use the specific tag)", "Vehicles such as Trams", ("Trams",), id="listed"
        ),
    ],
)
def test_a_redirect_is_taken_off(text: str, rest: str, targets: tuple[str, ...]) -> None:
    redirected = take_redirect(text)
    assert (redirected.text, redirected.targets) == (rest, targets)


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("Use cases for trams", id="use cases"),
        pytest.param("Use of trams in cities", id="use of"),
        pytest.param("Select committees", id="select"),
        pytest.param("Claims that are covered by insurance", id="covered by"),
        pytest.param("Land that belongs to the crown", id="belongs to"),
        pytest.param("Do not use this tag for trams", id="do not use"),
    ],
)
def test_what_only_looks_like_a_redirect_stays(text: str) -> None:
    assert take_redirect(text) == (text, (), False)


def test_a_redirect_that_names_no_target_is_open() -> None:
    assert take_redirect("Trams (use another tag instead)") == ("Trams", (), True)
