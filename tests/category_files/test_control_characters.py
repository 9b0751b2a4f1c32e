"""Owns the proof that nothing read from a definition can steer a terminal."""

import json
from pathlib import Path

import pytest
from pydantic import JsonValue

from app.category_files.loading import load_taxonomy
from app.errors import BadFile

ESCAPE = "a\x1b[31mb"


@pytest.mark.parametrize("character", ["\x01", "\x07", "\x08", "\x0c", "\x1b", "\x7f", "\x85", "\x9b"])
def test_a_control_character_is_refused_with_its_line(tmp_path: Path, character: str) -> None:
    escaped = f"\\u{ord(character):04x}"
    (tmp_path / "a.md").write_text(f'---\ntitle: A\ndescription: "b{escaped}c"\n---\n')
    with pytest.raises(BadFile) as refused:
        load_taxonomy(tmp_path)
    assert f"U+{ord(character):04X}" in refused.value.problem
    assert (refused.value.line, refused.value.field) == (3, "description")


@pytest.mark.parametrize(
    "fields",
    [
        pytest.param({"title": ESCAPE}, id="title"),
        pytest.param({"id": ESCAPE}, id="id"),
        pytest.param({"kind": ESCAPE}, id="kind"),
        pytest.param({"scope": ESCAPE}, id="scope"),
        pytest.param({"topics": ["b", ESCAPE]}, id="topic"),
        pytest.param({"exclusions": [ESCAPE]}, id="exclusion"),
        pytest.param({"instructions": f"x\n\n{ESCAPE}"}, id="instructions"),
        pytest.param({"description": ESCAPE}, id="description"),
        pytest.param({"abstract": ESCAPE}, id="abstract"),
        pytest.param({"synonyms": ESCAPE}, id="one synonym"),
        pytest.param({"broader": [ESCAPE]}, id="broader"),
        pytest.param({"scopenote": {"synonyms": [ESCAPE]}}, id="option"),
        pytest.param({"scopenote": {"aliases": [ESCAPE]}}, id="alias"),
        pytest.param({"scopenote": {"never_with": [ESCAPE]}}, id="never_with"),
        pytest.param({"scopenote": {"examples": [{"text": ESCAPE, "applies": True}]}}, id="example"),
        pytest.param({"scopenote": {"examples": [{"text": "b", "applies": True, "reason": ESCAPE}]}}, id="reason"),
        pytest.param({"scopenote": {"exclusions": [{"id": "b", "when": {"any": [ESCAPE]}}]}}, id="pinned terms"),
        pytest.param({"scopenote": {"exclusions": [{"id": ESCAPE, "when": {"any": ["b"]}}]}}, id="pinned id"),
        pytest.param({"scopenote": {"exclusions": [{"id": "b", "text": ESCAPE, "when": {"any": ["b"]}}]}}, id="pinned text"),
        pytest.param({"scopenote": {ESCAPE: 1}}, id="name of an option"),
    ],
)  # fmt: skip
def test_no_field_of_a_list_takes_one(tmp_path: Path, fields: dict[str, JsonValue]) -> None:
    (tmp_path / "a.json").write_text(json.dumps([{"id": "a", "title": "A", **fields}]))
    with pytest.raises(BadFile) as refused:
        load_taxonomy(tmp_path)
    assert refused.value.line == 1
    assert "\x1b" not in str(refused.value)


def test_line_ends_and_tabs_are_text(tmp_path: Path) -> None:
    (tmp_path / "a.json").write_text(json.dumps([{"id": "a", "title": "A", "scope": "b\tc\r\nd\re"}]))
    assert load_taxonomy(tmp_path).by_id["a"].scope == "b\tc\nd\ne"


def test_the_body_of_a_page_lends_none_to_related_names(tmp_path: Path) -> None:
    body = "[b\x1bc](/tags/salt) [d](/tags/sea\x1b) [e](/tags/ice)" + "\nWater flows downhill." * 200
    (tmp_path / "a.md").write_text(f"---\ntitle: A\ndescription: b\n---\n{body}\n")
    taxonomy = load_taxonomy(tmp_path)
    assert "ice" in taxonomy.by_id["a"].related
    assert "\x1b" not in repr(taxonomy).replace("\\x1b", "\x1b")
