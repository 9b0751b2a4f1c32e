"""Owns the proof that operators are found where they stand and typed as they read."""

import pytest

from app.category_files.exclusions.operators import rewrite, split_at_operators

WORDINGS = [
    ("guides without maps", "without", "maps"),
    ("guides with no maps", "without", "maps"),
    ("guides in the absence of maps", "without", "maps"),
    ("guides unless maps are there", "unless", "maps are there"),
    ("guides, except when mapped", "unless", "mapped"),
    ("guides only if mapped", "unless", "mapped"),
    ("guides that do not directly relate to maps", "does_not", "maps"),
    ("guides which fail to show maps", "does_not", "maps"),
    ("guides that cannot use or draw on maps", "does_not", "maps"),
    ("guides not covering maps", "does_not", "maps"),
    ("guides not tied to maps", "not_tied", "maps"),
    ("guides that aren’t about maps".replace("’", "'"), "not_tied", "maps"),
    ("guides that are not relevant to maps", "not_tied", "maps"),
    ("guides lacking maps", "lacks", "maps"),
    ("guides that have no maps", "lacks", "maps"),
    ("guides rather than maps", "lacks", "maps"),
    ("guides other than maps", "lacks", "maps"),
    ("guides unrelated to maps", "unrelated", "maps"),
    ("guides that deviate from maps", "unrelated", "maps"),
    ("guides outside the scope of maps", "unrelated", "maps"),
    ("guides that have nothing to do with maps", "unrelated", "maps"),
]


@pytest.mark.parametrize(("text", "kind", "asked"), WORDINGS)
def test_an_operator_divides_subject_and_condition(text: str, kind: str, asked: str) -> None:
    head, (segment, *rest) = split_at_operators(text)
    assert (head, segment.operator.type, segment.text, rest) == ("guides", kind, asked, [])


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("guides (not about maps)", id="in brackets"),
        pytest.param("not only guides", id="not only"),
        pytest.param("a lack of guides", id="lack as a noun"),
        pytest.param("unrelated guides", id="unrelated as an adjective"),
    ],
)
def test_what_only_looks_like_an_operator_divides_nothing(text: str) -> None:
    assert split_at_operators(text) == (text, ())


@pytest.mark.parametrize(
    ("text", "rewritten"),
    [
        pytest.param("guides where the route is not described", "guides without route", id="where it is not"),
        pytest.param("guides where there is no route", "guides with no route", id="where there is none"),
        pytest.param("only for guides", "anything other than guides", id="only for"),
        pytest.param("guides with maps", "guides with maps", id="nothing to turn round"),
    ],
)
def test_a_condition_before_its_operator_is_put_after_it(text: str, rewritten: str) -> None:
    assert rewrite(text) == rewritten
