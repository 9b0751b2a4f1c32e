"""Owns the tests of former ids: each leads to one category, or the taxonomy is refused."""

from pathlib import Path

import pytest

from app.category_files.loading import load_taxonomy
from app.errors import BadFile


def write(folder: Path, name: str, aliases: str) -> None:
    text = f"---\ntitle: {name.title()}\ndescription: d\nscopenote:\n  aliases: [{aliases}]\n---\n"
    (folder / f"{name}.md").write_text(text)


@pytest.mark.parametrize(
    ("aliases", "problem"),
    [
        pytest.param({"lakes": "water", "rivers": "water"}, "an alias of 'lakes' as well, in lakes.md", id="claimed twice"),
        pytest.param({"lakes": "", "rivers": "lakes"}, "the id of 'lakes' as well, in lakes.md", id="in use"),
        pytest.param({"rivers": "rivers"}, "'rivers' is the category's own id", id="its own"),
    ],
)  # fmt: skip
def test_an_alias_that_leads_to_two_is_refused(tmp_path: Path, aliases: dict[str, str], problem: str) -> None:
    for name, given in aliases.items():
        write(tmp_path, name, given)
    with pytest.raises(BadFile) as refused:
        load_taxonomy(tmp_path)
    assert problem in str(refused.value)
    assert (Path(refused.value.path).name, refused.value.line) == ("rivers.md", 5)
    assert refused.value.field == "scopenote.aliases"


def test_an_alias_given_twice_in_one_definition_is_one(tmp_path: Path) -> None:
    write(tmp_path, "rivers", "streams, streams")
    assert load_taxonomy(tmp_path).get_category("streams").id == "rivers"
