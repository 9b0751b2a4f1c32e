"""Owns the tests of edited front matter against files as public sites hold them."""

import json
import re
from pathlib import Path

import pytest

from app.errors import BadFile
from app.parsing.front_matter_edit import edit_words, read_words

ZOO = Path(__file__).parents[2] / "../shared/data/frontmatter-zoo"
FIELDS = ["topics", "tags", "tag", "categories"]
UNREADABLE = {"dup_keys", "unterminated", "yaml_error", "utf16_bom"}
AMBIGUOUS = {"tags_space_string", "tags_comma_string"}
NEW = "entirely-new"
COMMA = re.compile(rb",")


def _zoo() -> list[object]:
    manifest = ZOO / "manifest.jsonl"
    rows = [json.loads(line) for line in manifest.read_text().splitlines()] if manifest.exists() else []
    return [pytest.param(row, id=row["file"][6:26]) for row in rows]


@pytest.mark.skipif(not ZOO.exists(), reason="the front-matter files are not there")
@pytest.mark.parametrize("row", _zoo())
@pytest.mark.parametrize("field", FIELDS)
def test_a_tag_added_to_a_public_file_changes_its_field_alone_and_leaves_without_trace(
    row: dict[str, list[str]], field: str
) -> None:
    data = (ZOO / str(row["file"])).read_bytes()
    try:
        words = read_words(data, "a.md", [field])[field]
    except BadFile:
        is_meant = bool(set(row["features"]) & (UNREADABLE | AMBIGUOUS))
        assert is_meant
        return
    edited = edit_words(data, "a.md", {field: [*words, NEW]})
    back = edit_words(edited, "a.md", {field: words})
    if "tags_string" in row["features"] and field in {"tags", "categories"}:
        # A text becomes a list, and is none again only in a backup.
        assert read_words(back, "a.md", [field])[field] == words
        return
    added = _leave_out(data, edited)
    assert added is not None, "bytes that were there are gone"
    assert len(added) <= len(f"\r\n    - {NEW}\r\n    {field}: ")
    assert back == data


def _leave_out(part: bytes, whole: bytes) -> bytes | None:
    """What `whole` has between a beginning and an end that together are `part`."""
    length = len(whole) - len(part)
    same = next((at for at, byte in enumerate(part) if whole[at] != byte), len(part))
    if COMMA.match(whole, same) and part[same:] != whole[same + length :]:
        # Two places in JSON and TOML: a comma behind the last item, and the new one.
        return _leave_out(part[:same] + b"," + part[same:], whole)
    return whole[same : same + length] if whole[same + length :] == part[same:] else None
